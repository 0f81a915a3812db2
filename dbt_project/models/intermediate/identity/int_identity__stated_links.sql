-- Grain: one row is a statement that two identifiers are one person, by a method within a namespace, at its earliest.
-- It says what sources say; whether identity follows it is judged after it.

with contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

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

mentions as (

    select * from {{ ref('stg_social__mentions') }}
    where is_own_brand

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

stated as (

    select
        identifier_key as identifier_a,
        'customer' as type_a,
        email_identifier_key as identifier_b,
        'email' as type_b,
        'contact' as method,
        created_at as linked_at,
        data_source
    from contacts
    union all
    select
        identifier_key as identifier_a,
        'customer' as type_a,
        phone_identifier_key as identifier_b,
        'phone' as type_b,
        'contact' as method,
        created_at as linked_at,
        data_source
    from contacts
    union all
    select
        identifier_key as identifier_a,
        identifier_type as type_a,
        email_identifier_key as identifier_b,
        'email' as type_b,
        'recipient' as method,
        answered_at as linked_at,
        data_source
    from responses
    union all
    select
        visitor_key as identifier_a,
        'anonymous' as type_a,
        customer_key as identifier_b,
        'customer' as type_b,
        'identify' as method,
        occurred_at as linked_at,
        data_source
    from web_rows
    where is_link
    union all
    select
        identifier_key as identifier_a,
        identifier_type as type_a,
        email_identifier_key as identifier_b,
        'email' as type_b,
        'email' as method,
        occurred_at as linked_at,
        data_source
    from web_rows
    union all
    select
        identifier_key as identifier_a,
        identifier_type as type_a,
        phone_identifier_key as identifier_b,
        'phone' as type_b,
        'phone' as method,
        occurred_at as linked_at,
        data_source
    from web_rows
    union all
    select
        from_identifier_key as identifier_a,
        from_identifier_type as type_a,
        to_identifier_key as identifier_b,
        to_identifier_type as type_b,
        method,
        occurred_at as linked_at,
        data_source
    from web_identities
    union all
    select
        requester_key as identifier_a,
        'requester' as type_a,
        customer_key as identifier_b,
        'customer' as type_b,
        'ticket' as method,
        created_at as linked_at,
        data_source
    from tickets
    union all
    select
        identifier_key as identifier_a,
        identifier_type as type_a,
        email_identifier_key as identifier_b,
        'email' as type_b,
        'requester' as method,
        created_at as linked_at,
        data_source
    from tickets
    union all
    select
        identifier_key as identifier_a,
        identifier_type as type_a,
        phone_identifier_key as identifier_b,
        'phone' as type_b,
        'requester' as method,
        created_at as linked_at,
        data_source
    from tickets
    union all
    select
        author_key as identifier_a,
        'author' as type_a,
        customer_key as identifier_b,
        'customer' as type_b,
        'mention' as method,
        posted_at as linked_at,
        data_source
    from mentions

),

-- A statement without a time has always been there, and is the earliest.
ranked as (

    select
        stated.identifier_a,
        stated.identifier_b,
        stated.type_a,
        stated.type_b,
        stated.method,
        sources.id_namespace,
        stated.linked_at,
        stated.data_source,
        row_number() over (
            partition by stated.identifier_a, stated.identifier_b, stated.method, sources.id_namespace
            order by stated.linked_at nulls first, stated.data_source, stated.type_a, stated.type_b
        ) as nth
    from stated
    inner join sources on stated.data_source = sources.data_source
    where
        stated.identifier_a is not null
        and stated.identifier_b is not null
        and stated.identifier_a <> stated.identifier_b

),

final as (

    select
        identifier_a,
        identifier_b,
        type_a,
        type_b,
        method,
        id_namespace,
        linked_at,
        data_source
    from ranked
    where nth = 1

)

select * from final
