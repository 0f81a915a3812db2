-- Grain: one row is a person x month, from the month of the person's first dated fact to the present one.

with months as (

    select * from {{ ref('int_customers__months') }}

),

tiers as (

    select * from {{ ref('int_customers__tiers') }}

),

flows as (

    select
        months.*,
        tiers.value_tier as tier_end,
        lag(tiers.value_tier) over (
            partition by months.person_id
            order by months.month_on
        ) as tier_start,
        -- A first sale or contract acquires, a later one by a person who had lapsed reactivates, whatever the month's
        -- end brings: with few active days one may be acquired and lost in the same month.
        case when not months.was_customer and months.last_active_on is not null then 1 else 0 end as acquired,
        case
            when months.was_customer and not months.is_active_start and months.purchases > 0 then 1 else 0
        end as reactivated,
        case when months.is_active_start and months.is_active_end then 1 else 0 end as retained
    from months
    left join tiers
        on
            months.person_id = tiers.person_id
            and months.month_on = tiers.month_on

),

-- Cohorts are the quarters in which customers were won. A cell of cohort and month is fully observed when the month has
-- ended for the customers of all three months of the quarter.
cohorts as (

    select
        *,
        min(case when acquired = 1 then month_on end) over (partition by person_id) as acquired_month_on,
        max(month_end_on) over () as present_on
    from flows

),

placed as (

    select
        *,
        case
            when month_on >= acquired_month_on then {{ whole_months('acquired_month_on', 'month_on') }}
        end as months_since_acquired,
        cast(date_trunc('quarter', acquired_month_on) as date) as acquired_quarter_on
    from cohorts

),

moved as (

    select
        *,
        coalesce(
            {{ months_later('acquired_quarter_on', 'cast(months_since_acquired + 3 as integer)') }} <= present_on + 1,
            false
        ) as is_fully_observed
    from placed

),

final as (

    select
        person_id,
        month_on,
        month_end_on,
        case
            when last_active_on is null then 'prospect'
            when acquired = 1 then 'new'
            when retained = 1 then 'retained'
            when reactivated = 1 then 'reactivated'
            when is_active_start then 'lost'
            else 'former'
        end as state,
        is_active_start,
        is_active_end,
        cast(case when is_active_start then 1 else 0 end as integer) as active_start,
        cast(case when is_active_end then 1 else 0 end as integer) as active_end,
        cast(acquired as integer) as acquired,
        cast(retained as integer) as retained,
        cast(reactivated as integer) as reactivated,
        cast(
            case when (is_active_start or acquired = 1 or reactivated = 1) and not is_active_end then 1 else 0 end
            as integer
        ) as lost,
        cast(orders as integer) as orders,
        cast(revenue as decimal(18, 2)) as revenue,
        cast(revenue_12m as decimal(18, 2)) as revenue_12m,
        tier_start,
        tier_end,
        case
            when tier_start = 'other' and tier_end = 'top' then 'up'
            when tier_start = 'top' and tier_end = 'other' then 'down'
            when tier_start is null and tier_end = 'top' then 'entered'
        end as tier_move,
        cast(case when tier_start = 'top' and tier_end is not null then 1 else 0 end as integer) as top_start,
        case
            when months_since_acquired is not null
                then
                    cast(extract(year from acquired_quarter_on) as varchar)
                    || '-Q'
                    || cast(extract(quarter from acquired_quarter_on) as varchar)
        end as acquired_in,
        cast(months_since_acquired as integer) as months_since_acquired,
        cast(case when is_fully_observed then 1 else 0 end as integer) as cohort_customers,
        cast(case when is_fully_observed and is_active_end then 1 else 0 end as integer) as cohort_active,
        cast(case when is_fully_observed and orders > 0 then 1 else 0 end as integer) as cohort_buyers,
        cast(
            case when tier_end is not null then revenue_12m end as decimal(18, 2)
        ) as tiered_revenue_12m,
        cast(
            case tier_end when 'top' then revenue_12m when 'other' then 0 end as decimal(18, 2)
        ) as top_tier_revenue_12m
    from moved

)

select * from final
