-- Grain: one row is a row of an accounts export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'accounts') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- ids
        {{ real_id('source.account_id') }} as account_id,
        {{ real_id('source.parent_id') }} as parent_id,
        sources.id_namespace,
        {{ row_content(['source._row']) }} as row_content,

        ---------- texts
        {{ blank_to_null('source.name') }} as name,
        source._row as row_json,
        source._canonical as canonical_json,
        sources.decimal_mark,

        ---------- timestamps
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,

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
            when account_id is null then {{ reason('missing', 'account_id') }}
        end as quarantine_reason
    from renamed

),

-- The export has no clock of its own: the latest to arrive is the newest state of an account.
ranked as (

    select
        *,
        case
            when coalesce(superseded_reason, set_aside_reason, quarantine_reason) is null
                then row_number() over newest_first
        end as nth_newest,
        first_value(load_id) over newest_first as newest_load_id,
        first_value(row_content) over newest_first as newest_content,
        first_value(updated_at) over newest_first as newest_at
    from examined
    window newest_first as (
        partition by
            superseded_reason,
            set_aside_reason,
            quarantine_reason,
            id_namespace,
            account_id
        order by updated_at desc nulls last, load_id desc, source_file desc, source_line desc, data_source desc
    )

),

final as (

    select
        {{ identifier_key('account', 'id_namespace', 'account_id') }} as account_key,
        {{ identifier_key('account', 'id_namespace', 'parent_id') }} as parent_account_key,
        account_id,
        parent_id,
        id_namespace,
        name,
        row_json,
        canonical_json,
        decimal_mark,
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
            {{ repeated_reason('nth_newest', 'account_id', vendor_time='updated_at', code='earlier_state') }}
        ) as _disposition_reason
    from ranked

)

select * from final
