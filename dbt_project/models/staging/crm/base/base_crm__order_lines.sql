-- Grain: one row is a row of an export of order lines; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'order_lines') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

rates as (

    select * from {{ ref('stg_mappings__fx_rates') }}

),

sales as (

    select * from {{ ref('stg_crm__orders') }}
    where kind = 'sale'

),

-- A number of an order means something in its namespace only.
orders as (

    select
        id_namespace,
        order_id,
        min(order_key) as order_key,
        min(currency) as currency,
        min(occurred_at) as occurred_at,
        count(*) as n_orders
    from sales
    where order_id is not null
    group by id_namespace, order_id

),

renamed as (

    select
        ---------- ids
        {{ real_id('source.order_id') }} as order_id,
        {{ real_id('source.line_id') }} as line_id,
        {{ real_id('source.product_id') }} as product_id,
        sources.id_namespace,
        {{ row_content([
            'source.order_id', 'source.line_id', 'source.product_id', 'source.product', 'source.category',
            'source.quantity', 'source.unit_price', 'source.amount', 'source.discount', 'source.currency',
            'source.updated_at', 'source.is_deleted', 'source._others',
        ]) }} as row_content,

        ---------- texts
        {{ public_word('source.product') }} as product,
        {{ public_word('source.category') }} as category,
        upper({{ blank_to_null('source.currency') }}) as stated_currency,
        settings.currency as reporting_currency,

        ---------- numbers
        {{ parse_number('source.quantity', 'sources.decimal_mark') }} as quantity,
        {{ blank_to_null('source.quantity') }} is not null as is_quantity_stated,
        {{ parse_number('source.unit_price', 'sources.decimal_mark') }} as unit_price,
        {{ blank_to_null('source.unit_price') }} is not null as is_price_stated,
        {{ parse_number('source.amount', 'sources.decimal_mark') }} as stated_amount,
        {{ blank_to_null('source.amount') }} is not null as is_amount_stated,
        {{ parse_number('source.discount', 'sources.decimal_mark') }} as stated_discount,
        {{ blank_to_null('source.discount') }} is not null as is_discount_stated,

        ---------- timestamps
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,

        ---------- state
        {{ parse_flag('source.is_deleted') }} as is_deleted,

        ---------- origin
        {{ origin_columns() }}
    from source
    cross join settings
    left join sources on source._source = sources.data_source

),

-- A line without a currency of its own has that of its order.
placed as (

    select
        renamed.*,
        orders.order_key,
        orders.n_orders,
        orders.occurred_at,
        coalesce(renamed.stated_currency, orders.currency) as currency,
        abs(renamed.stated_discount) as discount,
        case
            when renamed.is_amount_stated then renamed.stated_amount
            else renamed.unit_price * renamed.quantity - coalesce(abs(renamed.stated_discount), 0)
        end as amount
    from renamed
    left join orders
        on
            renamed.id_namespace = orders.id_namespace
            and renamed.order_id = orders.order_id

),

valued as (

    select
        placed.*,
        case when placed.currency = placed.reporting_currency then 1 else rates.rate end as rate
    from placed
    left join rates
        on
            {{ is_rate_of('rates', 'placed.currency', business_day('placed.occurred_at')) }}

),

examined as (

    select
        *,
        {{ superseded_reason() }},
        case
            when not is_configured then {{ reason('source_removed') }}
            -- What cannot be a line of any order is reported as that below.
            when order_id is null or line_id is null or is_deleted is null or is_deleted then null
            when n_orders is null then {{ reason('unknown_order', 'order_id') }}
            when n_orders > 1 then {{ reason('ambiguous_order', 'order_id') }}
        end as set_aside_reason,
        case
            when order_id is null then {{ reason('missing', 'order_id') }}
            when line_id is null then {{ reason('missing', 'line_id') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when is_quantity_stated and quantity is null then {{ reason('unreadable_number', 'quantity') }}
            when quantity < 0 then {{ reason('negative', 'quantity') }}
            when is_price_stated and unit_price is null then {{ reason('unreadable_number', 'unit_price') }}
            when unit_price < 0 then {{ reason('negative', 'unit_price') }}
            when is_discount_stated and stated_discount is null then {{ reason('unreadable_number', 'discount') }}
            when is_amount_stated and stated_amount is null then {{ reason('unreadable_number', 'amount') }}
            when amount < 0 then {{ reason('negative', 'amount') }}
            when amount is not null and rate is null then {{ reason('no_rate') }}
        end as quarantine_reason
    from valued

),

-- A later export of a line replaces the earlier one.
judged as (

    {{ latest_states('examined', key=['id_namespace', 'order_id', 'line_id'], called='line_id') }}

),

final as (

    select
        {{ surrogate_key(["'order line'", 'id_namespace', 'order_id', 'line_id']) }} as line_key,
        order_key,
        order_id,
        line_id,
        product_id,
        id_namespace,
        product,
        category,
        currency,
        cast(quantity as decimal(18, 4)) as quantity,
        cast(unit_price as decimal(18, 4)) as unit_price,
        cast(discount as decimal(18, 2)) as discount,
        cast(amount as decimal(18, 2)) as amount,
        {{ in_reporting_currency('amount', 'rate') }} as amount_reporting,
        updated_at,
        is_deleted,
        data_source,
        source_file,
        source_line,
        load_id,
        _disposition,
        _disposition_reason
    from judged

)

select * from final
