-- Grain: one row is a row of a contracts export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'contracts') }}

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
        {{ stated_id('source.customer_id') }} as customer_id,
        sources.id_namespace,
        {{ row_content([
            'source.amount_per_month', 'source.currency', 'source.customer_id', 'source.ended_at', 'source.is_deleted',
            'source.plan', 'source.started_at', 'source.updated_at', 'source._others',
        ]) }} as row_content,

        ---------- texts
        upper(coalesce({{ blank_to_null('source.currency') }}, settings.currency)) as currency,
        settings.currency as reporting_currency,
        {{ public_word('source.plan') }} as plan,

        ---------- numbers
        {{ parse_number('source.amount_per_month', 'sources.decimal_mark') }} as stated_amount_per_month,
        {{ blank_to_null('source.amount_per_month') }} is not null as is_amount_stated,

        ---------- timestamps
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,
        {{ parse_timestamp('source.started_at', 'sources.timestamp_format', 'sources.timezone') }} as started_at,
        {{ is_day_only('source.started_at', 'sources.timestamp_format') }} as is_started_day_only,
        {{ parse_timestamp('source.ended_at', 'sources.timestamp_format', 'sources.timezone') }} as ended_at,
        {{ is_day_only('source.ended_at', 'sources.timestamp_format') }} as is_ended_day_only,
        {{ blank_to_null('source.ended_at') }} is not null as is_end_stated,

        ---------- state
        {{ parse_flag('source.is_deleted') }} as is_deleted,

        ---------- origin
        {{ origin_columns() }}
    from source
    cross join settings
    left join sources on source._source = sources.data_source

),

valued as (

    select
        renamed.*,
        cast(renamed.stated_amount_per_month as decimal(18, 2)) as amount_per_month,
        -- The price counts at the rate of the day on which the contract began.
        case when renamed.currency = renamed.reporting_currency then 1 else rates.rate end as rate
    from renamed
    left join rates
        on
            {{ is_rate_of('rates', 'renamed.currency', business_day('renamed.started_at')) }}

),

examined as (

    select
        *,
        {{ origin_reasons() }},
        case
            when customer_id is null then {{ reason('missing', 'customer_id') }}
            when started_at is null then {{ reason('no_valid_time', 'started_at') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when is_end_stated and ended_at is null then {{ reason('unreadable_time', 'ended_at') }}
            when {{ is_before('ended_at', 'is_ended_day_only', 'started_at', 'zone') }}
                then {{ reason('before', 'ended_at', 'started_at') }}
            when is_amount_stated and stated_amount_per_month is null
                then {{ reason('unreadable_number', 'amount_per_month') }}
            when stated_amount_per_month < 0 then {{ reason('negative', 'amount_per_month') }}
            when is_amount_stated and rate is null then {{ reason('no_rate') }}
        end as quarantine_reason
    from valued

),

keyed as (

    {{ with_parts_of_key('examined', parts=['plan'], of=['data_source', 'customer_id', 'started_at']) }}

),

-- A contract is a customer's plan from a moment on; a later row of it replaces the earlier one (it ended, say).
judged as (

    {{ latest_states(
        'keyed', key=['data_source', 'customer_id', 'started_at', 'key_plan'], called='contract'
    ) }}

),

final as (

    select
        {{ surrogate_key(["'contract'", 'data_source', 'customer_id', 'started_at', 'key_plan']) }}
            as contract_key,
        customer_id,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as identifier_key,
        id_namespace,
        plan,
        currency,
        amount_per_month,
        {{ in_reporting_currency('amount_per_month', 'rate') }} as amount_per_month_reporting,
        started_at,
        is_started_day_only,
        ended_at,
        is_ended_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        _disposition,
        _disposition_reason
    from judged

)

select * from final
