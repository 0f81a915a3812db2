-- Grain: one row is a sale that has lines: what they sum to, beside what the order says.
-- Lines are often stated without the tax and the delivery of their order, and before a discount on all of it: a
-- difference of just these is explained. Each line may be rounded by itself.

with lines as (

    select * from {{ ref('stg_crm__order_lines') }}

),

sales as (

    select * from {{ ref('stg_crm__orders') }}

),

orders as (

    select * from {{ ref('int_orders__valued') }}

),

summed as (

    select
        order_key,
        count(*) as n_lines,
        min(currency) as currency,
        case
            when count(amount) = count(*) and min(currency) = max(currency)
                then cast(sum(amount) as decimal(18, 2))
        end as lines_amount
    from lines
    group by order_key

),

compared as (

    select
        summed.order_key,
        summed.n_lines,
        summed.lines_amount,
        case when sales.currency = summed.currency then sales.amount - summed.lines_amount end as difference,
        0.01 * summed.n_lines as rounding,
        coalesce(sales.tax, 0) as tax,
        coalesce(sales.shipping, 0) as shipping,
        coalesce(sales.discount, 0) as discount
    from summed
    inner join sales on summed.order_key = sales.order_key

),

final as (

    select
        compared.order_key,
        orders.person_id,
        orders.data_source,
        orders.is_after_as_of,
        compared.n_lines,
        orders.currency,
        orders.amount as order_amount,
        compared.lines_amount,
        cast(compared.difference as decimal(18, 2)) as difference,
        case
            when compared.difference is null then 'unknown'
            when abs(compared.difference) <= compared.rounding then 'equal'
            when
                abs(compared.difference - compared.tax) <= compared.rounding
                or abs(compared.difference - compared.shipping) <= compared.rounding
                or abs(compared.difference - compared.tax - compared.shipping) <= compared.rounding
                or abs(compared.difference + compared.discount) <= compared.rounding
                or abs(compared.difference + compared.discount - compared.tax) <= compared.rounding
                or abs(compared.difference + compared.discount - compared.shipping) <= compared.rounding
                or abs(compared.difference + compared.discount - compared.tax - compared.shipping) <= compared.rounding
                then 'explained'
            else 'differs'
        end as agreement,
        orders.occurred_at,
        orders.occurred_on
    from compared
    inner join orders on compared.order_key = orders.order_key

)

select * from final
