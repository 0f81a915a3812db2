-- Grain: one row is an order, a refund or a cancel, with its person and its money in the reporting currency.

with orders as (

    select * from {{ ref('stg_crm__orders') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

-- What sales say of their cost, for what is taken back of them: staging keeps one sale of a number in a source.
sold as (

    select
        data_source,
        order_id,
        amount_reporting,
        cost_reporting
    from orders
    where kind = 'sale' and order_id is not null and cost_reporting is not null

),

-- A returned article may be worth nothing any more: a refund brings its cost back only where the row states it. What
-- was cancelled was never delivered: its part of the sale's cost was not spent.
costed as (

    select
        orders.order_key,
        case
            when orders.kind = 'sale' or orders.cost_reporting is not null then orders.cost_reporting
            when sold.order_id is null then null
            when orders.kind = 'cancel' and sold.amount_reporting > 0
                then cast(
                    sold.cost_reporting * least(orders.amount_reporting, sold.amount_reporting) / sold.amount_reporting
                    as decimal(18, 2)
                )
            else 0
        end as cost_reporting
    from orders
    left join sold
        on
            orders.data_source = sold.data_source
            and orders.order_id = sold.order_id

),

valued as (

    select
        orders.order_key,
        orders.order_id,
        orders.id_namespace,
        orders.identifier_key,
        coalesce(actors.account_key, identifiers.person_id) as person_id,
        coalesce(identifiers.is_guarded, false) as is_without_person,
        orders.data_source,
        orders.kind,
        orders.utm_source,
        orders.utm_medium,
        orders.campaign,
        orders.currency,
        orders.amount,
        orders.amount_reporting,
        cast(costed.cost_reporting as decimal(18, 2)) as cost_reporting,
        orders.quantity,
        orders.occurred_at,
        {{ business_day('orders.occurred_at') }} as occurred_on,
        orders.is_day_only,
        {{ happened_by('orders.occurred_at', 'orders.is_day_only') }} as happened_by_at,
        sources.counts_revenue,
        orders.occurred_at >= as_of.as_of_ends_at as is_after_as_of,
        orders.source_file,
        orders.source_line
    from orders
    inner join sources on orders.data_source = sources.data_source
    inner join costed on orders.order_key = costed.order_key
    inner join identifiers on orders.identifier_key = identifiers.identifier_key
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'orders.occurred_at') }}
    cross join as_of

),

-- Ties on one instant: file, then line.
ranked as (

    select
        *,
        row_number() over (
            partition by person_id, kind
            order by happened_by_at, source_file, source_line, order_key
        ) as nth_of_kind
    from valued

),

final as (

    select
        order_key,
        order_id,
        id_namespace,
        identifier_key,
        person_id,
        is_without_person,
        data_source,
        kind,
        utm_source,
        utm_medium,
        campaign,
        currency,
        amount,
        amount_reporting,
        case when kind = 'sale' then amount_reporting else -amount_reporting end as net_amount,
        cost_reporting,
        quantity,
        occurred_at,
        occurred_on,
        is_day_only,
        counts_revenue,
        is_after_as_of,
        kind = 'sale' and nth_of_kind = 1 as is_first_order,
        -- What enters `orders` and `revenue`: a sale or its return, of a source whose money counts.
        case when kind = 'sale' and counts_revenue then 1 else 0 end as orders,
        cast(
            case
                when not counts_revenue then 0
                when kind = 'sale' then amount_reporting
                else -amount_reporting
            end as decimal(18, 2)
        ) as revenue,
        -- Null where the cost is not known, so that no margin is ever a revenue.
        cast(
            case
                when not counts_revenue then null
                when kind = 'sale' then amount_reporting - cost_reporting
                else cost_reporting - amount_reporting
            end as decimal(18, 2)
        ) as margin,
        source_file,
        source_line
    from ranked

)

select * from final
