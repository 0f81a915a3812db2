-- Grain: one row is a contact that was created in the CRM, as an event.

with contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

events as (

    select
        {{ surrogate_key(["'contact'", 'contact_key']) }} as event_key,
        data_source,
        'contact_created' as event,
        created_at as occurred_at,
        is_created_day_only as is_day_only,
        identifier_key,
        source_file,
        source_line
    from contacts

),

final as (

    select
        {{ event_columns() }}
    from events

)

select * from final
