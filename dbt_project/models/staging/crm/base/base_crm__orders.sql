-- Grain: one row is a row of an orders export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'orders') }}

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

renamed as (

    select
        ---------- ids
        {{ real_id('source.order_id') }} as order_id,
        {{ real_id('source.line_id') }} as line_id,
        {{ real_id('source.refund_id') }} as refund_id,
        {{ real_id('source.product_id') }} as product_id,
        {{ stated_id('source.customer_id') }} as row_customer_id,
        sources.id_namespace,
        {{ surrogate_key([
            'source.customer_id', 'source.occurred_at', 'source.amount', 'source.order_id', 'source.kind',
            'source.currency', 'source.cost', 'source.quantity', 'source.utm_source', 'source.utm_medium',
            'source.campaign', 'source.line_id', 'source.refund_id', 'source.discount', 'source.tax',
            'source.shipping', 'source.is_test', 'source.updated_at', 'source.is_deleted', 'source.product_id',
            'source.product', 'source.category', 'source.unit_price', 'source.order_total', 'source._others',
        ]) }} as row_key,

        ---------- texts
        lower({{ blank_to_null('source.kind') }}) as stated_kind,
        upper({{ blank_to_null('source.currency') }}) as row_currency,
        settings.currency as reporting_currency,
        {{ public_word('source.utm_source') }} as row_utm_source,
        {{ public_word('source.utm_medium') }} as row_utm_medium,
        {{ public_word('source.campaign') }} as row_campaign,
        {{ public_word('source.product') }} as product,
        {{ public_word('source.category') }} as category,

        ---------- numbers
        {{ parse_number('source.amount', 'sources.decimal_mark') }} as row_amount,
        {{ blank_to_null('source.amount') }} is not null as is_amount_stated,
        {{ parse_number('source.cost', 'sources.decimal_mark') }} as stated_cost,
        {{ blank_to_null('source.cost') }} is not null as is_cost_stated,
        {{ parse_number('source.quantity', 'sources.decimal_mark') }} as quantity,
        {{ blank_to_null('source.quantity') }} is not null as is_quantity_stated,
        {{ parse_number('source.unit_price', 'sources.decimal_mark') }} as unit_price,
        {{ blank_to_null('source.unit_price') }} is not null as is_price_stated,
        {{ parse_number('source.order_total', 'sources.decimal_mark') }} as row_order_total,
        {{ blank_to_null('source.order_total') }} is not null as is_total_stated,
        {{ parse_number('source.discount', 'sources.decimal_mark') }} as stated_discount,
        {{ parse_number('source.tax', 'sources.decimal_mark') }} as stated_tax,
        {{ parse_number('source.shipping', 'sources.decimal_mark') }} as row_shipping,

        ---------- timestamps
        {{ parse_timestamp('source.occurred_at', 'sources.timestamp_format', 'sources.timezone') }} as row_occurred_at,
        {{ blank_to_null('source.occurred_at') }} is not null as is_time_stated,
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as row_updated_at,
        {{ is_day_only('source.occurred_at', 'sources.timestamp_format') }} as is_row_day_only,

        ---------- state
        {{ parse_flag('source.is_deleted') }} as is_deleted,
        {{ parse_flag('source.is_test') }} as is_row_test,

        ---------- origin
        source._source as data_source,
        source._file as source_file,
        source._line as source_line,
        source._load_id as load_id,
        source._load_id in {{ active_loads() }} as is_active,
        sources.data_source is not null as is_configured,
        coalesce(sources.grain = 'line', false) as is_stated_line
    from source
    cross join settings
    left join sources on source._source = sources.data_source

),

-- A line may state a price instead of an amount.
priced as (

    select
        *,
        case
            when is_stated_line and not is_amount_stated
                then cast(unit_price * quantity - coalesce(abs(stated_discount), 0) as decimal(18, 4))
            else row_amount
        end as stated_amount
    from renamed

),

