-- Grain: one row is a contract of a customer.

with source as (

    select * from {{ ref('base_crm__contracts') }}

),

kept as (

    select
        contract_key,
        customer_id,
        identifier_key,
        id_namespace,
        plan,
        currency,
        amount_per_month,
        amount_per_month_reporting,
        started_at,
        is_started_day_only,
        ended_at,
        is_ended_day_only,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
