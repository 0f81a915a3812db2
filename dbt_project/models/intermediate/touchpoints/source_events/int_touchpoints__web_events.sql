-- Grain: one row is a web event of a visitor: a page, a screen or what was done there.

with web_rows as (

    select * from {{ ref('base_web__events') }}

),

-- Events of programs and of the company itself stay among the events, set aside, so that their number is seen.
-- Whether a row is a page view is the vocabulary's to say, unless the row says itself which call it is.
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
        case
            when event_type in ('page', 'screen') then true
            when is_call_stated then false
        end as is_page_view,
        page_path,
        _disposition = 'set_aside' as is_set_aside,
        source_file,
        source_line
    from web_rows
    where
        (
            _disposition = 'kept'
            or _disposition_reason in ({{ reason('program') }}, {{ reason('internal_traffic') }})
        )
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
