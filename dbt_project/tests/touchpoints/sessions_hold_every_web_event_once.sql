-- Web events and web touchpoints, counted from sessions on one side and from events and touchpoints on the other.

{{ config(meta={'dagster': {'ref': {'name': 'fct_sessions'}}}) }}

with by_session as (

    select
        coalesce(sum(events), 0) as events,
        coalesce(sum(touchpoints), 0) as touchpoints
    from {{ ref('fct_sessions') }}

),

by_event as (

    select count(*) as events
    from {{ ref('int_touchpoints__events') }}
    where
        is_web
        and disposition in ('touchpoint', 'unmapped')
        and not is_after_as_of

),

by_touchpoint as (

    select count(*) as touchpoints
    from {{ ref('fct_touchpoints') }}
    where session_id is not null

)

select
    by_session.events as events_of_sessions,
    by_event.events,
    by_session.touchpoints as touchpoints_of_sessions,
    by_touchpoint.touchpoints
from by_session
cross join by_event
cross join by_touchpoint
where
    by_session.events <> by_event.events
    or by_session.touchpoints <> by_touchpoint.touchpoints
