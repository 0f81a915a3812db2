-- Grain: one row is a page, screen or track call, once per message.

with source as (

    select * from {{ ref('base_segment__events') }}

),

kept as (

    select
        event_key,
        event_type,
        event,
        occurred_at,
        anonymous_id,
        user_id,
        id_namespace,
        identifier_type,
        identifier_key,
        device_type,
        device_key,
        page_path,
        referrer_host,
        utm_source,
        utm_medium,
        campaign,
        value,
        search_term,
        results,
        engaged_seconds,
        scroll_share,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where
        _disposition = 'kept'
        and event_type in ('page', 'screen', 'track')

)

select * from kept
