-- Grain: one row is an answer that was given: which response gave it, and which of the texts it is. Nothing else, since
-- there are many.

with cells as (

    select * from {{ ref('stg_survey__cells') }}

),

meanings as (

    select * from {{ ref('int_surveys__meanings') }}

),

final as (

    select
        cells.response_key,
        meanings.meaning_key
    from cells
    inner join meanings
        on
            cells.survey_id = meanings.survey_id
            and cells.question_id = meanings.question_id
            and cells.cell_text = meanings.cell_text

)

select * from final
