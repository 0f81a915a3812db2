-- Grain: one row is a lead that was created in the CRM, as an event.

with leads as (

    select * from {{ ref('stg_crm__leads') }}

),

events as (

    select
        {{ surrogate_key(["'lead'", 'lead_key']) }} as event_key,
        data_source,
        'lead_created' as event,
        created_at as occurred_at,
        is_created_day_only as is_day_only,
        identifier_key,
        utm_source,
        utm_medium,
        cast(amount as decimal(18, 4)) as amount,
        source_file,
        source_line
    from leads

),

final as (

    select
        {{ event_columns(stated=['utm_source', 'utm_medium', 'amount']) }}
    from events

)

select * from final
