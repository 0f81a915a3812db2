-- Grain: one row is a touchpoint: a dated, mapped event of a person, not after as_of, with what, where, how and why.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

typed as (

    select * from {{ ref('int_touchpoints__typed') }}

),

sessionized as (

    select * from {{ ref('int_touchpoints__sessionized') }}

),

channelled as (

    select * from {{ ref('int_touchpoints__channelled') }}

),

final as (

    select
        events.event_key as touchpoint_id,
        typed.person_id,
        typed.person_id_at_event,
        sessionized.session_id,
        events.data_source,
        events.event,
        events.occurred_at,
        events.is_day_only,
        typed.occurrence,
        typed.is_conversion,
        typed.role,
        typed.touchpoint,
        typed.stage,
        typed.stage_order,
        typed.corner,
        typed.interaction,
        channelled.channel,
        channelled.presence,
        channelled.method,
        events.reason,
        events.amount,
        sessionized.campaign,
        events.source_file,
        events.source_line
    from events
    inner join typed on events.event_key = typed.event_key
    inner join sessionized on events.event_key = sessionized.event_key
    inner join channelled on events.event_key = channelled.event_key
    where
        events.fate = 'touchpoint'
        and not events.is_after_as_of

)

select * from final
