-- Grain: one row is a lead, in its newest state.

with source as (

    select * from {{ ref('base_crm__leads') }}

),

kept as (

    select
        lead_key,
        lead_id,
        customer_id,
        identifier_key,
        account_id,
        account_key,
        id_namespace,
        crm_stage,
        lead_state,
        amount,
        utm_source,
        utm_medium,
        created_at,
        is_created_day_only,
        closed_at,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
