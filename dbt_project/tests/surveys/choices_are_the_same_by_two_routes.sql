-- Reconciliation: responses that answered a reason, question by question = responses in the mart of choices.

{{ config(meta={'dagster': {'ref': {'name': 'fct_survey_choices'}}}) }}

with answers as (

    select distinct
        answers.response_key,
        questions.asked_as
    from {{ ref('int_surveys__answers') }} as answers
    inner join {{ ref('int_surveys__questions') }} as questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
            and answers.construct = questions.construct
    where answers.construct = 'reason' and not answers.is_missing

),

marts as (

    select distinct
        response_id,
        question_id
    from {{ ref('fct_survey_choices') }}
    where construct = 'reason'

),

given as (

    select count(*) as n_responses from answers

),

counted as (

    select count(*) as n_responses from marts

),

final as (

    select
        given.n_responses as responses_given,
        counted.n_responses as responses_in_mart
    from given
    cross join counted

)

select * from final
where responses_given <> responses_in_mart
