-- Grain: one row is a deal, in its newest state.

with source as (

    select * from {{ ref('base_crm__deals') }}

),

kept as (

    select
        deal_key,
        deal_id,
        customer_id,
        identifier_key,
        account_id,
        account_key,
        id_namespace,
        crm_stage,
        deal_state,
        amount,
        utm_source,
        utm_medium,
        created_at,
        closed_at,
        is_closed_day_only,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
