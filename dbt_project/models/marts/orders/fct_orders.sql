-- Grain: one row is an order, a refund or a cancel, up to the present.

with orders as (

    select * from {{ ref('int_orders__valued') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

final as (

    select
        ---------- ids
        orders.order_key as order_id,
        orders.person_id,
        orders.is_without_person,

        ---------- what it is
        orders.data_source,
        orders.kind,
        orders.is_first_order,
        case
            when orders.is_first_order then 'first'
            when orders.kind = 'sale' then 'repeat'
        end as occurrence,
        orders.counts_revenue,
        orders.utm_source,
        orders.utm_medium,
        orders.campaign,
        months.tier_start as value_tier_at_event,

        ---------- money
        orders.currency,
        orders.amount,
        orders.amount_reporting,
        orders.revenue,
        cast(case when orders.kind = 'sale' then orders.revenue else 0 end as decimal(18, 2)) as sales_amount,
        cast(case when orders.kind = 'sale' then 0 else -orders.revenue end as decimal(18, 2)) as refunded_amount,
        orders.cost_reporting,
        orders.margin,
        cast(case when orders.margin is not null then orders.revenue end as decimal(18, 2)) as costed_revenue,
        orders.quantity,

        ---------- counts
        cast(orders.orders as integer) as orders,
        cast(case when orders.amount_reporting is null then 0 else orders.orders end as integer) as valued_orders,
        cast(case when orders.margin is null then 0 else orders.orders end as integer) as costed_orders,
        case when orders.orders = 1 then orders.person_id end as buyer_id,

        ---------- timestamps
        orders.occurred_at,
        orders.occurred_on
    from orders
    left join months
        on
            orders.person_id = months.person_id
            and months.month_on = cast(date_trunc('month', orders.occurred_on) as date)
    where not orders.is_after_as_of

)

select * from final
