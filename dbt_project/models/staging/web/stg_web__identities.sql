-- Grain: one row is a pair of identifiers that a kind of call joined, at its earliest time.

with source as (

    select * from {{ ref('base_web__events') }}

),

calls as (

    select *
    from source
    where
        _disposition = 'kept'
        and event_type in ('identify', 'alias')

),

-- An alias call that names no customer says nothing of the kind of its id, whatever column the id is in.
anonymous_ids as (

    select distinct
        id_namespace,
        visitor_id
    from source
    where
        _disposition = 'kept'
        and visitor_id is not null
        and (event_type <> 'alias' or customer_id is not null)

),

identified as (

    select
        visitor_key as from_identifier_key,
        'anonymous' as from_identifier_type,
        customer_key as to_identifier_key,
        'customer' as to_identifier_type,
        'identify' as method,
        occurred_at,
        data_source
    from calls
    where event_type = 'identify'

),

-- An alias call does not say what kind of ids it joins: one that a visitor ever had is anonymous.
typed as (

    select
        calls.id_namespace,
        calls.previous_id as from_id,
        case when earlier_ids.visitor_id is not null then 'anonymous' else 'customer' end as from_identifier_type,
        coalesce(calls.customer_id, calls.visitor_id) as to_id,
        case when later_ids.visitor_id is not null then 'anonymous' else 'customer' end as to_identifier_type,
        calls.occurred_at,
        calls.data_source
    from calls
    left join anonymous_ids as earlier_ids
        on
            calls.id_namespace = earlier_ids.id_namespace
            and calls.previous_id = earlier_ids.visitor_id
    left join anonymous_ids as later_ids
        on
            calls.id_namespace = later_ids.id_namespace
            and coalesce(calls.customer_id, calls.visitor_id) = later_ids.visitor_id
    where calls.event_type = 'alias'

),

keyed as (

    select
        {{ identifier_key_of_any_type('from_identifier_type', 'id_namespace', 'from_id') }} as from_identifier_key,
        from_identifier_type,
        {{ identifier_key_of_any_type('to_identifier_type', 'id_namespace', 'to_id') }} as to_identifier_key,
        to_identifier_type,
        occurred_at,
        data_source
    from typed

),

-- A device stands before the customer, as in the other links: rules for shared devices look for it there.
directed as (

    select
        *,
        from_identifier_type = 'customer' and to_identifier_type = 'anonymous' as is_turned
    from keyed

),

aliased as (

    select
        case when is_turned then to_identifier_key else from_identifier_key end as from_identifier_key,
        case when is_turned then to_identifier_type else from_identifier_type end as from_identifier_type,
        case when is_turned then from_identifier_key else to_identifier_key end as to_identifier_key,
        case when is_turned then from_identifier_type else to_identifier_type end as to_identifier_type,
        'alias' as method,
        occurred_at,
        data_source
    from directed

),

mailed as (

    select
        identifier_key as from_identifier_key,
        identifier_type as from_identifier_type,
        email_identifier_key as to_identifier_key,
        'email' as to_identifier_type,
        'email' as method,
        occurred_at,
        data_source
    from calls
    where event_type = 'identify'

),

phoned as (

    select
        identifier_key as from_identifier_key,
        identifier_type as from_identifier_type,
        phone_identifier_key as to_identifier_key,
        'phone' as to_identifier_type,
        'phone' as method,
        occurred_at,
        data_source
    from calls
    where event_type = 'identify'

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
    -- Also leaves out pairs of which one end is not named: it has no key.
    where from_identifier_key <> to_identifier_key
    group by
        from_identifier_key,
        from_identifier_type,
        to_identifier_key,
        to_identifier_type,
        method

)

select * from final
