-- The expectation of a gap is the same person's, of the same item, and not later than the perception.

{{ config(meta={'dagster': {'ref': {'name': 'fct_expectation_gaps'}}}) }}

with gaps as (

    select *
    from {{ ref('fct_expectation_gaps') }}
    where is_paired

),

answers as (

    select * from {{ ref('fct_survey_answers') }}

),

final as (

    select
        gaps.answer_id,
        gaps.expectation_answer_id
    from gaps
    inner join answers as perceptions on gaps.answer_id = perceptions.answer_id
    left join answers on gaps.expectation_answer_id = answers.answer_id
    where not coalesce(
        perceptions.respondent_person_id = answers.respondent_person_id
        and gaps.item = answers.item
        and answers.construct = 'expectation'
        and (gaps.response_id = answers.response_id or answers.answered_at < gaps.answered_at),
        false
    )

)

select * from final
