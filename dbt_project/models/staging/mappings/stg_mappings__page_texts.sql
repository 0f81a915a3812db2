with source as (

    select * from {{ source('raw_mappings', 'page_texts') }}

),

renamed as (

    select
        {{ url_path(blank_to_null('page_path')) }} as page_path,
        {{ blank_to_null('text') }} as text,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

),

final as (

    select *
    from renamed
    where
        page_path is not null
        and text is not null
    qualify row_number() over (
        partition by page_path
        order by source_file, source_line
    ) = 1

)

select * from final
