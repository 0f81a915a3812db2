-- Grain: one row is a touchpoint: a dated, mapped event of a person, not after as_of, with what, where, how and why.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

types as (

    select * from {{ ref('int_touchpoints__types') }}

),

sessionized as (

    select * from {{ ref('int_touchpoints__sessionized') }}

),

channels as (

    select * from {{ ref('int_touchpoints__channels') }}

),

final as (

    select
        events.event_key as touchpoint_id,
        types.person_id,
        types.person_id_at_event,
        sessionized.session_id,
        events.data_source,
        events.event,
        events.occurred_at,
        events.is_day_only,
        types.occurrence,
        types.is_conversion,
        types.is_conversion_event,
        types.role,
        types.touchpoint,
        types.stage,
        types.stage_order,
        types.corner,
        types.interaction,
        channels.channel,
        channels.presence,
        channels.method,
        events.reason,
        events.amount,
        sessionized.campaign,
        events.source_file,
        events.source_line
    from events
    inner join types on events.event_key = types.event_key
    inner join sessionized on events.event_key = sessionized.event_key
    inner join channels on events.event_key = channels.event_key
    where
        events.disposition = 'touchpoint'
        and not events.is_after_as_of

)

select * from final
