-- Reconciliation: answers in staging, the further choices of multiple-choice cells, and answers to questions of several
-- constructs once more for each further one = answers in the mart + unmapped + unreadable + out of scale + after as_of.

{{ config(meta={'dagster': {'ref': {'name': 'fct_survey_answers'}}}) }}

with staged as (

    select count(*) as n_answers
    from {{ ref('stg_survey__answers') }}

),

-- The choices of a multiple-choice cell, counted once more, cell by cell and not text by text.
ticked as (

    select
        answers.response_key,
        questions.question_key,
        count(distinct parts.part) as n_choices
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ ref('int_surveys__questions') }} as questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id,
        {{ choice_parts('answers.answer_text', 'questions.separator', 'questions.joined_labels') }} as parts
    where
        questions.separator is not null
        and parts.part <> ''
    group by answers.response_key, questions.question_key

),

further as (

    select coalesce(sum(n_choices - 1), 0) as n_answers
    from ticked

),

further_uses as (

    select count(*) as n_answers
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ ref('int_surveys__questions') }} as questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
    where not questions.is_first_use

),

mart as (

    select count(*) as n_answers
    from {{ ref('fct_survey_answers') }}

),

unmapped as (

    select coalesce(sum(n_rows), 0) as n_answers
    from {{ ref('int_surveys__unmapped_questions') }}

),

left_out as (

    select count(*) as n_answers
    from {{ ref('int_surveys__typed_answers') }}
    where disposition in ('unreadable', 'out_of_scale', 'after_as_of')

),

final as (

    select
        staged.n_answers as staged,
        further.n_answers as further_choices,
        further_uses.n_answers as further_uses,
        mart.n_answers as in_mart,
        unmapped.n_answers as unmapped,
        left_out.n_answers as left_out
    from staged
    cross join further
    cross join further_uses
    cross join mart
    cross join unmapped
    cross join left_out

)

select * from final
where staged + further_choices + further_uses <> in_mart + unmapped + left_out
