-- Grain: one row is a perception answer, with what the same person expects of the item, would just accept, and desires.
-- Each of the three is that of the same response; else the latest one that the person gave earlier. All sides are
-- rescaled to percent of their scales; points are given only where two scales are the same.

with questions as (

    select * from {{ ref('int_survey__questions') }}

),

-- A survey may ask the same side of an item by several questions; few do, and only their answers have to be ranked.
repeated as (

    select
        survey_id,
        construct,
        item
    from questions
    where item is not null
    group by survey_id, construct, item
    having count(*) > 1

),

sides as (

    select distinct construct
    from questions
    where construct in ('expectation', 'expectation_minimum', 'expectation_desired')

),

-- The answers are read where they are used: a CTE that several others name is written out whole by the engine.
perceptions as (

    select *
    from {{ ref('fct_survey_answers') }}
    where construct = 'perception' and value is not null

),

-- Answers that are the only one of their response, side and item; a perception meets them without further ado.
sole as (

    select
        answers.answer_id,
        answers.response_id,
        answers.construct,
        answers.item,
        answers.value,
        answers.value_pct,
        answers.scale_min,
        answers.scale_max
    from {{ ref('fct_survey_answers') }} as answers
    left join repeated
        on
            answers.survey_id = repeated.survey_id
            and answers.construct = repeated.construct
            and answers.item = repeated.item
    where
        answers.construct in ('expectation', 'expectation_minimum', 'expectation_desired', 'importance')
        and answers.value is not null
        and repeated.item is null

),

importances as (

    select
        response_id,
        item,
        value,
        value_pct
    from sole
    where construct = 'importance'
    union all
    select
        answers.response_id,
        answers.item,
        answers.value,
        answers.value_pct
    from {{ ref('fct_survey_answers') }} as answers
    inner join repeated
        on
            answers.survey_id = repeated.survey_id
            and answers.construct = repeated.construct
            and answers.item = repeated.item
    where
        answers.construct = 'importance'
        and answers.value is not null
    qualify row_number() over (partition by answers.response_id, answers.item order by answers.question_id) = 1

),

missing as (

    select
        perceptions.answer_id,
        perceptions.response_id,
        perceptions.respondent_person_id,
        perceptions.item,
        perceptions.interaction,
        perceptions.scale_max,
        perceptions.answered_at,
        sides.construct
    from perceptions
    cross join sides
    left join sole
        on
            perceptions.response_id = sole.response_id
            and perceptions.item = sole.item
            and sides.construct = sole.construct
    where sole.answer_id is null

),

elsewhere as (

    select
        missing.answer_id,
        missing.construct,
        missing.response_id = others.response_id as is_of_response,
        others.answer_id as other_answer_id,
        others.answered_on,
        others.value,
        others.value_pct,
        others.scale_min,
        others.scale_max
    from missing
    inner join {{ ref('fct_survey_answers') }} as others
        on
            missing.respondent_person_id = others.respondent_person_id
            and missing.item = others.item
            and missing.construct = others.construct
    where
        others.value is not null
        and (missing.response_id = others.response_id or missing.answered_at > others.answered_at)
    qualify row_number() over (
        partition by missing.answer_id, missing.construct
        order by
            case when missing.response_id = others.response_id then 0 else 1 end asc,
            others.answered_at desc,
            case when missing.interaction = others.interaction then 0 else 1 end asc,
            case when missing.scale_max = others.scale_max then 0 else 1 end asc,
            others.question_id asc,
            others.answer_id asc
    ) = 1

),

paired as (

    select
        perceptions.*,
        coalesce(expected.answer_id, expected_elsewhere.other_answer_id) as expectation_answer_id,
        case
            when expected.answer_id is not null or expected_elsewhere.is_of_response then 'same_response'
            when expected_elsewhere.answer_id is not null then 'same_person'
            else 'none'
        end as pairing,
        expected_elsewhere.answered_on as expected_on,
        coalesce(expected.value, expected_elsewhere.value) as expectation,
        coalesce(expected.value_pct, expected_elsewhere.value_pct) as expectation_pct,
        coalesce(expected.scale_min, expected_elsewhere.scale_min) as expectation_scale_min,
        coalesce(expected.scale_max, expected_elsewhere.scale_max) as expectation_scale_max,
        coalesce(accepted.value_pct, accepted_elsewhere.value_pct) as minimum_pct,
        coalesce(desired.value_pct, desired_elsewhere.value_pct) as desired_pct
    from perceptions
    left join sole as expected
        on
            perceptions.response_id = expected.response_id
            and perceptions.item = expected.item
            and expected.construct = 'expectation'
    left join sole as accepted
        on
            perceptions.response_id = accepted.response_id
            and perceptions.item = accepted.item
            and accepted.construct = 'expectation_minimum'
    left join sole as desired
        on
            perceptions.response_id = desired.response_id
            and perceptions.item = desired.item
            and desired.construct = 'expectation_desired'
    left join elsewhere as expected_elsewhere
        on
            perceptions.answer_id = expected_elsewhere.answer_id
            and expected_elsewhere.construct = 'expectation'
    left join elsewhere as accepted_elsewhere
        on
            perceptions.answer_id = accepted_elsewhere.answer_id
            and accepted_elsewhere.construct = 'expectation_minimum'
    left join elsewhere as desired_elsewhere
        on
            perceptions.answer_id = desired_elsewhere.answer_id
            and desired_elsewhere.construct = 'expectation_desired'

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
            when paired.pairing = 'same_person' then {{ dates_apart('paired.expected_on', 'paired.answered_on') }}
        end as days_between,
        paired.value as perception,
        paired.expectation,
        case
            when
                paired.scale_min = paired.expectation_scale_min
                and paired.scale_max = paired.expectation_scale_max
                then paired.value - paired.expectation
        end as gap,
        paired.value_pct as perception_pct,
        paired.expectation_pct,
        paired.value_pct - paired.expectation_pct as gap_pct,
        importances.value as importance,
        importances.value_pct as importance_pct,

        ---------- the zone of tolerance
        paired.minimum_pct,
        paired.desired_pct,
        case
            when paired.value_pct < paired.minimum_pct then 'below'
            when paired.value_pct > paired.desired_pct then 'above'
            when paired.minimum_pct is not null and paired.desired_pct is not null then 'within'
        end as tolerance,

        ---------- when and where
        paired.answered_at,
        paired.answered_on,
        paired.wave,
        paired.value_tier_at_event,
        paired.interaction,
        paired.stage,
        paired.channel
    from paired
    left join importances
        on
            paired.response_id = importances.response_id
            and paired.item = importances.item

)

select * from final
