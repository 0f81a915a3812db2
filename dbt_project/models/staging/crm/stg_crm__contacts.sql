-- Grain: one row is a contact of the CRM in its newest state.

with source as (

    select * from {{ ref('base_crm__contacts') }}

),

kept as (

    select
        contact_key,
        customer_id,
        account_id,
        identifier_key,
        email_identifier_key,
        phone_identifier_key,
        id_namespace,
        email,
        phone,
        name,
        row_json,
        canonical_json,
        decimal_mark,
        created_at,
        is_created_day_only,
        updated_at,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
