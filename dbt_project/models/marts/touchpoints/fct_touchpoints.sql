-- Grain: one row is a touchpoint: a dated, mapped interaction of a person with the company, not after as_of.

with touchpoints as (

    select
        *,
        {{ business_day('occurred_at') }} as occurred_on,
        -- A day has no hour.
        case when is_day_only then null else {{ business_hour('occurred_at') }} end as hour_of_day
    from {{ ref('int_touchpoints__mapped') }}

),

journeys as (

    select * from {{ ref('int_journeys__touchpoints') }}

),

costs as (

    select * from {{ ref('int_touchpoints__costs') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

final as (

    select
        ---------- ids
        touchpoints.touchpoint_id,
        touchpoints.person_id,
        touchpoints.person_id_at_event,
        journeys.journey_id,
        touchpoints.session_id,

        ---------- timestamps
        touchpoints.occurred_at,
        touchpoints.occurred_on,
        coalesce(touchpoints.is_day_only, false) as is_day_only,
        {{ weekday_name('touchpoints.occurred_on') }} as weekday,
        touchpoints.hour_of_day,

        ---------- what
        touchpoints.stage,
        touchpoints.stage_order,
        touchpoints.touchpoint,
        touchpoints.interaction,
        touchpoints.role,
        touchpoints.corner,
        touchpoints.occurrence,
        touchpoints.is_conversion,
        touchpoints.is_conversion_event,
        journeys.journey_id is not null as is_step,

        ---------- where, how and why
        touchpoints.channel,
        touchpoints.presence,
        touchpoints.method,
        touchpoints.reason,
        touchpoints.campaign,
        touchpoints.data_source,

        ---------- worth
        touchpoints.amount,
        costs.cost,

        ---------- place in the history
        journeys.person_step,
        journeys.journey_step,
        customer_months.tier_start as value_tier_at_event
    from touchpoints
    left join journeys on touchpoints.touchpoint_id = journeys.touchpoint_id
    left join costs on touchpoints.touchpoint_id = costs.touchpoint_id
    left join customer_months
        on
            touchpoints.person_id = customer_months.person_id
            and cast(date_trunc('month', touchpoints.occurred_on) as date) = customer_months.month_on

)

select * from final
