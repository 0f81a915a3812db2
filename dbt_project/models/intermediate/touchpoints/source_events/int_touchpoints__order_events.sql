-- Grain: one row is an order, a refund or a cancel, as an event.

with orders as (

    select * from {{ ref('stg_crm__orders') }}

),

events as (

    select
        {{ surrogate_key(["'order'", 'order_key']) }} as event_key,
        data_source,
        case kind when 'sale' then 'order' else kind end as event,
        occurred_at,
        is_day_only,
        identifier_key,
        utm_source,
        utm_medium,
        campaign,
        cast(amount_reporting as decimal(18, 4)) as amount,
        source_file,
        source_line
    from orders

),

final as (

    select
        {{ event_columns(stated=['utm_source', 'utm_medium', 'campaign', 'amount']) }}
    from events

)

select * from final
