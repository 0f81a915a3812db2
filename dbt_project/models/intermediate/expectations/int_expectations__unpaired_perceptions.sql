-- Grain: one row is a perception answer x what its response does not say of the item (expected, just accepted,
-- desired), though some survey asks it.

with questions as (

    select * from {{ ref('int_surveys__questions') }}

),

perceptions as (

    select * from {{ ref('int_expectations__perceptions') }}

),

meanings as (

    select * from {{ ref('int_surveys__meanings') }}

),

contexts as (

    select * from {{ ref('int_surveys__contexts') }}

),

sides as (

    select distinct construct
    from questions
    where construct in {{ expected_constructs() }}

),

final as (

    select
        perceptions.response_key,
        perceptions.meaning_key,
        meanings.item,
        meanings.scale_max,
        contexts.respondent_person_id,
        contexts.interaction,
        contexts.answered_by_at,
        sides.construct
    from perceptions
    inner join meanings on perceptions.meaning_key = meanings.meaning_key
    inner join contexts
        on
            perceptions.response_key = contexts.response_key
            and coalesce(meanings.interaction, '') = contexts.question_interaction
    cross join sides
    where
        (sides.construct = 'expectation' and perceptions.expected_key is null)
        or (sides.construct = 'expectation_minimum' and perceptions.accepted_key is null)
        or (sides.construct = 'expectation_desired' and perceptions.desired_key is null)

)

select * from final
