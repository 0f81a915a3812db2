-- Grain: one row is a web event of a visitor: a page, screen or track call.

with source as (

    select * from {{ ref('base_web__events') }}

),

kept as (

    select
        event_key,
        visitor_id,
        customer_id,
        email,
        phone,
        customer_key,
        visitor_key,
        email_identifier_key,
        phone_identifier_key,
        identifier_key,
        identifier_type,
        device_key,
        device_type,
        id_namespace,
        event_type,
        is_call_stated,
        is_link,
        event,
        page_path,
        referrer_host,
        utm_source,
        utm_medium,
        campaign,
        search_term,
        results,
        engaged_seconds,
        scroll_share,
        value,
        occurred_at,
        is_day_only,
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
