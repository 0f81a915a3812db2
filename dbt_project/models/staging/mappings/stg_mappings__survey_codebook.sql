with source as (

    select * from {{ source('raw_mappings', 'survey_codebook') }}

),

renamed as (

    select
        {{ blank_to_null('survey_id') }} as survey_id,
        {{ blank_to_null('question_id') }} as question_id,
        lower({{ blank_to_null('construct') }}) as construct,
        {{ blank_to_null('item') }} as item,
        {{ blank_to_null('item_label') }} as item_label,
        lower({{ blank_to_null('pillar') }}) as pillar,
        lower({{ blank_to_null('outcome_kind') }}) as outcome_kind,
        {{ blank_to_null('interaction') }} as interaction,
        try_cast({{ blank_to_null('scale_min') }} as double) as scale_min,
        try_cast({{ blank_to_null('scale_max') }} as double) as scale_max,
        coalesce(lower(trim(reversed)) = 'true', false) as is_reversed,
        {{ blank_to_null('separator') }} as separator,
        {{ blank_to_null('choice') }} as choice,
        {{ blank_to_null('dimension') }} as item_dimension,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
