-- Grain: one row is a row of an orders export; every row has a disposition, so that the books balance.

with source as (

    select * from {{ source('raw_crm_csv', 'orders') }}

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
        {{ blank_to_null('source.order_id') }} as order_id,
        {{ blank_to_null('source.customer_id') }} as customer_id,
        sources.id_namespace,
        {{ surrogate_key([
            'source.customer_id', 'source.occurred_at', 'source.amount', 'source.order_id', 'source.kind',
            'source.currency', 'source.cost', 'source.quantity', 'source.utm_source', 'source.utm_medium',
            'source.campaign', 'source._others',
        ]) }} as row_key,

        ---------- texts
        lower({{ blank_to_null('source.kind') }}) as stated_kind,
        upper(coalesce({{ blank_to_null('source.currency') }}, settings.currency)) as currency,
        settings.currency as reporting_currency,
        {{ blank_to_null('source.utm_source') }} as utm_source,
        {{ blank_to_null('source.utm_medium') }} as utm_medium,
        {{ blank_to_null('source.campaign') }} as campaign,

        ---------- numbers
        {{ parse_number('source.amount', 'sources.decimal_mark') }} as stated_amount,
        {{ parse_number('source.cost', 'sources.decimal_mark') }} as stated_cost,
        {{ blank_to_null('source.cost') }} is not null as is_cost_stated,
        {{ parse_number('source.quantity', 'sources.decimal_mark') }} as quantity,

        ---------- timestamps
        {{ parse_timestamp('source.occurred_at', 'sources.timestamp_format', 'sources.timezone') }} as occurred_at,
        {{ is_day_only('source.occurred_at', 'sources.timestamp_format') }} as is_day_only,

        ---------- origin
        source._source as data_source,
        source._file as source_file,
        source._line as source_line,
        source._load_id as load_id,
        source._load_id in {{ active_loads() }} as is_active,
        sources.data_source is not null as is_configured
    from source
    cross join settings
    left join sources on source._source = sources.data_source

),

typed as (

    select
        *,
        -- A file that states no kind writes money paid back as a negative amount.
        coalesce(stated_kind, case when stated_amount < 0 then 'refund' else 'sale' end) as kind,
        cast(abs(stated_amount) as decimal(18, 2)) as amount,
        cast(abs(stated_cost) as decimal(18, 2)) as cost
    from renamed

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

examined as (

    select
        *,
        case
            when not is_active then {{ reason('replaced') }}
        end as superseded_reason,
        case
            when not is_configured then {{ reason('source_removed') }}
        end as set_aside_reason,
        case
            when customer_id is null then {{ reason('missing', 'customer_id') }}
            when occurred_at is null then {{ reason('no_valid_time', 'occurred_at') }}
            when stated_amount is null then {{ reason('unreadable_number', 'amount') }}
            when kind not in ('sale', 'refund', 'cancel') then {{ reason('unknown_kind') }}
            when kind = 'sale' and stated_amount < 0 then {{ reason('negative_sale') }}
            when is_cost_stated and stated_cost is null then {{ reason('unreadable_number', 'cost') }}
            when kind = 'sale' and stated_cost < 0 then {{ reason('negative', 'cost') }}
            when rate is null then {{ reason('no_rate') }}
        end as quarantine_reason
    from valued

),

-- An order may be refunded in parts: time and amount tell them apart. Without an order id every row is an order.
keyed as (

    select
        *,
        case
            when coalesce(superseded_reason, set_aside_reason, quarantine_reason) is not null
                then {{ surrogate_key(["'refused order'", 'load_id', 'source_file', 'source_line']) }}
            when order_id is null
                then {{ surrogate_key(["'order row'", 'data_source', 'source_file', 'source_line']) }}
            when kind = 'sale'
                then {{ surrogate_key(["'order'", 'data_source', 'order_id', 'kind']) }}
            else {{ surrogate_key(["'order'", 'data_source', 'order_id', 'kind', 'occurred_at', 'amount']) }}
        end as order_key
    from examined

),

-- A later export of an order replaces the earlier one.
ranked as (

    select
        *,
        row_number() over (
            partition by order_key
            order by load_id desc, source_file desc, source_line desc
        ) as nth_newest
    from keyed

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
        occurred_at,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        case
            when superseded_reason is not null then 'superseded'
            when set_aside_reason is not null then 'set_aside'
            when quarantine_reason is not null then 'quarantined'
            when nth_newest > 1 then 'deduplicated'
            else 'kept'
        end as _disposition,
        coalesce(
            superseded_reason,
            set_aside_reason,
            quarantine_reason,
            case when nth_newest > 1 then {{ reason('later_row', 'order_id') }} end
        ) as _disposition_reason
    from ranked

)

select * from final
