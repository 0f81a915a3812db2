-- Grain: one row is an interaction that the CRM recorded (a visit, a call, a step of a case).

with source as (

    select * from {{ ref('base_crm__interactions') }}

),

kept as (

    select
        interaction_event_key,
        interaction_id,
        identifier_key,
        customer_id,
        id_namespace,
        event,
        utm_source,
        utm_medium,
        campaign,
        reason,
        answered,
        occurred_at,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
