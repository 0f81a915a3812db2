-- Grain: one row is a person x month in which an order was made or left the trailing twelve months.

with orders as (

    select * from {{ ref('int_orders__valued') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

dated as (

    select
        *,
        cast(date_trunc('month', occurred_on) as date) as month_on
    from orders
    where not is_after_as_of

),

entries as (

    select
        person_id,
        month_on,
        sum(case when kind = 'sale' then 1 else 0 end) as sales,
        max(case when kind = 'sale' then occurred_on end) as last_sale_on,
        sum(orders) as orders,
        sum(revenue) as revenue,
        0 as leaving_revenue
    from dated
    group by person_id, month_on

),

-- At the end of a whole month the trailing year is the last twelve months. The present month may be cut off at as_of:
-- then what was bought later in the same month a year ago has not left yet.
leavers as (

    select
        dated.person_id,
        cast(dated.month_on + interval '12 months' as date) as month_on,
        dated.occurred_on,
        dated.revenue
    from dated

),

exits as (

    select
        leavers.person_id,
        leavers.month_on,
        sum(leavers.revenue) as leaving_revenue
    from leavers
    cross join as_of
    where
        leavers.month_on < cast(date_trunc('month', as_of.as_of_on) as date)
        or (
            leavers.month_on = cast(date_trunc('month', as_of.as_of_on) as date)
            and (
                leavers.occurred_on <= as_of.as_of_on - interval '12 months'
                or as_of.as_of_on = last_day(as_of.as_of_on)
            )
        )
    group by leavers.person_id, leavers.month_on

),

final as (

    select
        coalesce(entries.person_id, exits.person_id) as person_id,
        coalesce(entries.month_on, exits.month_on) as month_on,
        coalesce(entries.sales, 0) as sales,
        entries.last_sale_on,
        coalesce(entries.orders, 0) as orders,
        coalesce(entries.revenue, 0) as revenue,
        coalesce(exits.leaving_revenue, 0) as leaving_revenue
    from entries
    full outer join exits
        on
            entries.person_id = exits.person_id
            and entries.month_on = exits.month_on

)

select * from final
