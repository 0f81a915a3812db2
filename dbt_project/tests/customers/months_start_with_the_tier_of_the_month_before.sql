-- A month starts with the tier that the month before ended with; today's tier is the end of the present month.

{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}

with months as (

    select
        person_id,
        month_on,
        tier_start,
        tier_end,
        lag(tier_end) over (
            partition by person_id
            order by month_on
        ) as tier_before,
        month_end_on
    from {{ ref('fct_customer_months') }}

),

final as (

    select months.*
    from months
    cross join {{ ref('int_company__as_of') }} as as_of
    left join {{ ref('dim_customers') }} as customers on months.person_id = customers.person_id
    where
        months.tier_start is distinct from months.tier_before
        or (
            months.month_end_on = as_of.as_of_on
            and months.tier_end is distinct from customers.value_tier
        )

)

select * from final
