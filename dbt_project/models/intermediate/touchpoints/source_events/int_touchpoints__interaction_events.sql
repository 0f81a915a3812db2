-- Grain: one row is an interaction that the CRM names, as an event.

with interactions as (

    select * from {{ ref('stg_crm__interactions') }}

),

events as (

    select
        interaction_event_key as event_key,
        data_source,
        event,
        occurred_at,
        is_day_only,
        identifier_key,
        utm_source,
        utm_medium,
        campaign,
        reason,
        source_file,
        source_line
    from interactions

),

final as (

    select
        {{ event_columns(stated=['utm_source', 'utm_medium', 'campaign', 'reason']) }}
    from events

)

select * from final
