-- Customers: as rows, as people acquired in some month, and as people with a sale.

with customers as (

    select count(*) as customers
    from {{ ref('dim_customers') }}

),

acquired as (

    select coalesce(sum(acquired), 0) as customers
    from {{ ref('fct_customer_months') }}

),

buyers as (

    select count(distinct person_id) as customers
    from {{ ref('fct_orders') }}
    where kind = 'sale'

),

final as (

    select
        customers.customers as rows_of_customers,
        acquired.customers as people_acquired,
        buyers.customers as people_with_a_sale
    from customers
    cross join acquired
    cross join buyers

)

select * from final
where
    rows_of_customers <> people_acquired
    or rows_of_customers <> people_with_a_sale
