-- Grain: one row is a row of a contacts export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'contacts') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- ids
        {{ stated_id('source.customer_id') }} as customer_id,
        {{ real_id('source.account_id') }} as account_id,
        sources.id_namespace,

        ---------- texts
        {{ blank_to_null('source.email') }} as stated_email,
        {{ phone_number(blank_to_null('source.phone'), 'sources.phone_region') }} as phone,
        {{ blank_to_null('source.name') }} as name,
        {{ row_content(['source._row']) }} as row_content,
        source._row as row_json,
        source._canonical as canonical_json,
        sources.decimal_mark,

        ---------- timestamps
        {{ parse_timestamp('source.created_at', 'sources.timestamp_format', 'sources.timezone') }} as created_at,
        {{ is_day_only('source.created_at', 'sources.timestamp_format') }} as is_created_day_only,
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,
        {{ blank_to_null('source.created_at') }} is not null as is_creation_stated,
        {{ blank_to_null('source.updated_at') }} is not null as is_update_stated,

        ---------- state
        {{ parse_flag('source.is_deleted') }} as is_deleted,

        ---------- origin
        {{ origin_columns() }}
    from source
    left join sources on source._source = sources.data_source

),

-- What a filler names are not states of one contact: every row is one of its own.
examined as (

    select
        *,
        case
            when {{ is_filler('customer_id') }} then source_file || ':' || cast(source_line as varchar)
        end as filler_row,
        {{ origin_reasons() }},
        case
            when customer_id is null then {{ reason('missing', 'customer_id') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when is_creation_stated and created_at is null then {{ reason('unreadable_time', 'created_at') }}
            when is_update_stated and updated_at is null then {{ reason('unreadable_time', 'updated_at') }}
        end as quarantine_reason
    from renamed

),

-- The newest state of a contact by the CRM's own clock; without one, the latest to arrive.
judged as (

    {{ latest_states(
        'examined', key=['data_source', 'customer_id', 'filler_row'], called='customer_id', code='earlier_state'
    ) }}

),

final as (

    select
        case
            when filler_row is null then {{ surrogate_key(["'contact'", 'data_source', 'customer_id']) }}
            else {{ surrogate_key(["'contact'", 'data_source', 'customer_id', 'filler_row']) }}
        end as contact_key,
        customer_id,
        account_id,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as identifier_key,
        {{ email_key('stated_email') }} as email_identifier_key,
        {{ phone_key('phone') }} as phone_identifier_key,
        id_namespace,
        {{ email_address('stated_email') }} as email,
        phone,
        name,
        row_json,
        canonical_json,
        decimal_mark,
        created_at,
        is_created_day_only,
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
