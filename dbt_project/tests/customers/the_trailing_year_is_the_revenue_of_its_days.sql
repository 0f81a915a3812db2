-- The running sum over months against a plain sum over days, for the present.

{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}

with present as (

    select
        as_of_on,
        case
            when as_of_on = last_day(as_of_on)
                then date_trunc('month', as_of_on) - interval '11 months' - interval '1 day'
            else as_of_on - interval '12 months'
        end as before_on
    from {{ ref('int_company__as_of') }}

),

months as (

    select
        months.person_id,
        months.revenue_12m
    from {{ ref('fct_customer_months') }} as months
    inner join present on months.month_end_on = present.as_of_on

),

trailing_year as (

    select
        orders.person_id,
        sum(orders.revenue) as revenue_12m
    from {{ ref('fct_orders') }} as orders
    inner join present on orders.occurred_on > present.before_on
    group by orders.person_id

),

final as (

    select
        months.person_id,
        months.revenue_12m as by_months,
        coalesce(trailing_year.revenue_12m, 0) as by_days
    from months
    left join trailing_year on months.person_id = trailing_year.person_id

)

select * from final
where by_months <> by_days
