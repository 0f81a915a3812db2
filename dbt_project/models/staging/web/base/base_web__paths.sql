-- Grain: one row is a row of an export of counted paths; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_web', 'paths') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- texts
        {{ public_word('source.path') }} as path,

        ---------- numbers (what another system counted and summed has any number of decimals)
        {{ parse_number('source.conversions', 'sources.decimal_mark', 'double') }} as conversions,
        {{ parse_number('source.value', 'sources.decimal_mark', 'double') }} as value,
        {{ parse_number('source.non_conversions', 'sources.decimal_mark', 'double') }} as non_conversions,
        {{ blank_to_null('source.value') }} is not null as is_value_stated,
        {{ blank_to_null('source.non_conversions') }} is not null as are_non_conversions_stated,

        ---------- state
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,
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
            when path is null then {{ reason('missing', 'path') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when conversions is null then {{ reason('unreadable_number', 'conversions') }}
            when conversions < 0 then {{ reason('negative', 'conversions') }}
            when is_value_stated and value is null then {{ reason('unreadable_number', 'value') }}
            when value < 0 then {{ reason('negative', 'value') }}
            when value > 0 and conversions = 0 then {{ reason('value_without_conversion') }}
            when are_non_conversions_stated and non_conversions is null
                then {{ reason('unreadable_number', 'non_conversions') }}
            when non_conversions < 0 then {{ reason('negative', 'non_conversions') }}
        end as quarantine_reason
    from renamed

),

timed as (

    select
        *,
        {{ state_time([same_refusal(), 'data_source', 'path']) }} as state_at
    from examined

),

ranked as (

    select
        *,
        row_number() over newest_first as nth_newest,
        sum(case when is_deleted then 1 else 0 end) over newest_first as n_deletions_since
    from timed
    window newest_first as (
        partition by {{ same_refusal() }}, data_source, path
        order by state_at desc nulls last, load_id desc, source_file desc, source_line desc
        rows between unbounded preceding and current row
    )

),

-- Another system counted the path, row by row: all rows count that no deletion followed.
judged as (

    select
        *,
        case
            when nth_newest > 1 and n_deletions_since > 0 then {{ reason('earlier_state', 'path') }}
        end as deduplicated_reason,
        case when is_deleted then {{ reason('deleted_at_vendor') }} end as withdrawn_reason
    from ranked

),

final as (

    select
        {{ surrogate_key(["'path'", 'data_source', 'source_file', 'source_line']) }} as path_key,
        path,
        conversions,
        value,
        coalesce(non_conversions, 0) as non_conversions,
        data_source,
        source_file,
        source_line,
        load_id,
        {{ dispositions() }}
    from judged

)

select * from final
