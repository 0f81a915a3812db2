-- Customers: as rows, as people acquired in some month, and as people with a sale or a contract.

{{ config(meta={'dagster': {'ref': {'name': 'dim_customers'}}}) }}

with customers as (

    select count(*) as customers
    from {{ ref('dim_customers') }}

),

acquired as (

    select coalesce(sum(acquired), 0) as customers
    from {{ ref('fct_customer_months') }}

),

buyers as (

    select count(*) as customers
    from (
        select person_id
        from {{ ref('fct_orders') }}
        where kind = 'sale' and not is_without_person
        union
        select person_id
        from {{ ref('fct_contracts') }}
        where not is_without_person
    ) as people

),

final as (

    select
        customers.customers as rows_of_customers,
        acquired.customers as people_acquired,
        buyers.customers as people_who_bought
    from customers
    cross join acquired
    cross join buyers

)

select * from final
where
    rows_of_customers <> people_acquired
    or rows_of_customers <> people_who_bought
