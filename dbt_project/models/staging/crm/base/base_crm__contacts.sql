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

        ---------- origin
        source._source as data_source,
        source._file as source_file,
        source._line as source_line,
        source._load_id as load_id,
        source._load_id in {{ active_loads() }} as is_active,
        sources.data_source is not null as is_configured
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
        case
            when not is_active then 'superseded'
            when not is_configured then 'set_aside'
            when customer_id is null then 'quarantined'
            when is_creation_stated and created_at is null then 'quarantined'
            when is_update_stated and updated_at is null then 'quarantined'
        end as refusal
    from renamed

),

-- The newest state of a contact by the CRM's own clock; without one, the latest to arrive.
ranked as (

    select
        *,
        row_number() over newest_first as nth_newest,
        first_value(load_id) over newest_first as newest_load_id,
        first_value(row_content) over newest_first as newest_content,
        first_value(updated_at) over newest_first as newest_at
    from examined
    window newest_first as (
        partition by refusal, data_source, customer_id, filler_row
        order by updated_at desc nulls last, load_id desc, source_file desc, source_line desc
    )

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
        data_source,
        source_file,
        source_line,
        load_id,
        coalesce(refusal, case when nth_newest > 1 then 'deduplicated' else 'kept' end) as _disposition,
        case
            when refusal = 'superseded' then {{ reason('replaced') }}
            when refusal = 'set_aside' then {{ reason('source_removed') }}
            when customer_id is null then {{ reason('missing', 'customer_id') }}
            when is_creation_stated and created_at is null then {{ reason('unreadable_time', 'created_at') }}
            when is_update_stated and updated_at is null then {{ reason('unreadable_time', 'updated_at') }}
            else {{ repeated_reason('nth_newest', 'customer_id', vendor_time='updated_at', code='earlier_state') }}
        end as _disposition_reason
    from ranked

)

select * from final
