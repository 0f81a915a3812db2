with source as (

    select * from {{ source('raw_mappings', 'initiatives') }}

),

renamed as (

    select
        {{ blank_to_null('initiative') }} as initiative,
        {{ blank_to_null('label') }} as label,
        {{ parse_day('started_on') }} as started_on,
        {{ parse_day('ended_on') }} as ended_on,
        lower({{ blank_to_null('corner') }}) as corner,
        {{ stage_name('stage') }} as stage,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
