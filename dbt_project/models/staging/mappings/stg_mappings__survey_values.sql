with source as (

    select * from {{ source('raw_mappings', 'survey_values') }}

),

renamed as (

    select
        {{ blank_to_null('survey_id') }} as survey_id,
        {{ blank_to_null('question_id') }} as question_id,
        {{ blank_to_null('label') }} as label,
        try_cast({{ blank_to_null('value') }} as double) as value,
        coalesce(lower(trim(missing)) = 'true', false) as is_missing,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
