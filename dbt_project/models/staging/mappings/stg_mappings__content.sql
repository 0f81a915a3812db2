with source as (

    select * from {{ source('raw_mappings', 'content') }}

),

renamed as (

    select
        {{ blank_to_null('url_pattern') }} as url_pattern,
        {{ blank_to_null('content_group') }} as content_group,
        {{ blank_to_null('topic') }} as topic,
        coalesce(lower({{ blank_to_null('gated') }}) = 'true', false) as is_gated,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
