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
            when account_id is null then {{ reason('missing', 'account_id') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
        end as quarantine_reason
    from renamed

),

-- The export has no clock of its own: the latest to arrive is the newest state of an account.
judged as (

    {{ latest_states(
        'examined',
        key=['id_namespace', 'account_id'],
        called='account_id',
        code='earlier_state',
        tie=['source_file', 'source_line', 'data_source'],
    ) }}

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
        _disposition,
        _disposition_reason
    from judged

)

select * from final
