with source as (

    select * from {{ source('raw_mappings', 'identity_vetoes') }}

),

renamed as (

    select
        lower({{ blank_to_null('id_type_1') }}) as id_type_1,
        {{ blank_to_null('id_1') }} as id_1,
        lower({{ blank_to_null('id_type_2') }}) as id_type_2,
        {{ blank_to_null('id_2') }} as id_2,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
