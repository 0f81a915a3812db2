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
        utm_source,
        utm_medium,
        campaign,
        is_web,
        source_file,
        source_line
    from events
    where
        fate in ('touchpoint', 'unmapped')
        and not is_after_as_of

),

spaced as (

    select
        *,
        lag(occurred_at) over (
            partition by device_key
            order by occurred_at, source_file, source_line, data_source, event_key
        ) as previous_at
    from present
    where is_web

),

numbered as (

    select
        spaced.*,
        sum(
            case
                when {{ minutes_between('spaced.previous_at', 'spaced.occurred_at') }} <= settings.session_minutes
                    then 0
                else 1
            end
        ) over (
            partition by spaced.device_key
            order by
                spaced.occurred_at, spaced.source_file, spaced.source_line, spaced.data_source, spaced.event_key
            rows between unbounded preceding and current row
        ) as session_number
    from spaced
    cross join settings

),

-- What brought the visitor counts for the whole session: the campaign of its first event that names one.
marked as (

    select
        event_key,
        first_value(event_key) over in_order as session_id,
        first_value(utm_source) over by_campaign as utm_source,
        first_value(utm_medium) over by_campaign as utm_medium,
        first_value(campaign) over by_campaign as campaign
    from numbered
    window
        in_order as (
            partition by device_key, session_number
            order by occurred_at, source_file, source_line, data_source, event_key
        ),
        by_campaign as (
            partition by device_key, session_number
            order by
                case when utm_source is null and utm_medium is null then 1 else 0 end,
                occurred_at,
                source_file,
                source_line,
                data_source,
                event_key
        )

),

elsewhere as (

    select
        event_key,
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