-- A file that states no kind writes money paid back as a negative amount; a deletion names a refund by its id.
kinds as (

    select
        *,
        coalesce(
            stated_kind,
            case when stated_amount < 0 or (is_deleted and refund_id is not null) then 'refund' else 'sale' end
        ) as kind
    from priced

),

-- What the lines of a sale say of the sale itself, where a source states that its rows are lines: on each line or on
-- some of them, and the same.
said_of_orders as (

    select
        data_source,
        load_id,
        order_id,
        min(row_customer_id) as customer_id,
        min(row_occurred_at) as occurred_at,
        min(row_currency) as currency,
        min(row_utm_source) as utm_source,
        min(row_utm_medium) as utm_medium,
        min(row_campaign) as campaign,
        min(row_order_total) as order_total,
        min(row_shipping) as shipping,
        max(row_updated_at) as updated_at,
        bool_and(case when row_occurred_at is not null then is_row_day_only end) as is_day_only,
        bool_or(is_row_test) as is_test,
        case
            when min(row_customer_id) <> max(row_customer_id) then {{ reason('lines_differ', 'customer_id') }}
            when min(row_occurred_at) <> max(row_occurred_at) then {{ reason('lines_differ', 'occurred_at') }}
            when min(row_currency) <> max(row_currency) then {{ reason('lines_differ', 'currency') }}
            when min(row_order_total) <> max(row_order_total) then {{ reason('lines_differ', 'order_total') }}
            when min(row_shipping) <> max(row_shipping) then {{ reason('lines_differ', 'shipping') }}
            when min(row_utm_source) <> max(row_utm_source) then {{ reason('lines_differ', 'utm_source') }}
            when min(row_utm_medium) <> max(row_utm_medium) then {{ reason('lines_differ', 'utm_medium') }}
            when min(row_campaign) <> max(row_campaign) then {{ reason('lines_differ', 'campaign') }}
        end as difference
    from kinds
    where
        is_stated_line
        and is_active
        and kind = 'sale'
        and not is_deleted
        and order_id is not null
    group by data_source, load_id, order_id

),

typed as (

    select
        kinds.*,
        said_of_orders.order_id is not null as is_line_of_sale,
        said_of_orders.difference,
        coalesce(kinds.row_customer_id, said_of_orders.customer_id) as customer_id,
        case when kinds.is_time_stated then kinds.row_occurred_at else said_of_orders.occurred_at end as occurred_at,
        upper(coalesce(kinds.row_currency, said_of_orders.currency, kinds.reporting_currency)) as currency,
        coalesce(kinds.row_utm_source, said_of_orders.utm_source) as utm_source,
        coalesce(kinds.row_utm_medium, said_of_orders.utm_medium) as utm_medium,
        coalesce(kinds.row_campaign, said_of_orders.campaign) as campaign,
        cast(said_of_orders.order_total as decimal(18, 2)) as order_total,
        case when kinds.is_time_stated then kinds.is_row_day_only else said_of_orders.is_day_only end as is_day_only,
        case when kinds.is_row_test is not null then coalesce(said_of_orders.is_test, kinds.is_row_test) end as is_test,
        -- Lines without names of their own are as late as their order.
        case
            when said_of_orders.order_id is not null and kinds.line_id is null then said_of_orders.updated_at
            else kinds.row_updated_at
        end as updated_at,
        cast(abs(kinds.stated_amount) as decimal(18, 2)) as amount,
        cast(abs(kinds.stated_cost) as decimal(18, 2)) as cost,
        cast(abs(kinds.stated_discount) as decimal(18, 2)) as discount,
        cast(abs(kinds.stated_tax) as decimal(18, 2)) as tax,
        cast(abs(coalesce(kinds.row_shipping, said_of_orders.shipping)) as decimal(18, 2)) as shipping
    from kinds
    left join said_of_orders
        on
            kinds.is_stated_line
            and kinds.kind = 'sale'
            and not kinds.is_deleted
            and kinds.data_source = said_of_orders.data_source
            and kinds.load_id = said_of_orders.load_id
            and kinds.order_id = said_of_orders.order_id

),

