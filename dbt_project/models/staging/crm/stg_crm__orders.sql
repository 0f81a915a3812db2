-- Grain: one row is an order, a refund or a cancel that counts, its lines added up.

with source as (

    select * from {{ ref('base_crm__orders') }}

),

single as (

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
        discount,
        tax,
        shipping,
        occurred_at,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where
        _disposition = 'kept'
        and not is_line

),

-- Lines of one order in one file: what they say of the order is the same, and their money and goods add up. What not
-- every line states is not known of the order.
added_up as (

    select
        order_key,
        min(order_id) as order_id,
        min(customer_id) as customer_id,
        min(identifier_key) as identifier_key,
        min(id_namespace) as id_namespace,
        min(row_key) as row_key,
        min(kind) as kind,
        min(currency) as currency,
        min(utm_source) as utm_source,
        min(utm_medium) as utm_medium,
        min(campaign) as campaign,
        cast(coalesce(min(order_total), sum(amount)) as decimal(18, 2)) as amount,
        cast(coalesce(min(order_total_reporting), sum(amount_reporting)) as decimal(18, 2)) as amount_reporting,
        cast(case when count(cost) = count(*) then sum(cost) end as decimal(18, 2)) as cost,
        cast(
            case when count(cost_reporting) = count(*) then sum(cost_reporting) end as decimal(18, 2)
        ) as cost_reporting,
        cast(case when count(quantity) = count(*) then sum(quantity) end as decimal(18, 4)) as quantity,
        cast(case when count(discount) = count(*) then sum(discount) end as decimal(18, 2)) as discount,
        cast(case when count(tax) = count(*) then sum(tax) end as decimal(18, 2)) as tax,
        cast(
            case
                -- Where lines are stated, delivery is that of the order, however many of them repeat it.
                when bool_and(is_line_of_sale) then min(shipping)
                when count(shipping) = count(*) then sum(shipping)
            end as decimal(18, 2)
        ) as shipping,
        min(occurred_at) as occurred_at,
        bool_and(is_day_only) as is_day_only,
        min(data_source) as data_source,
        min(source_file) as source_file,
        min(source_line) as source_line,
        min(load_id) as load_id
    from source
    where
        _disposition = 'kept'
        and is_line
    group by order_key

),

final as (

    select * from single
    union all
    select * from added_up

)

select * from final
