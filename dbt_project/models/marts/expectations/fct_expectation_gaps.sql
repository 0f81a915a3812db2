-- Grain: one row is a perception answer, with the same person's expectation for the same item.
-- The expectation of the same response comes first; else the latest one that the person gave earlier. Both sides are
-- rescaled to percent of their scales; points are given only where the two scales are the same.

with answers as (

    select *
    from {{ ref('fct_survey_answers') }}
    where value is not null

),

perceptions as (

    select *
    from answers
    where construct = 'perception'

),

expectations as (

    select *
    from answers
    where construct = 'expectation'

),

importances as (

    select
        response_id,
        item,
        value,
        value_pct
    from answers
    where construct = 'importance'
    qualify row_number() over (partition by response_id, item order by question_id) = 1

),

same_response as (

    select
        perceptions.answer_id,
        expectations.answer_id as expectation_answer_id
    from perceptions
    inner join expectations
        on
            perceptions.response_id = expectations.response_id
            and perceptions.item = expectations.item
    qualify row_number() over (
        partition by perceptions.answer_id
        order by
            case when perceptions.interaction = expectations.interaction then 0 else 1 end,
            case when perceptions.scale_max = expectations.scale_max then 0 else 1 end,
            expectations.question_id
    ) = 1

),

same_person as (

    select
        perceptions.answer_id,
        expectations.answer_id as expectation_answer_id
    from perceptions
    inner join expectations
        on
            perceptions.respondent_person_id = expectations.respondent_person_id
            and perceptions.item = expectations.item
            and perceptions.answered_at > expectations.answered_at
    qualify row_number() over (
        partition by perceptions.answer_id
        order by
            expectations.answered_at desc,
            case when perceptions.interaction = expectations.interaction then 0 else 1 end asc,
            expectations.question_id asc,
            expectations.answer_id asc
    ) = 1

),

paired as (

    select
        perceptions.*,
        coalesce(same_response.expectation_answer_id, same_person.expectation_answer_id) as expectation_answer_id,
        case
            when same_response.answer_id is not null then 'same_response'
            when same_person.answer_id is not null then 'same_person'
            else 'none'
        end as pairing
    from perceptions
    left join same_response on perceptions.answer_id = same_response.answer_id
    left join same_person on perceptions.answer_id = same_person.answer_id

),

final as (

    select
        ---------- ids
        paired.answer_id,
        paired.expectation_answer_id,
        paired.response_id,
        paired.person_id,
        paired.survey_id,

        ---------- what was asked
        paired.item,
        paired.item_label,
        paired.pillar,
        paired.scale_min,
        paired.scale_max,

        ---------- the gap
        paired.pairing,
        paired.pairing <> 'none' as is_paired,
        case
            when paired.pairing = 'same_response' then 0
            when paired.pairing = 'same_person'
                then {{ dates_apart('expectations.answered_on', 'paired.answered_on') }}
        end as days_between,
        paired.value as perception,
        expectations.value as expectation,
        case
            when paired.scale_min = expectations.scale_min and paired.scale_max = expectations.scale_max
                then paired.value - expectations.value
        end as gap,
        paired.value_pct as perception_pct,
        expectations.value_pct as expectation_pct,
        paired.value_pct - expectations.value_pct as gap_pct,
        importances.value as importance,
        importances.value_pct as importance_pct,

        ---------- when and where
        paired.answered_at,
        paired.answered_on,
        paired.wave,
        paired.value_tier_at_event,
        paired.interaction,
        paired.stage,
        paired.channel
    from paired
    left join expectations on paired.expectation_answer_id = expectations.answer_id
    left join importances
        on
            paired.response_id = importances.response_id
            and paired.item = importances.item

)

select * from final
