-- Grain: one row is a ticket's opening or its solution, as an event.
-- channels.csv distinguishes a service desk's phone from its e-mail by utm_medium.

with tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

openings as (

    select
        {{ ticket_opened_key('ticket_key') }} as event_key,
        data_source,
        'ticket_opened' as event,
        created_at as occurred_at,
        is_created_day_only as is_day_only,
        identifier_key,
        lower(channel) as utm_medium,
        source_file,
        source_line
    from tickets

),

solutions as (

    select
        {{ surrogate_key(["'ticket solved'", 'ticket_key']) }} as event_key,
        data_source,
        'ticket_solved' as event,
        solved_at as occurred_at,
        is_solved_day_only as is_day_only,
        identifier_key,
        lower(channel) as utm_medium,
        source_file,
        source_line
    from tickets
    where is_solved

),

final as (

    select
        {{ event_columns(stated=['utm_medium']) }}
    from openings
    union all
    select
        {{ event_columns(stated=['utm_medium']) }}
    from solutions

)

select * from final
