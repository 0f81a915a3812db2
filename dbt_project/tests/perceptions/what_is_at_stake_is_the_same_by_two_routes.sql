-- The value at stake is customers below tolerance x loss of retention x worth, and only active customers count.
{{ config(meta={'dagster': {'ref': {'name': 'fct_perception_growth'}}}) }}

with stakes as (

    select *
    from {{ ref('fct_perception_growth') }}
    where perception_measure = 'below tolerance' and later_outcome = 'retained'

),

active as (

    select count(*) as customers
    from {{ ref('fct_customer_months') }} as months
    inner join {{ ref('int_company__as_of') }} as as_of on months.month_end_on = as_of.as_of_on
    where months.is_active_end

)

select
    stakes.growth_subject_kind,
    stakes.growth_subject,
    stakes.value_at_stake,
    stakes.customers_rated
from stakes
cross join active
where
    abs(stakes.value_at_stake + stakes.customers_below * stakes.difference * stakes.worth)
    > 0.000001 * greatest(abs(stakes.value_at_stake), 1)
    or stakes.customers_rated > active.customers
