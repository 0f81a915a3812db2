-- Rows of orders that equal another row in every cell and have no number of their own.
-- A warning, not an error: two equal purchases of one day do happen, and nothing in the file distinguishes them from a
-- row that was exported twice. They are kept, and counted by reconciliation in a group of their own.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_crm__orders'}}}) }}

with orders as (

    select * from {{ ref('stg_crm__orders') }}
    where order_id is null

),

final as (

    select
        data_source,
        row_key,
        count(*) as n_rows,
        min(source_line) as first_line
    from orders
    group by data_source, row_key
    having count(*) > 1

)

select * from final
