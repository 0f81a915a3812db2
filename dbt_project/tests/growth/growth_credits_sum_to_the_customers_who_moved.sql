-- Credits of corners, unattributed among them, sum to the movements of fct_customer_months, and with them
-- active_end = active_start + acquired + reactivated - lost.

{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}

with months as (

    select
        month_on,
        sum(active_start) as active_start,
        sum(active_end) as active_end,
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
        months.active_start,
        months.active_end,
        abs(coalesce(credits.acquired, 0) - months.acquired) as acquired_off,
        abs(coalesce(credits.retained, 0) - months.retained) as retained_off,
        abs(coalesce(credits.reactivated, 0) - months.reactivated) as reactivated_off,
        abs(coalesce(credits.lost, 0) - months.lost) as lost_off,
        coalesce(credits.acquired, 0) + coalesce(credits.reactivated, 0) - coalesce(credits.lost, 0) as net
    from months
    full outer join credits on months.month_on = credits.month_on

)

select * from final
where
    active_start is null
    or acquired_off > 1e-6
    or retained_off > 1e-6
    or reactivated_off > 1e-6
    or lost_off > 1e-6
    or abs(active_end - active_start - net) > 1e-6
