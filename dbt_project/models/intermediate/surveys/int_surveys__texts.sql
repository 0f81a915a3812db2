-- Grain: one row is a text that a respondent wrote under a question of a survey, with and without blanks around it.
-- Millions of answers hold few different texts: they are collected once, so that all about a text is worked out once.

with cells as (

    select * from {{ ref('stg_survey__cells') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

counted as (

    select
        cells.survey_id,
        cells.question_id,
        cells.cell_text,
        min(cells.data_source) as data_source,
        -- Answers after the as-of day are not used yet, and decide nothing.
        sum(case when cells.answered_at >= as_of.as_of_ends_at then 0 else 1 end) as n_answers
    from cells
    cross join as_of
    group by cells.survey_id, cells.question_id, cells.cell_text

),

final as (

    select
        survey_id,
        question_id,
        cell_text,
        {{ blank_to_null('cell_text') }} as answer_text,
        data_source,
        n_answers
    from counted

)

select * from final
-- Said of what is counted: a condition on the text alone would be tried on every answer before they are collected.
where case when n_answers >= 0 then answer_text end is not null
