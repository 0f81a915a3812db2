-- Grain: one row is a page, screen or track call of Segment.

with calls as (

    select * from {{ ref('base_segment__events') }}

),

-- Events of programs and of the company itself stay among the events, set aside, so that their number is seen.
events as (

    select
        event_key,
        data_source,
        event,
        occurred_at,
        is_day_only,
        identifier_key,
        device_key,
        utm_source,
        utm_medium,
        campaign,
        value as amount,
        true as is_web,
        event_type in ('page', 'screen') as is_page_view,
        page_path,
        is_program or is_internal as is_set_aside,
        source_file,
        source_line
    from calls
    where
        (_disposition = 'kept' or (_disposition = 'set_aside' and (is_program or is_internal)))
        and event_type in ('page', 'screen', 'track')

),

final as (

    select
        {{ event_columns(stated=[
            'device_key',
            'utm_source',
            'utm_medium',
            'campaign',
            'amount',
            'is_web',
            'is_page_view',
            'page_path',
            'is_set_aside',
        ]) }}
    from events

)

select * from final
