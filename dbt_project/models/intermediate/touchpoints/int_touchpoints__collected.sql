-- Grain: one row is an event of a person, as its source tells it: nobody resolved, nothing mapped.

with orders as (

    select * from {{ ref('stg_crm_csv__orders') }}

),

contacts as (

    select * from {{ ref('stg_crm_csv__contacts') }}

),

interactions as (

    select * from {{ ref('stg_crm_csv__interactions') }}

),

web_calls as (

    select * from {{ ref('base_segment__events') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

order_events as (

    select
        {{ surrogate_key(["'order'", 'order_key']) }} as event_key,
        data_source,
        case kind when 'sale' then 'order' else kind end as event,
        occurred_at,
        identifier_key,
        identifier_key as device_key,
        utm_source,
        utm_medium,
        campaign,
        cast(null as varchar) as reason,
        cast(amount as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        false as is_set_aside,
        source_file,
        source_line
    from orders

),

contact_events as (

    select
        {{ surrogate_key(["'contact'", 'contact_key']) }} as event_key,
        data_source,
        'contact_created' as event,
        created_at as occurred_at,
        identifier_key,
        identifier_key as device_key,
        cast(null as varchar) as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        false as is_set_aside,
        source_file,
        source_line
    from contacts

),

interaction_events as (

    select
        interaction_event_key as event_key,
        data_source,
        event,
        occurred_at,
        identifier_key,
        identifier_key as device_key,
        utm_source,
        utm_medium,
        campaign,
        reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        false as is_set_aside,
        source_file,
        source_line
    from interactions

),

-- Events of programs stay among the events, set aside, so that their number is seen.
web_events as (

    select
        event_key,
        data_source,
        event,
        occurred_at,
        identifier_key,
        device_key,
        utm_source,
        utm_medium,
        campaign,
        cast(null as varchar) as reason,
        value as amount,
        true as is_web,
        event_type in ('page', 'screen') as is_page_view,
        is_program as is_set_aside,
        source_file,
        source_line
    from web_calls
    where
        (_disposition = 'kept' or (_disposition = 'set_aside' and is_program))
        and event_type in ('page', 'screen', 'track')

),

survey_events as (

    select
        {{ surrogate_key(["'response'", 'response_key']) }} as event_key,
        data_source,
        'survey_answered' as event,
        answered_at as occurred_at,
        identifier_key,
        identifier_key as device_key,
        cast(null as varchar) as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        false as is_set_aside,
        source_file,
        source_line
    from responses

),

final as (

    select * from order_events
    union all
    select * from contact_events
    union all
    select * from interaction_events
    union all
    select * from web_events
    union all
    select * from survey_events

)

select * from final
