-- Reconciliation: answers in staging, and the further choices of multiple-choice cells = answers in the mart
-- + unmapped + unreadable + out of scale + after as_of.

{{ config(meta={'dagster': {'ref': {'name': 'fct_survey_answers'}}}) }}

with staged as (

    select count(*) as n_answers
    from {{ ref('stg_survey__answers') }}

),

-- The choices of a multiple-choice cell, counted once more, cell by cell and not text by text.
ticked as (

    select
        answers.response_key,
        answers.question_id,
        count(distinct parts.part) as n_choices
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ ref('int_survey__questions') }} as questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id,
        {{ text_parts('answers.answer_text', 'questions.separator') }} as parts
    where
        questions.separator is not null
        and parts.part <> ''
    group by answers.response_key, answers.question_id

),

further as (

    select coalesce(sum(n_choices - 1), 0) as n_answers
    from ticked

),

mart as (

    select count(*) as n_answers
    from {{ ref('fct_survey_answers') }}

),

unmapped as (

    select coalesce(sum(n_rows), 0) as n_answers
    from {{ ref('int_survey__unmapped_questions') }}

),

left_out as (

    select count(*) as n_answers
    from {{ ref('int_survey__judged_answers') }}
    where fate in ('unreadable', 'out_of_scale', 'after_as_of')

),

final as (

    select
        staged.n_answers as staged,
        further.n_answers as further_choices,
        mart.n_answers as in_mart,
        unmapped.n_answers as unmapped,
        left_out.n_answers as left_out
    from staged
    cross join further
    cross join mart
    cross join unmapped
    cross join left_out

)

select * from final
where staged + further_choices <> in_mart + unmapped + left_out