valued as (

    select
        typed.*,
        case when typed.currency = typed.reporting_currency then 1 else rates.rate end as rate
    from typed
    left join rates
        on
            {{ is_rate_of('rates', 'typed.currency', business_day('typed.occurred_at')) }}

),

looked_at as (

    select
        *,
        case
            when not is_active then {{ reason('replaced') }}
        end as superseded_reason,
        case
            when not is_configured then {{ reason('source_removed') }}
        end as set_aside_reason,
        case
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when is_test is null then {{ reason('unreadable_flag', 'is_test') }}
            when is_test then null
            when is_stated_line and order_id is null then {{ reason('missing', 'order_id') }}
            when difference is not null then difference
            when customer_id is null then {{ reason('missing', 'customer_id') }}
            when occurred_at is null then {{ reason('no_valid_time', 'occurred_at') }}
            when is_stated_line and is_quantity_stated and quantity is null
                then {{ reason('unreadable_number', 'quantity') }}
            when is_line_of_sale and quantity < 0 then {{ reason('negative', 'quantity') }}
            when is_stated_line and is_price_stated and unit_price is null
                then {{ reason('unreadable_number', 'unit_price') }}
            when is_stated_line and is_total_stated and row_order_total is null
                then {{ reason('unreadable_number', 'order_total') }}
            -- A line without money is one all the same, where the total of its order is stated.
            when
                stated_amount is null
                and (not is_line_of_sale or is_amount_stated or order_total is null)
                then {{ reason('unreadable_number', 'amount') }}
            when kind not in ('sale', 'refund', 'cancel') then {{ reason('unknown_kind') }}
            when kind = 'sale' and stated_amount < 0 then {{ reason('negative_sale') }}
            when is_cost_stated and stated_cost is null then {{ reason('unreadable_number', 'cost') }}
            when kind = 'sale' and stated_cost < 0 then {{ reason('negative', 'cost') }}
            when rate is null then {{ reason('no_rate') }}
        end as reason_of_row,
        case
            when is_deleted then {{ reason('deleted_at_vendor') }}
            when is_test then {{ reason('test_order') }}
        end as own_reason
    from valued

),

-- The sum of its other lines is not what an order cost.
incomplete as (

    select distinct
        data_source,
        load_id,
        order_id
    from looked_at
    where
        is_line_of_sale
        and order_total is null
        and reason_of_row is not null

),

examined as (

    select
        looked_at.*,
        coalesce(
            looked_at.reason_of_row,
            case when incomplete.order_id is not null then {{ reason('incomplete', 'order_id') }} end
        ) as quarantine_reason
    from looked_at
    left join incomplete
        on
            looked_at.is_line_of_sale
            and looked_at.own_reason is null
            and looked_at.data_source = incomplete.data_source
            and looked_at.load_id = incomplete.load_id
            and looked_at.order_id = incomplete.order_id

),

-- Refunds of one order, moment and amount that have no id of their own are distinguished by how many a file holds, and
-- are the same ones in the next file.
refunds as (

    select
        load_id,
        source_file,
        source_line,
        row_number() over (
            partition by load_id, data_source, order_id, kind, occurred_at, amount, own_reason
            order by row_key, source_file, source_line
        ) as nth_alike
    from examined
    where
        coalesce(superseded_reason, set_aside_reason, quarantine_reason) is null
        and kind <> 'sale'
        and order_id is not null
        and refund_id is null

),

