-- Orders of particular people: as rows, summed over customers, and summed over months.

{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}

with orders as (

    select count(*) as orders
    from {{ ref('fct_orders') }}
    where
        kind = 'sale'
        and counts_revenue
        and not is_without_person

),

customers as (

    select coalesce(sum(orders), 0) as orders
    from {{ ref('dim_customers') }}

),

months as (

    select coalesce(sum(orders), 0) as orders
    from {{ ref('fct_customer_months') }}

),

final as (

    select
        orders.orders as rows_of_orders,
        customers.orders as orders_of_customers,
        months.orders as orders_of_months
    from orders
    cross join customers
    cross join months

)

select * from final
where
    rows_of_orders <> orders_of_customers
    or rows_of_orders <> orders_of_months
