with source as (

    select * from {{ source('raw_mappings', 'targets') }}

),

renamed as (

    select
        {{ blank_to_null('metric') }} as metric,
        {{ blank_to_null('dimension') }} as dimension,
        {{ blank_to_null('dimension_value') }} as dimension_value,
        try_cast({{ blank_to_null('target') }} as double) as target,
        {{ parse_day('valid_from') }} as valid_from,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
