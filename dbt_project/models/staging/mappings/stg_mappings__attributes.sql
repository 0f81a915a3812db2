with source as (

    select * from {{ source('raw_mappings', 'attributes') }}

),

renamed as (

    select
        {{ blank_to_null('data_source') }} as data_source,
        {{ blank_to_null('"column"') }} as column_name,
        {{ blank_to_null('attribute') }} as attribute,
        lower({{ blank_to_null('kind') }}) as kind,
        {{ blank_to_null('bands') }} as bands,
        lower({{ blank_to_null('dimension') }}) as dimension,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
