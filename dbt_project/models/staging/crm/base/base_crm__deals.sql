-- Grain: one row is a row of a deals export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'deals') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- ids
        {{ real_id('source.deal_id') }} as deal_id,
        {{ real_id('source.customer_id') }} as customer_id,
        {{ real_id('source.account_id') }} as account_id,
        sources.id_namespace,
        {{ row_content([
            'source.account_id', 'source.amount', 'source.closed_at', 'source.created_at', 'source.customer_id',
            'source.deal_id', 'source.stage', 'source.updated_at', 'source.utm_medium', 'source.utm_source',
            'source.is_deleted', 'source._others',
        ]) }} as row_content,

        ---------- texts
        lower({{ public_word('source.stage') }}) as stage,
        {{ public_word('source.utm_source') }} as utm_source,
        {{ public_word('source.utm_medium') }} as utm_medium,

        ---------- numbers
        {{ parse_number('source.amount', 'sources.decimal_mark') }} as stated_amount,
        {{ blank_to_null('source.amount') }} is not null as is_amount_stated,

        ---------- timestamps
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,
        {{ parse_timestamp('source.created_at', 'sources.timestamp_format', 'sources.timezone') }} as created_at,
        {{ is_day_only('source.created_at', 'sources.timestamp_format') }} as is_created_day_only,
        {{ parse_timestamp('source.closed_at', 'sources.timestamp_format', 'sources.timezone') }} as closed_at,
        {{ is_day_only('source.closed_at', 'sources.timestamp_format') }} as is_closed_day_only,
        {{ blank_to_null('source.closed_at') }} is not null as is_close_stated,

        ---------- state
        {{ parse_flag('source.is_deleted') }} as is_deleted,

        ---------- origin
        source._source as data_source,
        source._file as source_file,
        source._line as source_line,
        source._load_id as load_id,
        source._load_id in {{ active_loads() }} as is_active,
        sources.timezone as zone,
        sources.data_source is not null as is_configured
    from source
    left join sources on source._source = sources.data_source

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
            when deal_id is null then {{ reason('missing', 'deal_id') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when created_at is null then {{ reason('no_valid_time', 'created_at') }}
            when is_close_stated and closed_at is null then {{ reason('unreadable_time', 'closed_at') }}
            when {{ is_before('closed_at', 'is_closed_day_only', 'created_at', 'zone') }}
                then {{ reason('before', 'closed_at', 'created_at') }}
            when is_amount_stated and stated_amount is null then {{ reason('unreadable_number', 'amount') }}
            when stated_amount < 0 then {{ reason('negative', 'amount') }}
        end as quarantine_reason
    from renamed

),

-- A later export of a deal replaces the earlier one.
judged as (

    {{ latest_states('examined', key=['data_source', 'deal_id'], called='deal_id') }}

),

final as (

    select
        {{ surrogate_key(["'deal'", 'data_source', 'deal_id']) }} as deal_key,
        deal_id,
        customer_id,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as identifier_key,
        account_id,
        {{ identifier_key('account', 'id_namespace', 'account_id') }} as account_key,
        id_namespace,
        stage as crm_stage,
        {{ deal_state('stage') }} as deal_state,
        cast(stated_amount as decimal(18, 2)) as amount,
        utm_source,
        utm_medium,
        created_at,
        is_created_day_only,
        closed_at,
        is_closed_day_only,
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
