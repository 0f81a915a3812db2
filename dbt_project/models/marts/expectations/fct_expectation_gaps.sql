-- Grain: one row is a perception answer, with what the same person expects of the item, would just accept, and desires.
-- Each of the three is that of the same response; else the latest one that the person gave earlier. All sides are
-- rescaled to percent of their scales; points are given only where two scales are the same.
-- There are millions: answers are paired by keys alone, and what they mean is looked up at the end.

with meanings as (

    select *
    from {{ ref('int_surveys__meanings') }}
    where disposition = 'kept' and value is not null

),

contexts as (

    select * from {{ ref('int_surveys__contexts') }}

),

perceptions as (

    select * from {{ ref('int_expectations__perceptions') }}

),

missing as (

    select * from {{ ref('int_expectations__unpaired_perceptions') }}

),

elsewhere as (

    select
        missing.response_key,
        missing.meaning_key,
        missing.construct,
        given.response_key as other_response_key,
        given.meaning_key as other_meaning_key,
        contexts.answered_on
    from missing
    inner join contexts on missing.respondent_person_id = contexts.respondent_person_id
    inner join {{ ref('int_surveys__answer_meanings') }} as given on contexts.response_key = given.response_key
    inner join meanings
        on
            given.meaning_key = meanings.meaning_key
            and missing.construct = meanings.construct
            and missing.item = meanings.item
            and contexts.question_interaction = coalesce(meanings.interaction, '')
    where
        -- The join says so too, but not to the engine before it has read all the answers.
        meanings.construct in {{ expected_constructs() }}
        and (missing.response_key = given.response_key or missing.answered_by_at > contexts.answered_at)
    qualify row_number() over (
        partition by missing.response_key, missing.meaning_key, missing.construct
        order by
            case when missing.response_key = given.response_key then 0 else 1 end asc,
            {{ placed_before('contexts.answered_at', 'contexts.answered_by_at', 'missing.answered_by_at') }} desc,
            case when missing.interaction = contexts.interaction then 0 else 1 end asc,
            case when missing.scale_max = meanings.scale_max then 0 else 1 end asc,
            meanings.question_id asc,
            {{ combined_key('given.response_key', 'meanings.choice_key') }} asc
    ) = 1

),

paired as (

    select
        perceptions.response_key,
        perceptions.meaning_key,
        perceptions.importance_key,
        coalesce(perceptions.expected_key, expected.other_meaning_key) as expected_key,
        coalesce(perceptions.accepted_key, accepted.other_meaning_key) as accepted_key,
        coalesce(perceptions.desired_key, desired.other_meaning_key) as desired_key,
        case when perceptions.expected_key is null then expected.other_response_key else perceptions.response_key end
            as expected_response_key,
        expected.answered_on as expected_on
    from perceptions
    left join elsewhere as expected
        on
            perceptions.response_key = expected.response_key
            and perceptions.meaning_key = expected.meaning_key
            and expected.construct = 'expectation'
    left join elsewhere as accepted
        on
            perceptions.response_key = accepted.response_key
            and perceptions.meaning_key = accepted.meaning_key
            and accepted.construct = 'expectation_minimum'
    left join elsewhere as desired
        on
            perceptions.response_key = desired.response_key
            and perceptions.meaning_key = desired.meaning_key
            and desired.construct = 'expectation_desired'

),

final as (

    select
        ---------- ids
        {{ combined_key('paired.response_key', 'asked.choice_key') }} as answer_id,
        {{ combined_key('paired.expected_response_key', 'expected.choice_key') }} as expectation_answer_id,
        paired.response_key as response_id,
        contexts.person_id,
        asked.survey_id,

        ---------- what was asked
        asked.item,
        asked.item_label,
        asked.item_dimension,
        asked.pillar,
        asked.scale_min,
        asked.scale_max,

        ---------- the gap
        case
            when paired.expected_key is null then 'none'
            when paired.expected_response_key = paired.response_key then 'same_response'
            else 'same_person'
        end as pairing,
        paired.expected_key is not null as is_paired,
        case
            when paired.expected_response_key = paired.response_key then 0
            when paired.expected_key is not null then {{ dates_apart('paired.expected_on', 'contexts.answered_on') }}
        end as days_between,
        asked.value as perception,
        expected.value as expectation,
        case
            when asked.scale_min = expected.scale_min and asked.scale_max = expected.scale_max
                then asked.value - expected.value
        end as gap,
        asked.value_pct as perception_pct,
        expected.value_pct as expectation_pct,
        asked.value_pct - expected.value_pct as gap_pct,
        importances.value as importance,
        importances.value_pct as importance_pct,

        ---------- the zone of tolerance
        accepted.value_pct as minimum_pct,
        desired.value_pct as desired_pct,
        case
            when asked.value_pct < accepted.value_pct then 'below'
            when asked.value_pct > desired.value_pct then 'above'
            when accepted.value_pct is not null and desired.value_pct is not null then 'within'
        end as tolerance,

        ---------- when and where
        contexts.answered_at,
        contexts.answered_on,
        contexts.wave,
        contexts.value_tier_at_event,
        contexts.interaction,
        contexts.stage,
        contexts.channel
    from paired
    inner join meanings as asked on paired.meaning_key = asked.meaning_key
    inner join contexts
        on
            paired.response_key = contexts.response_key
            and coalesce(asked.interaction, '') = contexts.question_interaction
    left join meanings as expected on paired.expected_key = expected.meaning_key
    left join meanings as accepted on paired.accepted_key = accepted.meaning_key
    left join meanings as desired on paired.desired_key = desired.meaning_key
    left join meanings as importances on paired.importance_key = importances.meaning_key

)

select * from final
