-- Groups of every dimension hold each modelled customer once, so that their totals are the total of customers.

with customers as (

    select
        count(*) as customers,
        sum(predicted_value_12m) as total
    from {{ ref('dim_customers') }}
    where value_model in ('bg_nbd', 'mbg_nbd', 'sbg', 'ended')

),

groups as (

    select
        interval_dimension,
        sum(customers) as customers,
        sum(total) as total
    from {{ ref('fct_value_intervals') }}
    group by interval_dimension

)

select
    groups.interval_dimension,
    groups.customers,
    groups.total,
    customers.customers as customers_expected,
    customers.total as total_expected
from groups
cross join customers
where
    groups.customers <> customers.customers
    -- Sums of doubles in another order.
    or abs(groups.total - customers.total) > 1e-6 * greatest(customers.total, 1)
