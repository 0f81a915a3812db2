-- The expectation of a gap is the same person's, of the same item, and not later than the perception (whose day may be
-- all that is known of its time).

{{ config(meta={'dagster': {'ref': {'name': 'fct_expectation_gaps'}}}) }}

with gaps as (

    select *
    from {{ ref('fct_expectation_gaps') }}
    where is_paired

),

respondents as (

    select * from {{ ref('int_surveys__respondents') }}

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
    inner join respondents on gaps.response_id = respondents.response_key
    left join answers on gaps.expectation_answer_id = answers.answer_id
    where not coalesce(
        perceptions.respondent_person_id = answers.respondent_person_id
        and gaps.item = answers.item
        and answers.construct = 'expectation'
        and (gaps.response_id = answers.response_id or answers.answered_at < respondents.answered_by_at),
        false
    )

)

select * from final
