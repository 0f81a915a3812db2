-- Grain: one row is a line of a sale, up to the present: a product, and how many of it.

with lines as (

    select
        *,
        counts_revenue and amount_reporting is not null and coalesce(quantity > 0, false) as is_priced
    from {{ ref('int_orders__lines') }}
    where not is_after_as_of

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

final as (

    select
        ---------- ids
        lines.line_key as line_id,
        lines.order_key as order_id,
        lines.person_id,
        lines.product_key as product_id,

        ---------- what it is
        lines.data_source,
        lines.product,
        lines.category as product_category,
        case when lines.is_first_order then 'first' else 'repeat' end as occurrence,
        lines.counts_revenue,
        months.tier_start as value_tier_at_event,

        ---------- what enters metrics: of sources whose money counts
        lines.quantity,
        lines.amount_reporting,
        cast(
            case when lines.counts_revenue then coalesce(lines.amount_reporting, 0) else 0 end as decimal(18, 2)
        ) as product_revenue,
        cast(
            case when lines.counts_revenue then coalesce(lines.quantity, 0) else 0 end as decimal(18, 4)
        ) as sold_quantity,
        cast(case when lines.is_priced then lines.amount_reporting else 0 end as decimal(18, 2)) as priced_amount,
        cast(case when lines.is_priced then lines.quantity else 0 end as decimal(18, 4)) as priced_quantity,
        case when lines.counts_revenue then lines.product_key end as sold_product_id,
        case when lines.counts_revenue and lines.quantity is not null then lines.order_key end as counted_order_id,

        ---------- counts
        cast(case when lines.counts_revenue then 1 else 0 end as integer) as order_lines,
        cast(case when lines.is_priced then 1 else 0 end as integer) as priced_lines,
        case when lines.counts_revenue then lines.person_id end as buyer_id,
        case when lines.counts_revenue and lines.quantity is not null then lines.person_id end as quantity_buyer_id,
        case when lines.counts_revenue and lines.amount_reporting is not null then lines.person_id end
            as amount_buyer_id,
        case when lines.is_priced then lines.person_id end as priced_buyer_id,

        ---------- timestamps
        lines.occurred_at,
        lines.occurred_on
    from lines
    left join months
        on
            lines.person_id = months.person_id
            and months.month_on = cast(date_trunc('month', lines.occurred_on) as date)

)

select * from final
