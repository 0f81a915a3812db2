-- Grain: one row is a line of a sale that counts, with the order's person and the newest name of its product.

with lines as (

    select * from {{ ref('stg_crm__order_lines') }}

),

orders as (

    select * from {{ ref('int_orders__valued') }}

),

keyed as (

    select
        lines.line_key,
        lines.order_key,
        case
            when lines.product_id is not null
                then {{ surrogate_key(["'product'", 'lines.id_namespace', 'lines.product_id']) }}
            when lines.product is not null
                then {{ surrogate_key(["'named product'", 'lines.id_namespace', 'lower(lines.product)']) }}
        end as product_key,
        lines.product_id,
        lines.product,
        lines.category,
        lines.quantity,
        lines.amount_reporting,
        orders.person_id,
        orders.data_source,
        orders.is_first_order,
        orders.counts_revenue,
        orders.is_after_as_of,
        orders.occurred_at,
        orders.occurred_on
    from lines
    inner join orders on lines.order_key = orders.order_key

),

-- A product that was renamed or moved to another category is one product, by its newest name and category.
named as (

    select
        product_key,
        product,
        row_number() over (partition by product_key order by occurred_at desc, product desc) as nth_newest
    from keyed
    where product_key is not null and product is not null

),

classed as (

    select
        product_key,
        category,
        row_number() over (partition by product_key order by occurred_at desc, category desc) as nth_newest
    from keyed
    where product_key is not null and category is not null

),

final as (

    select
        keyed.line_key,
        keyed.order_key,
        keyed.product_key,
        coalesce(named.product, {{ public_word('keyed.product_id') }}) as product,
        case when keyed.product_key is null then keyed.category else classed.category end as category,
        keyed.quantity,
        keyed.amount_reporting,
        keyed.person_id,
        keyed.data_source,
        keyed.is_first_order,
        keyed.counts_revenue,
        keyed.is_after_as_of,
        keyed.occurred_at,
        keyed.occurred_on
    from keyed
    left join named
        on
            keyed.product_key = named.product_key
            and named.nth_newest = 1
    left join classed
        on
            keyed.product_key = classed.product_key
            and classed.nth_newest = 1

)

select * from final
