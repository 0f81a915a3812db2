-- Grain: one row is an event, with its disposition.

with source_events as (

    select * from {{ ref('int_touchpoints__source_events') }}

),

types as (

    select * from {{ ref('int_touchpoints__types') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        source_events.event_key,
        source_events.data_source,
        source_events.event,
        source_events.occurred_at,
        source_events.is_day_only,
        source_events.identifier_key,
        source_events.device_key,
        source_events.sitting_key,
        source_events.utm_source,
        source_events.utm_medium,
        source_events.campaign,
        source_events.reason,
        source_events.amount,
        source_events.is_web,
        coalesce(source_events.is_page_view, types.role = 'view', false) as is_page_view,
        source_events.page_path,
        case
            when source_events.is_set_aside then 'set_aside'
            when source_events.occurred_at is null then 'undated'
            when source_events.identifier_key is null then 'no_person'
            when not types.is_mapped then 'unmapped'
            else 'touchpoint'
        end as disposition,
        coalesce(source_events.occurred_at >= as_of.as_of_ends_at, false) as is_after_as_of,
        source_events.source_file,
        source_events.source_line
    from source_events
    cross join as_of
    left join types on source_events.event_key = types.event_key

)

select * from final
