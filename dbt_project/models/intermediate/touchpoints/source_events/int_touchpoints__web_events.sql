-- Grain: one row is a web event of a visitor.

with web_rows as (

    select * from {{ ref('stg_web__events') }}

),

-- Whether a row is a page view is the vocabulary's to say, unless the row says itself that it is one.
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
        case when event_type in ('page', 'screen') then true end as is_page_view,
        page_path,
        source_file,
        source_line
    from web_rows

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
        ]) }}
    from events

)

select * from final
