-- Answers that are not numbers, or lie outside the declared scale, per question.
-- A warning, not an error: one mistyped answer must not hold back a release, and it is left out and counted; but a
-- question that shows up here with many answers has a wrong scale in survey_codebook.csv or misses labels in
-- survey_values.csv.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_survey_answers'}}}) }}

with typed_answers as (

    select * from {{ ref('int_surveys__typed_answers') }}

),

final as (

    select
        survey_id,
        question_id,
        disposition,
        count(*) as n_answers
    from typed_answers
    where disposition in ('unreadable', 'out_of_scale')
    group by survey_id, question_id, disposition

)

select * from final
