-- Nobody is forgotten between the end of one month and the start of the next: as many are active at both.

{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}

with months as (

    select
        month_on,
        sum(active_start) as active_start,
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
where active_start <> coalesce(active_before, 0)
