-- Grain: one row is a web session: a device's web events without a silence of more than session_minutes.

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

touchpoints as (

    select * from {{ ref('int_touchpoints__staged') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

-- A session's person is the one of its first event that names a customer, else the device's.
session_events as (

    select
        sessionized.event_key,
        sessionized.session_id,
        sessionized.campaign,
        events.data_source,
        events.occurred_at,
        events.is_page_view,
        events.fate,
        first_value(typed.person_id) over (
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
    inner join typed on sessionized.event_key = typed.event_key
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
        count(*) as events,
        sum(case when fate = 'touchpoint' then 1 else 0 end) as touchpoints,
        sum(case when is_page_view then 1 else 0 end) as pages
    from session_events
    group by session_id

),

purchases as (

    select
        person_id,
        occurred_at
    from touchpoints
    where role = 'purchase'

),

-- Orders come from the shop's own system more often than from the site: what counts is when the person bought.
purchasing as (

    select distinct sessions.session_id
    from sessions
    cross join settings
    inner join purchases
        on
            sessions.person_id = purchases.person_id
            and sessions.started_at <= purchases.occurred_at
            and {{ minutes_between('sessions.ended_at', 'purchases.occurred_at') }} <= settings.session_minutes

),

dated as (

    select
        *,
        {{ business_day('started_at') }} as started_on
    from sessions

),

final as (

    select
        ---------- ids
        dated.session_id,
        dated.person_id,

        ---------- timestamps
        dated.started_at,
        dated.started_on,
        dated.ended_at,

        ---------- measures
        {{ minutes_between('dated.started_at', 'dated.ended_at') }} as minutes,
        cast(dated.events as bigint) as events,
        cast(dated.touchpoints as bigint) as touchpoints,
        cast(dated.pages as bigint) as pages,
        purchasing.session_id is not null as has_purchase,

        ---------- where and who
        channelled.channel,
        channelled.presence,
        channelled.method,
        dated.campaign,
        dated.data_source,
        customer_months.tier_start as value_tier_at_event
    from dated
    left join purchasing on dated.session_id = purchasing.session_id
    left join channelled on dated.session_id = channelled.event_key
    left join customer_months
        on
            dated.person_id = customer_months.person_id
            and cast(date_trunc('month', dated.started_on) as date) = customer_months.month_on

)

select * from final
