-- Grain: one row is a service ticket, in its newest state, whichever desk it comes from.

with tickets as (

    select *
    from {{ ref('base_service__tickets') }}
    where _disposition = 'kept'

),

final as (

    select
        ---------- ids
        ticket_key,
        ticket_id,
        customer_id,
        requester_id,
        email,
        phone,
        customer_key,
        requester_key,
        email_identifier_key,
        phone_identifier_key,
        -- A ticket without a known requester belongs to no person.
        coalesce(customer_key, requester_key, email_identifier_key, phone_identifier_key) as identifier_key,
        case
            when customer_key is not null then 'customer'
            when requester_key is not null then 'requester'
            when email_identifier_key is not null then 'email'
            when phone_identifier_key is not null then 'phone'
        end as identifier_type,
        id_namespace,

        ---------- texts
        category,
        channel,
        status,
        priority,
        satisfaction,

        ---------- measures
        reopenings,
        is_reopening_stated,
        is_solved,

        ---------- timestamps
        created_at,
        is_created_day_only,
        first_reply_at,
        is_first_reply_day_only,
        solved_at,
        is_solved_day_only,

        ---------- lineage
        data_source,
        source_file,
        source_line,
        load_id
    from tickets

)

select * from final
