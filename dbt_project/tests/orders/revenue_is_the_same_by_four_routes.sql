-- Revenue up to as_of: from staging, as rows of orders, summed over customers, and summed over months.
-- People who only ever took money back are no customers, nor are fillers and ids that too many share: their
-- rows are added to the routes that leave them out.

{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}

with staged as (

    select
        sum(
            case
                when not sources.counts_revenue then 0
                when orders.kind = 'sale' then orders.amount_reporting
                else -orders.amount_reporting
            end
        ) as revenue
    from {{ ref('stg_crm_csv__orders') }} as orders
    inner join {{ ref('stg_config__sources') }} as sources on orders.data_source = sources.data_source
    cross join {{ ref('int_company__as_of') }} as as_of
    where orders.occurred_at < as_of.as_of_ends_at

),

orders as (

    select sum(revenue) as revenue
    from {{ ref('fct_orders') }}

),

without_person as (

    select coalesce(sum(revenue), 0) as revenue
    from {{ ref('fct_orders') }}
    where is_without_person

),

months as (

    select coalesce(sum(months.revenue), 0) + max(without_person.revenue) as revenue
    from without_person
    left join {{ ref('fct_customer_months') }} as months on true

),

customers as (

    select sum(revenue) as revenue
    from {{ ref('dim_customers') }}

),

orders_of_others as (

    select sum(orders.revenue) as revenue
    from {{ ref('fct_orders') }} as orders
    where
        not exists (
            select 1
            from {{ ref('dim_customers') }} as customers
            where customers.person_id = orders.person_id
        )

),

final as (

    select
        coalesce(staged.revenue, 0) as staged,
        coalesce(orders.revenue, 0) as orders,
        coalesce(months.revenue, 0) as months,
        coalesce(customers.revenue, 0) + coalesce(orders_of_others.revenue, 0) as customers
    from staged
    cross join orders
    cross join months
    cross join customers
    cross join orders_of_others

)

select * from final
where
    staged <> orders
    or staged <> months
    or staged <> customers
