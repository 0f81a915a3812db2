-- Credits of corners, unattributed among them, sum to the movements of fct_customer_months.

{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}

with months as (

    select
        month_on,
        sum(acquired) as acquired,
        sum(retained) as retained,
        sum(reactivated) as reactivated,
        sum(lost) as lost
    from {{ ref('fct_customer_months') }}
    group by month_on

),

credits as (

    select
        month_on,
        sum(case when movement = 'acquired' then credit else 0 end) as acquired,
        sum(case when movement = 'retained' then credit else 0 end) as retained,
        sum(case when movement = 'reactivated' then credit else 0 end) as reactivated,
        sum(case when movement = 'lost' then credit else 0 end) as lost
    from {{ ref('fct_growth_credits') }}
    group by month_on

),

final as (

    select
        coalesce(months.month_on, credits.month_on) as month_on,
        months.month_on is null as is_no_month,
        abs(coalesce(credits.acquired, 0) - months.acquired) as acquired_off,
        abs(coalesce(credits.retained, 0) - months.retained) as retained_off,
        abs(coalesce(credits.reactivated, 0) - months.reactivated) as reactivated_off,
        abs(coalesce(credits.lost, 0) - months.lost) as lost_off
    from months
    full outer join credits on months.month_on = credits.month_on

)

select * from final
where
    is_no_month
    or acquired_off > 1e-6
    or retained_off > 1e-6
    or reactivated_off > 1e-6
    or lost_off > 1e-6
