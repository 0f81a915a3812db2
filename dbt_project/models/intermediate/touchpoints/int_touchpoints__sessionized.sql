-- Grain: one row is a dated event (not set aside, not after as_of); web events know their session.
-- A session ends when a device was silent for MORE than session_minutes. Its id is the key of its first event.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

present as (

    select
        event_key,
        data_source,
        occurred_at,
        device_key,
        sitting_key,
        utm_source,
        utm_medium,
        campaign,
        is_web,
        source_file,
        source_line
    from events
    where
        disposition in ('touchpoint', 'unmapped')
        and not is_after_as_of

),

-- The total order of a device's events, as one number: the windows below sort by it and not by texts again.
spaced as (

    select
        event_key,
        device_key,
        sitting_key,
        occurred_at,
        utm_source,
        utm_medium,
        campaign,
        row_number() over in_order as place,
        lag(occurred_at) over in_order as previous_at
    from present
    where is_web
    window in_order as (
        partition by device_key
        order by occurred_at, source_file, source_line, data_source, event_key
    )

),

numbered as (

    select
        spaced.*,
        {{ nth_sitting('spaced', 'device_key') }} as session_number
    from spaced
    cross join settings

),

-- What brought the visitor counts for the whole session: the campaign of its first event that names one.
marked as (

    select
        event_key,
        sitting_key,
        first_value(event_key) over in_order as session_id,
        first_value(utm_source) over by_campaign as utm_source,
        first_value(utm_medium) over by_campaign as utm_medium,
        first_value(campaign) over by_campaign as campaign
    from numbered
    window
        in_order as (
            partition by device_key, session_number
            order by place
        ),
        by_campaign as (
            partition by device_key, session_number
            order by case when utm_source is null and utm_medium is null then 1 else 0 end, place
        )

),

elsewhere as (

    select
        event_key,
        sitting_key,
        cast(null as bigint) as session_id,
        utm_source,
        utm_medium,
        campaign
    from present
    where not is_web

),

final as (

    select * from marked
    union all
    select * from elsewhere

)

select * from final
