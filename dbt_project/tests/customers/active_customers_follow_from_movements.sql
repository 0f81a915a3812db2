-- Every month: who is active at its end were active at its start, less the lost, plus acquired and reactivated;
-- and no customer is lost between the end of one month and the start of the next.

{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}

with months as (

    select
        month_on,
        sum(active_start) as active_start,
        sum(acquired) as acquired,
        sum(reactivated) as reactivated,
        sum(lost) as lost,
        sum(active_end) as active_end
    from {{ ref('fct_customer_months') }}
    group by month_on

),

final as (

    select
        *,
        lag(active_end) over (order by month_on) as active_before
    from months

)

select * from final
where
    active_end <> active_start + acquired + reactivated - lost
    or active_start <> coalesce(active_before, 0)
