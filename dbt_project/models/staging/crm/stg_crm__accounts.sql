-- Grain: one row is an account, in its newest state.

with source as (

    select * from {{ ref('base_crm__accounts') }}

),

kept as (

    select
        account_key,
        parent_account_key,
        account_id,
        parent_id,
        id_namespace,
        name,
        row_json,
        canonical_json,
        decimal_mark,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
