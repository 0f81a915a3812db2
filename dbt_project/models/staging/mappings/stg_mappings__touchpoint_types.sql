with source as (

    select * from {{ source('raw_mappings', 'touchpoint_types') }}

),

renamed as (

    select
        {{ blank_to_null('data_source') }} as data_source,
        {{ blank_to_null('event') }} as event,
        lower({{ blank_to_null('role') }}) as role,
        lower({{ blank_to_null('occurrence') }}) as occurrence,
        {{ blank_to_null('touchpoint') }} as touchpoint,
        {{ stage_name('stage') }} as stage,
        lower({{ blank_to_null('corner') }}) as corner,
        {{ blank_to_null('interaction') }} as interaction,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
