-- Grain: one row is a customer: a person with at least one order of kind sale, whatever its amount, or a contract.
-- A filler or a shared identifier names no person, and so no customer.

with orders as (

    select * from {{ ref('int_orders__valued') }}

),

contracts as (

    select * from {{ ref('int_contracts__valued') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

values_ahead as (

    select * from {{ ref('int_value__customer_forecasts') }}

),

bounds as (

    select
        person_id,
        low,
        high
    from {{ ref('int_value__intervals') }}
    where dimension = 'person'

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
        sum(revenue) as revenue,
        sum(margin) as margin
    from orders
    where
        not is_after_as_of
        and is_without_person is not true
    group by person_id

),

agreements as (

    select
        person_id,
        min(started_on) as first_contract_on,
        count(*) as contracts,
        sum(case when is_running then 1 else 0 end) as running_contracts
    from contracts
    where
        not is_after_as_of
        and is_without_person is not true
    group by person_id

),

customers as (

    select
        coalesce(totals.person_id, agreements.person_id) as person_id,
        cast(least(totals.first_order_on, agreements.first_contract_on) as date) as customer_since_on,
        totals.first_order_on,
        totals.last_order_on,
        coalesce(totals.orders, 0) as orders,
        coalesce(totals.revenue, 0) as revenue,
        totals.margin,
        coalesce(agreements.contracts, 0) as contracts,
        coalesce(agreements.running_contracts, 0) as running_contracts
    from totals
    full outer join agreements on totals.person_id = agreements.person_id
    where
        totals.first_order_on is not null
        or agreements.first_contract_on is not null

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

-- Fifths by rank among those who ordered, in whole numbers; 5 is best. Equals score alike, at the lowest rank of them.
-- Who has a contract and never ordered has no such scores: recency and frequency speak of orders.
scored as (

    select
        person_id,
        1 + floor(5.0 * (rank() over (order by last_order_on) - 1) / count(*) over ()) as recency_score,
        1 + floor(5.0 * (rank() over (order by orders) - 1) / count(*) over ()) as frequency_score,
        1 + floor(5.0 * (rank() over (order by revenue) - 1) / count(*) over ()) as monetary_score
    from customers
    where first_order_on is not null

),

final as (

    select
        customers.person_id,
        customers.customer_since_on,
        customers.first_order_on,
        customers.last_order_on,
        {{ dates_apart('customers.last_order_on', 'as_of.as_of_on') }} as days_since_last_order,
        today.is_active_end as is_active,
        cast(customers.orders as integer) as orders,
        case when customers.orders >= 6 then '6+' else cast(customers.orders as varchar) end as order_band,
        cast(customers.contracts as integer) as contracts,
        cast(customers.running_contracts as integer) as running_contracts,
        customers.contracts > 0 as has_contract,
        cast(customers.revenue as decimal(18, 2)) as revenue,
        cast(customers.margin as decimal(18, 2)) as margin,
        cast(today.revenue_12m as decimal(18, 2)) as revenue_12m,
        today.tier_end as value_tier,
        cast(case when today.tier_end = 'top' then 1 else 0 end as integer) as is_top_tier,
        cast(scored.recency_score as integer) as recency_score,
        cast(scored.frequency_score as integer) as frequency_score,
        cast(scored.monetary_score as integer) as monetary_score,
        case
            when scored.person_id is null then null
            when scored.recency_score >= 4 and scored.frequency_score >= 4 then 'champions'
            when scored.recency_score >= 3 and scored.frequency_score >= 3 then 'loyal'
            when scored.recency_score >= 4 then 'recent'
            when scored.recency_score = 3 then 'fading'
            when scored.frequency_score >= 3 then 'at risk'
            else 'lapsed'
        end as rfm_segment,
        values_ahead.value_model,
        values_ahead.is_provisional as is_value_provisional,
        values_ahead.p_alive,
        values_ahead.predicted_purchases as predicted_purchases_12m,
        values_ahead.predicted_value as predicted_value_12m,
        -- Who only has contracts that ended is in no draw: worth 0 for sure.
        case when values_ahead.value_model in ('bg_nbd', 'mbg_nbd', 'sbg', 'ended') then coalesce(bounds.low, 0) end
            as predicted_value_12m_low,
        case when values_ahead.value_model in ('bg_nbd', 'mbg_nbd', 'sbg', 'ended') then coalesce(bounds.high, 0) end
            as predicted_value_12m_high
    from customers
    inner join today on customers.person_id = today.person_id
    left join scored on customers.person_id = scored.person_id
    left join values_ahead on customers.person_id = values_ahead.person_id
    left join bounds on customers.person_id = bounds.person_id
    cross join as_of

)

select * from final
