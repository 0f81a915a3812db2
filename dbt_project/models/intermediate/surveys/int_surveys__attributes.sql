-- Grain: one row is something that a respondent said about themselves (questions of construct attribute).

with answers as (

    select * from {{ ref('int_surveys__answers') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

final as (

    select
        answers.answer_key,
        answers.response_key,
        answers.data_source,
        answers.question_id,
        answers.identifier_key,
        identifiers.person_id,
        coalesce(answers.item, answers.question_id) as attribute,
        answers.attribute_value as value,
        answers.answered_at
    from answers
    left join identifiers on answers.identifier_key = identifiers.identifier_key
    where
        answers.construct = 'attribute'
        and answers.attribute_value is not null

)

select * from final
