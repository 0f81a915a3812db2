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
            when path is null then {{ reason('missing', 'path') }}
            when conversions is null then {{ reason('unreadable_number', 'conversions') }}
            when conversions < 0 then {{ reason('negative', 'conversions') }}
            when is_value_stated and value is null then {{ reason('unreadable_number', 'value') }}
            when value < 0 then {{ reason('negative', 'value') }}
            when value > 0 and conversions = 0 then {{ reason('value_without_conversion') }}
            when are_non_conversions_stated and non_conversions is null
                then {{ reason('unreadable_number', 'non_conversions') }}
            when non_conversions < 0 then {{ reason('negative', 'non_conversions') }}
        end as quarantine_reason,
        -- Another system counted every row: none is a state of another one.
        cast(null as varchar) as deduplicated_reason
    from renamed

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
    from examined

)

select * from final
