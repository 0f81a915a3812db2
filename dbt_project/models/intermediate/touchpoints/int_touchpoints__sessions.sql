-- Grain: one row is a web session: a device's web events without a silence of more than session_minutes.

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

-- A session's person is the one of its first event that names a customer, else the device's.
session_events as (

    select
        sessionized.event_key,
        sessionized.session_id,
        sessionized.campaign,
        events.data_source,
        events.occurred_at,
        events.is_day_only,
        events.is_page_view,
        events.disposition,
        first_value(types.person_id) over (
            partition by sessionized.session_id
            order by
                case when events.identifier_key = events.device_key then 1 else 0 end,
                events.occurred_at,
                events.source_file,
                events.source_line,
                events.data_source,
                events.event_key
        ) as person_id
    from sessionized
    inner join events on sessionized.event_key = events.event_key
    inner join types on sessionized.event_key = types.event_key
    where sessionized.session_id is not null

),

-- Person and campaign are the same in every row of a session.
sessions as (

    select
        session_id,
        min(person_id) as person_id,
        min(campaign) as campaign,
        min(case when event_key = session_id then data_source end) as data_source,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        max(case when is_day_only then 1 else 0 end) = 1 as is_day_only,
        count(*) as events,
        sum(case when disposition = 'touchpoint' then 1 else 0 end) as touchpoints,
        sum(case when is_page_view then 1 else 0 end) as pages
    from session_events
    group by session_id

),

final as (

    select
        sessions.*,
        channels.channel,
        channels.presence,
        channels.method
    from sessions
    left join channels on sessions.session_id = channels.event_key

)

select * from final
