-- Grain: one row is an identifier of a person in one source, with the first and last time it was seen there.
-- Times after the present are not sightings yet; identifiers without any time are still people.

with orders as (

    select * from {{ ref('stg_crm__orders') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

interactions as (

    select * from {{ ref('stg_crm__interactions') }}

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

web_rows as (

    select * from {{ ref('stg_web__events') }}

),

web_identities as (

    select * from {{ ref('stg_web__identities') }}

),

tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

-- The author of a mention of another brand is not a person that the company has met.
mentions as (

    select * from {{ ref('stg_social__mentions') }}
    where is_own_brand

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

seen as (

    select
        identifier_key,
        'customer' as identifier_type,
        data_source,
        occurred_at as seen_at
    from orders
    union all
    select
        identifier_key,
        'customer' as identifier_type,
        data_source,
        created_at as seen_at
    from contacts
    union all
    select
        email_identifier_key as identifier_key,
        'email' as identifier_type,
        data_source,
        created_at as seen_at
    from contacts
    union all
    select
        phone_identifier_key as identifier_key,
        'phone' as identifier_type,
        data_source,
        created_at as seen_at
    from contacts
    union all
    select
        identifier_key,
        'customer' as identifier_type,
        data_source,
        occurred_at as seen_at
    from interactions
    union all
    select
        identifier_key,
        identifier_type,
        data_source,
        answered_at as seen_at
    from responses
    union all
    select
        email_identifier_key as identifier_key,
        'email' as identifier_type,
        data_source,
        answered_at as seen_at
    from responses
    union all
    select
        identifier_key,
        'customer' as identifier_type,
        data_source,
        started_at as seen_at
    from contracts
    union all
    select
        identifier_key,
        'customer' as identifier_type,
        data_source,
        created_at as seen_at
    from leads
    union all
    select
        identifier_key,
        'customer' as identifier_type,
        data_source,
        created_at as seen_at
    from deals
    union all
    select
        identifier_key,
        identifier_type,
        data_source,
        occurred_at as seen_at
    from web_rows
    union all
    select
        device_key as identifier_key,
        device_type as identifier_type,
        data_source,
        occurred_at as seen_at
    from web_rows
    union all
    select
        email_identifier_key as identifier_key,
        'email' as identifier_type,
        data_source,
        occurred_at as seen_at
    from web_rows
    union all
    select
        phone_identifier_key as identifier_key,
        'phone' as identifier_type,
        data_source,
        occurred_at as seen_at
    from web_rows
    union all
    select
        from_identifier_key as identifier_key,
        from_identifier_type as identifier_type,
        data_source,
        occurred_at as seen_at
    from web_identities
    union all
    select
        to_identifier_key as identifier_key,
        to_identifier_type as identifier_type,
        data_source,
        occurred_at as seen_at
    from web_identities
    union all
    select
        customer_key as identifier_key,
        'customer' as identifier_type,
        data_source,
        created_at as seen_at
    from tickets
    union all
    select
        requester_key as identifier_key,
        'requester' as identifier_type,
        data_source,
        created_at as seen_at
    from tickets
    union all
    select
        email_identifier_key as identifier_key,
        'email' as identifier_type,
        data_source,
        created_at as seen_at
    from tickets
    union all
    select
        phone_identifier_key as identifier_key,
        'phone' as identifier_type,
        data_source,
        created_at as seen_at
    from tickets
    union all
    select
        customer_key as identifier_key,
        'customer' as identifier_type,
        data_source,
        posted_at as seen_at
    from mentions
    union all
    select
        author_key as identifier_key,
        'author' as identifier_type,
        data_source,
        posted_at as seen_at
    from mentions

),

final as (

    select
        seen.identifier_key,
        seen.data_source,
        min(seen.identifier_type) as identifier_type,
        min(case when seen.seen_at < as_of.as_of_ends_at then seen.seen_at end) as first_seen_at,
        max(case when seen.seen_at < as_of.as_of_ends_at then seen.seen_at end) as last_seen_at
    from seen
    cross join as_of
    where seen.identifier_key is not null
    group by seen.identifier_key, seen.data_source

)

select * from final
