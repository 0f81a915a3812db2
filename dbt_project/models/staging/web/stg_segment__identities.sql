-- Grain: one row is a pair of identifiers that a kind of call joined, at its earliest time.

with source as (

    select * from {{ ref('base_segment__events') }}

),

calls as (

    select *
    from source
    where
        _disposition = 'kept'
        and event_type in ('identify', 'alias')

),

anonymous_ids as (

    select distinct
        id_namespace,
        anonymous_id
    from source
    where
        _disposition = 'kept'
        and anonymous_id is not null

),

identified as (

    select
        anonymous_key as from_identifier_key,
        'anonymous' as from_identifier_type,
        user_key as to_identifier_key,
        'customer' as to_identifier_type,
        'identify' as method,
        occurred_at,
        data_source
    from calls
    where
        event_type = 'identify'
        and anonymous_key is not null
        and user_key is not null

),

-- An alias call does not say what kind of id the previous one is: one that browsers sent as anonymous is anonymous.
aliased as (

    select
        case
            when anonymous_ids.anonymous_id is not null
                then {{ identifier_key('anonymous', 'calls.id_namespace', 'calls.previous_id') }}
            else {{ identifier_key('customer', 'calls.id_namespace', 'calls.previous_id') }}
        end as from_identifier_key,
        case when anonymous_ids.anonymous_id is not null then 'anonymous' else 'customer' end as from_identifier_type,
        calls.user_key as to_identifier_key,
        'customer' as to_identifier_type,
        'alias' as method,
        calls.occurred_at,
        calls.data_source
    from calls
    left join anonymous_ids
        on
            calls.id_namespace = anonymous_ids.id_namespace
            and calls.previous_id = anonymous_ids.anonymous_id
    where
        calls.event_type = 'alias'
        and calls.previous_id is not null
        and calls.user_key is not null

),

mailed as (

    select
        identifier_key as from_identifier_key,
        identifier_type as from_identifier_type,
        {{ email_key('email') }} as to_identifier_key,
        'email' as to_identifier_type,
        'email' as method,
        occurred_at,
        data_source
    from calls
    where
        event_type = 'identify'
        and email is not null

),

dialled as (

    select
        identifier_key as from_identifier_key,
        identifier_type as from_identifier_type,
        {{ phone_number('phone', 'phone_region') }} as number,
        occurred_at,
        data_source
    from calls
    where
        event_type = 'identify'
        and phone is not null

),

phoned as (

    select
        from_identifier_key,
        from_identifier_type,
        {{ phone_key('number') }} as to_identifier_key,
        'phone' as to_identifier_type,
        'phone' as method,
        occurred_at,
        data_source
    from dialled

),

pairs as (

    select * from identified
    union all
    select * from aliased
    union all
    select * from mailed
    union all
    select * from phoned

),

final as (

    select
        from_identifier_key,
        from_identifier_type,
        to_identifier_key,
        to_identifier_type,
        method,
        min(occurred_at) as occurred_at,
        min(data_source) as data_source
    from pairs
    -- Also leaves out what is neither an address nor a number: it has no key.
    where from_identifier_key <> to_identifier_key
    group by
        from_identifier_key,
        from_identifier_type,
        to_identifier_key,
        to_identifier_type,
        method

)

select * from final
