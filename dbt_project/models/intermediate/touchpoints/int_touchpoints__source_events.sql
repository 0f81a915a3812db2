-- Grain: one row is an event of a person, as its source reports it: no person resolved, nothing mapped.

with orders as (

    select * from {{ ref('stg_crm__orders') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

interactions as (

    select * from {{ ref('stg_crm__interactions') }}

),

web_rows as (

    select * from {{ ref('base_web__events') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

contracts as (

    select * from {{ ref('stg_crm__contracts') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

mentions as (

    select * from {{ ref('stg_social__mentions') }}

),

order_events as (

    select
        {{ surrogate_key(["'order'", 'order_key']) }} as event_key,
        data_source,
        case kind when 'sale' then 'order' else kind end as event,
        occurred_at,
        is_day_only,
        identifier_key,
        identifier_key as device_key,
        utm_source,
        utm_medium,
        campaign,
        cast(null as varchar) as reason,
        cast(amount_reporting as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
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
        is_created_day_only as is_day_only,
        identifier_key,
        identifier_key as device_key,
        cast(null as varchar) as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
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
        is_day_only,
        identifier_key,
        identifier_key as device_key,
        utm_source,
        utm_medium,
        campaign,
        reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from interactions

),

-- Events of programs and of the company itself stay among the events, set aside, so that their number is seen.
-- Whether a row is a page view is the vocabulary's to say, unless the row says itself which call it is.
web_events as (

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
        cast(null as varchar) as reason,
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

survey_events as (

    select
        {{ surrogate_key(["'response'", 'response_key']) }} as event_key,
        data_source,
        'survey_answered' as event,
        answered_at as occurred_at,
        is_day_only,
        identifier_key,
        identifier_key as device_key,
        cast(null as varchar) as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from responses

),

contract_start_events as (

    select
        {{ surrogate_key(["'contract start'", 'contract_key']) }} as event_key,
        data_source,
        'contract_started' as event,
        started_at as occurred_at,
        is_started_day_only as is_day_only,
        identifier_key,
        identifier_key as device_key,
        cast(null as varchar) as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(amount_per_month_reporting as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from contracts

),

contract_end_events as (

    select
        {{ surrogate_key(["'contract end'", 'contract_key']) }} as event_key,
        data_source,
        'contract_ended' as event,
        ended_at as occurred_at,
        is_ended_day_only as is_day_only,
        identifier_key,
        identifier_key as device_key,
        cast(null as varchar) as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(amount_per_month_reporting as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from contracts
    where ended_at is not null

),

lead_events as (

    select
        {{ surrogate_key(["'lead'", 'lead_key']) }} as event_key,
        data_source,
        'lead_created' as event,
        created_at as occurred_at,
        is_created_day_only as is_day_only,
        identifier_key,
        identifier_key as device_key,
        utm_source,
        utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(amount as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from leads

),

deal_events as (

    select
        {{ surrogate_key(["'deal'", 'deal_key']) }} as event_key,
        data_source,
        'deal_' || deal_state as event,
        closed_at as occurred_at,
        is_closed_day_only as is_day_only,
        identifier_key,
        identifier_key as device_key,
        utm_source,
        utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(amount as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from deals
    where deal_state in ('won', 'lost')

),

-- channels.csv distinguishes a service desk's phone from its e-mail by utm_medium, and one network
-- from another by utm_source.
ticket_opened_events as (

    select
        {{ ticket_opened_key('ticket_key') }} as event_key,
        data_source,
        'ticket_opened' as event,
        created_at as occurred_at,
        is_created_day_only as is_day_only,
        identifier_key,
        identifier_key as device_key,
        cast(null as varchar) as utm_source,
        lower(channel) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from tickets

),

ticket_solved_events as (

    select
        {{ surrogate_key(["'ticket solved'", 'ticket_key']) }} as event_key,
        data_source,
        'ticket_solved' as event,
        solved_at as occurred_at,
        is_solved_day_only as is_day_only,
        identifier_key,
        identifier_key as device_key,
        cast(null as varchar) as utm_source,
        lower(channel) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from tickets
    where is_solved

),

-- What is said of another brand is not a contact with this one.
mention_events as (

    select
        {{ surrogate_key(["'mention'", 'mention_key']) }} as event_key,
        data_source,
        case when rating is null then 'mention' else 'review' end as event,
        posted_at as occurred_at,
        is_posted_day_only as is_day_only,
        coalesce(customer_key, author_key) as identifier_key,
        coalesce(customer_key, author_key) as device_key,
        network as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as reason,
        cast(null as decimal(18, 4)) as amount,
        false as is_web,
        false as is_page_view,
        cast(null as varchar) as page_path,
        false as is_set_aside,
        source_file,
        source_line
    from mentions
    where is_own_brand

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
    union all
    select * from contract_start_events
    union all
    select * from contract_end_events
    union all
    select * from lead_events
    union all
    select * from deal_events
    union all
    select * from ticket_opened_events
    union all
    select * from ticket_solved_events
    union all
    select * from mention_events

)

select * from final
