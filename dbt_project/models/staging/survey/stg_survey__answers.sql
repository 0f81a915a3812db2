with cells as (

    select * from {{ ref('stg_survey__cells') }}

),

final as (

    select
        response_key,
        survey_id,
        question_id,
        {{ blank_to_null('cell_text') }} as answer_text,
        answered_at,
        data_source
    from cells

)

select * from final
where answer_text is not null
