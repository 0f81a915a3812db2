-- Grain: one row is an order, a refund or a cancel that counts.

with source as (

    select * from {{ ref('base_crm_csv__orders') }}

),

kept as (

    select
        order_key,
        order_id,
        customer_id,
        identifier_key,
        id_namespace,
        row_key,
        kind,
        currency,
        utm_source,
        utm_medium,
        campaign,
        amount,
        amount_reporting,
        cost,
        cost_reporting,
        quantity,
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
