-- Grain: one row is a customer: a person with at least one order of kind sale, whatever its amount.

with orders as (

    select * from {{ ref('int_orders__valued') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

totals as (

    select
        person_id,
        min(case when kind = 'sale' then occurred_on end) as first_order_on,
        max(case when kind = 'sale' then occurred_on end) as last_order_on,
        sum(orders) as orders,
        sum(revenue) as revenue
    from orders
    where not is_after_as_of
    group by person_id
    having sum(case when kind = 'sale' then 1 else 0 end) > 0

),

today as (

    select
        months.person_id,
        months.is_active_end,
        months.revenue_12m,
        months.tier_end
    from months
    inner join as_of on months.month_on = cast(date_trunc('month', as_of.as_of_on) as date)

),

-- Fifths by rank, in whole numbers; equals score alike, at the lowest of their ranks. 5 is best.
scored as (

    select
        totals.*,
        1 + floor(5.0 * (rank() over (order by totals.last_order_on) - 1) / count(*) over ()) as recency_score,
        1 + floor(5.0 * (rank() over (order by totals.orders) - 1) / count(*) over ()) as frequency_score,
        1 + floor(5.0 * (rank() over (order by totals.revenue) - 1) / count(*) over ()) as monetary_score
    from totals

),

final as (

    select
        scored.person_id,
        scored.first_order_on,
        scored.last_order_on,
        {{ dates_apart('scored.last_order_on', 'as_of.as_of_on') }} as days_since_last_order,
        today.is_active_end as is_active,
        cast(scored.orders as integer) as orders,
        case when scored.orders >= 6 then '6+' else cast(scored.orders as varchar) end as order_band,
        cast(scored.revenue as decimal(18, 2)) as revenue,
        cast(today.revenue_12m as decimal(18, 2)) as revenue_12m,
        today.tier_end as value_tier,
        cast(case when today.tier_end = 'top' then 1 else 0 end as integer) as is_top_tier,
        cast(scored.recency_score as integer) as recency_score,
        cast(scored.frequency_score as integer) as frequency_score,
        cast(scored.monetary_score as integer) as monetary_score,
        case
            when scored.recency_score >= 4 and scored.frequency_score >= 4 then 'champions'
            when scored.recency_score >= 3 and scored.frequency_score >= 3 then 'loyal'
            when scored.recency_score >= 4 then 'recent'
            when scored.recency_score = 3 then 'fading'
            when scored.frequency_score >= 3 then 'at risk'
            else 'lapsed'
        end as rfm_segment
    from scored
    inner join today on scored.person_id = today.person_id
    cross join as_of

)

select * from final