-- Without an order id, and without an id of its own if it is a refund, every row is an order.
keyed as (

    select
        examined.*,
        case
            when coalesce(superseded_reason, set_aside_reason, quarantine_reason) is not null
                then {{ surrogate_key([
                    "'refused order'", 'examined.load_id', 'examined.source_file', 'examined.source_line',
                ]) }}
            when kind <> 'sale' and refund_id is not null
                then {{ surrogate_key(["'refund'", 'data_source', 'order_id', 'kind', 'refund_id']) }}
            when order_id is null
                then {{ surrogate_key(["'order row'", 'data_source', 'examined.source_file', 'examined.source_line']) }}
            when kind = 'sale'
                then {{ surrogate_key(["'order'", 'data_source', 'order_id', 'kind']) }}
            when refunds.nth_alike = 1
                then {{ surrogate_key(["'order'", 'data_source', 'order_id', 'kind', 'occurred_at', 'amount']) }}
            else
                {{ surrogate_key([
                    "'order'", 'data_source', 'order_id', 'kind', 'occurred_at', 'amount', 'refunds.nth_alike',
                ]) }}
        end as order_key
    from examined
    left join refunds
        on
            examined.load_id = refunds.load_id
            and examined.source_file = refunds.source_file
            and examined.source_line = refunds.source_line

),

-- Most orders have one row, and need no more thought.
repeated as (

    select order_key
    from keyed
    group by order_key
    having count(*) > 1

),

contested as (

    select
        keyed.load_id,
        keyed.source_file,
        keyed.source_line,
        keyed.order_key,
        keyed.customer_id,
        keyed.occurred_at,
        keyed.currency,
        keyed.amount,
        keyed.cost,
        keyed.quantity,
        keyed.line_id,
        keyed.row_key,
        keyed.updated_at,
        keyed.is_deleted,
        keyed.is_line_of_sale,
        keyed.own_reason is not null as is_withdrawn,
        keyed.own_reason is not null and keyed.line_id is null as is_order_withdrawn,
        count(keyed.line_id) over (partition by keyed.order_key) > 0 as has_line_ids,
        max(case when keyed.own_reason is null then keyed.load_id end) over (partition by keyed.order_key)
            as newest_load_id
    from keyed
    inner join repeated on keyed.order_key = repeated.order_key

),

timed as (

    select
        *,
        {{ state_time(['order_key']) }} as state_at
    from contested

),

-- What is later: the shop's own time, then another load; never the next line of one file. A later load replaces an
-- order with all its lines, and a line with an id has a time of its own.
compared as (

    select
        *,
        first_value(is_order_withdrawn) over latest_of_order as is_order_over,
        first_value(is_withdrawn) over latest_of_line as is_line_over,
        row_number() over latest_of_line as nth_of_line,
        rank() over (
            partition by order_key, line_id, is_order_withdrawn
            order by case when has_line_ids then load_id end desc, state_at desc nulls last, load_id desc
        ) as nth_state
    from timed
    window
        latest_of_order as (
            partition by order_key
            order by state_at desc nulls last, load_id desc, source_file desc, source_line desc
        ),
        latest_of_line as (
            partition by order_key, line_id, is_order_withdrawn
            order by
                case when has_line_ids then load_id end desc,
                state_at desc nulls last,
                load_id desc,
                source_file desc,
                source_line desc
        )

),

-- A row that withdraws the order ends it with all its lines, unless a later one restores it; one that withdraws a line
-- ends that line.
stated as (

    select
        *,
        case
            when is_order_over then is_order_withdrawn and nth_state = 1
            when is_order_withdrawn then false
            when is_line_over then nth_of_line = 1
            when is_withdrawn then false
            else nth_state = 1 and (not has_line_ids or load_id = newest_load_id)
        end as is_newest
    from compared

),

-- Rows of one sale in one file that differ in money or goods, or name their lines, are lines of it.
orders_of_files as (

    select
        order_key,
        min(load_id) as load_id,
        count(*) as n_rows,
        count(distinct row_key) as contents,
        min(customer_id) = max(customer_id)
        and min(occurred_at) = max(occurred_at)
        and min(currency) = max(currency) as is_one_sale,
        min(amount) <> max(amount)
        or coalesce(min(cost) <> max(cost), false)
        or coalesce(min(quantity) <> max(quantity), false)
        or count(distinct line_id) > 1 as differs_by_line
    from stated
    where
        is_newest
        and not is_withdrawn
    group by order_key

),

