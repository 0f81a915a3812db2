-- Grain: one row is a line of a sale that counts: a product, and how many of it.

with line_rows as (

    select * from {{ ref('base_crm__order_lines') }}

),

-- Files of orders that hold one row a line (`grain: line`).
order_rows as (

    select * from {{ ref('base_crm__orders') }}

),

listed as (

    select
        line_key,
        order_key,
        line_id,
        product_id,
        id_namespace,
        product,
        category,
        currency,
        quantity,
        unit_price,
        discount,
        amount,
        amount_reporting,
        data_source,
        source_file,
        source_line,
        load_id
    from line_rows
    where _disposition = 'kept'

),

repeated as (

    select
        {{ surrogate_key(["'line of order row'", 'data_source', 'source_file', 'source_line']) }} as line_key,
        order_key,
        line_id,
        product_id,
        id_namespace,
        product,
        category,
        currency,
        cast(quantity as decimal(18, 4)) as quantity,
        cast(unit_price as decimal(18, 4)) as unit_price,
        discount,
        amount,
        amount_reporting,
        data_source,
        source_file,
        source_line,
        load_id
    from order_rows
    where
        _disposition = 'kept'
        and is_line
        and is_line_of_sale

),

final as (

    select * from listed
    union all
    select * from repeated

)

select * from final
