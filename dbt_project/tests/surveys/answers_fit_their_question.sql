-- Answers that are no number, or lie outside the declared scale, per question.
-- A warning, not an error: one mistyped answer must not hold back a release, and it is left out and counted; but a
-- question that shows up here with many answers has a wrong scale in survey_codebook.csv or misses labels in
-- survey_values.csv.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_survey_answers'}}}) }}

with judged as (

    select * from {{ ref('int_survey__judged_answers') }}

),

final as (

    select
        survey_id,
        question_id,
        fate,
        count(*) as n_answers
    from judged
    where fate in ('unreadable', 'out_of_scale')
    group by survey_id, question_id, fate

)

select * from final
