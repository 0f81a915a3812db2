with source as (

    select * from {{ source('raw_mappings', 'initiatives') }}

),

renamed as (

    select
        {{ blank_to_null('initiative') }} as initiative,
        {{ blank_to_null('label') }} as label,
        try_cast({{ blank_to_null('started_on') }} as date) as started_on,
        try_cast({{ blank_to_null('ended_on') }} as date) as ended_on,
        lower({{ blank_to_null('corner') }}) as corner,
        {{ stage_name('stage') }} as stage,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
