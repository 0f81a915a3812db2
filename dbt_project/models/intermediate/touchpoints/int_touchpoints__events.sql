-- Grain: one row is an event, with its fate.

with collected as (

    select * from {{ ref('int_touchpoints__collected') }}

),

typed as (

    select * from {{ ref('int_touchpoints__typed') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        collected.event_key,
        collected.data_source,
        collected.event,
        collected.occurred_at,
        collected.is_day_only,
        collected.identifier_key,
        collected.device_key,
        collected.utm_source,
        collected.utm_medium,
        collected.campaign,
        collected.reason,
        collected.amount,
        collected.is_web,
        coalesce(collected.is_page_view, typed.role = 'view', false) as is_page_view,
        collected.page_path,
        case
            when collected.is_set_aside then 'set_aside'
            when collected.occurred_at is null then 'undated'
            when collected.identifier_key is null then 'nobody'
            when not typed.is_mapped then 'unmapped'
            else 'touchpoint'
        end as fate,
        coalesce(collected.occurred_at >= as_of.as_of_ends_at, false) as is_after_as_of,
        collected.source_file,
        collected.source_line
    from collected
    cross join as_of
    left join typed on collected.event_key = typed.event_key

)

select * from final