files_of_lines as (

    select distinct load_id
    from orders_of_files
    where
        n_rows > 1
        and is_one_sale
        and differs_by_line

),

-- In a file of lines, equal rows of an order are lines, too, unless they name the same line.
judged as (

    select
        stated.load_id,
        stated.source_file,
        stated.source_line,
        stated.is_newest,
        orders_of_files.contents > 1 as differs,
        (
            stated.is_line_of_sale
            or (orders_of_files.n_rows > 1 and orders_of_files.is_one_sale and files_of_lines.load_id is not null)
        )
        and not stated.is_withdrawn as is_line,
        row_number() over (
            partition by stated.order_key, stated.is_newest, stated.is_withdrawn
            order by stated.occurred_at desc, stated.source_file desc, stated.source_line desc
        ) as nth_last,
        row_number() over (
            partition by stated.order_key, stated.is_newest, stated.line_id, stated.row_key
            order by stated.source_file desc, stated.source_line desc
        ) as nth_equal,
        row_number() over (
            partition by stated.order_key, stated.is_newest, stated.is_withdrawn, stated.line_id
            order by stated.source_file desc, stated.source_line desc
        ) as nth_of_line,
        stated.line_id is not null as is_line_named
    from stated
    left join orders_of_files on stated.order_key = orders_of_files.order_key
    left join files_of_lines on orders_of_files.load_id = files_of_lines.load_id

),

ranked as (

    select
        keyed.*,
        case
            when judged.load_id is not null then judged.is_line and judged.is_newest
            else keyed.is_line_of_sale and keyed.own_reason is null
        end as is_line,
        case
            when not judged.is_newest then {{ reason('later_row', 'order_id') }}
            when keyed.own_reason is not null then null
            when judged.is_line and judged.is_line_named and judged.nth_equal > 1
                then {{ reason('same_row') }}
            when keyed.is_line_of_sale and judged.is_line and judged.is_line_named and judged.nth_of_line > 1
                then {{ reason('conflict', 'line_id') }}
            when judged.is_line or judged.nth_last = 1 then null
            when judged.differs then {{ reason('conflict', 'order_id') }}
            when judged.nth_last > 1 then {{ reason('same_row') }}
        end as deduplicated_reason
    from keyed
    left join judged
        on
            keyed.load_id = judged.load_id
            and keyed.source_file = judged.source_file
            and keyed.source_line = judged.source_line

),

withdrawn_sales as (

    select
        data_source,
        order_id,
        min(own_reason) as own_reason
    from ranked
    where
        coalesce({{ same_refusal() }}, deduplicated_reason) is null
        and own_reason is not null
        and kind = 'sale'
        and line_id is null
        and order_id is not null
    group by data_source, order_id

),

-- Refunds and cancels of a sale that there is not go with it.
withdrawn as (

    select
        ranked.*,
        coalesce(
            ranked.own_reason, case when ranked.kind <> 'sale' then withdrawn_sales.own_reason end
        ) as withdrawn_reason
    from ranked
    left join withdrawn_sales
        on
            ranked.data_source = withdrawn_sales.data_source
            and ranked.order_id = withdrawn_sales.order_id

),

final as (

    select
        order_key,
        order_id,
        customer_id,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as identifier_key,
        id_namespace,
        row_key,
        kind,
        currency,
        utm_source,
        utm_medium,
        campaign,
        amount,
        {{ in_reporting_currency('amount', 'rate') }} as amount_reporting,
        cost,
        {{ in_reporting_currency('cost', 'rate') }} as cost_reporting,
        quantity,
        discount,
        tax,
        shipping,
        occurred_at,
        is_line and coalesce({{ same_refusal() }}, deduplicated_reason) is null as is_line,
        line_id is not null or is_line_of_sale as is_line_named,
        is_line_of_sale,
        line_id,
        product_id,
        product,
        category,
        unit_price,
        order_total,
        cast(order_total * rate as decimal(18, 2)) as order_total_reporting,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        {{ dispositions() }}
    from withdrawn

)

select * from final
