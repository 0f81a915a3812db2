-- Grain: one row is a deal that was won or lost, as an event.

with deals as (

    select * from {{ ref('stg_crm__deals') }}

),

events as (

    select
        {{ surrogate_key(["'deal'", 'deal_key']) }} as event_key,
        data_source,
        'deal_' || deal_state as event,
        closed_at as occurred_at,
        is_closed_day_only as is_day_only,
        identifier_key,
        utm_source,
        utm_medium,
        cast(amount as decimal(18, 4)) as amount,
        source_file,
        source_line
    from deals
    where deal_state in ('won', 'lost')

),

final as (

    select
        {{ event_columns(stated=['utm_source', 'utm_medium', 'amount']) }}
    from events

)

select * from final
