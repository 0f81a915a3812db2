{#- What a base model of leads or deals says of its raw rows, as the CTEs `renamed` to `final`: the CRM states the same of
    both. Reads the CTEs `source` and `sources`.

    thing: what a row is, `lead` or `deal`; it names the key, the id and the state. -#}
{% macro rows_of_deals(thing) -%}
{%- set id = thing ~ '_id' -%}
renamed as (

    select
        ---------- ids
        {{ real_id('source.' ~ id) }} as {{ id }},
        {{ real_id('source.customer_id') }} as customer_id,
        {{ real_id('source.account_id') }} as account_id,
        sources.id_namespace,
        {{ row_content([
            'source.account_id', 'source.amount', 'source.closed_at', 'source.created_at', 'source.customer_id',
            'source.' ~ id, 'source.stage', 'source.updated_at', 'source.utm_medium', 'source.utm_source',
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
        {{ origin_columns() }}
    from source
    left join sources on source._source = sources.data_source

),

examined as (

    select
        *,
        {{ origin_reasons() }},
        case
            when {{ id }} is null then {{ reason('missing', id) }}
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

-- A later export of a {{ thing }} replaces the earlier one.
judged as (

    {{ latest_states('examined', key=['data_source', id], called=id) }}

),

final as (

    select
        {{ surrogate_key(["'" ~ thing ~ "'", 'data_source', id]) }} as {{ thing }}_key,
        {{ id }},
        customer_id,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as identifier_key,
        account_id,
        {{ identifier_key('account', 'id_namespace', 'account_id') }} as account_key,
        id_namespace,
        stage as crm_stage,
        {{ deal_state('stage') }} as {{ thing }}_state,
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
{%- endmacro %}
