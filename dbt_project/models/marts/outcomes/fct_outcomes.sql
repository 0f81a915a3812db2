-- Grain: one row is a response x a desired outcome that it rates: how important it is, how satisfied the person is, or
-- both.

-- There are millions: both halves are put together by keys alone, and what they mean is looked up at the end.

{%- set halves = "('outcome_importance', 'outcome_satisfaction')" %}

with questions as (

    select * from {{ ref('int_surveys__questions') }}

),

meanings as (

    select
        *,
        {{ item_key() }} as item_key
    from {{ ref('int_surveys__meanings') }}
    where disposition = 'kept' and value is not null

),

contexts as (

    select * from {{ ref('int_surveys__contexts') }}

),

repeated as (

    select
        survey_id,
        construct,
        item
    from questions
    where construct in {{ halves }}
    group by survey_id, construct, item
    having count(*) > 1

),

-- Where a survey asks for the same half twice, the first question counts; only there answers have to be ranked.
said as (

    {{ said_of_items(sides=halves, ranked=halves) }}

),

importances as (

    select * from said
    where construct = 'outcome_importance'

),

satisfactions as (

    select * from said
    where construct = 'outcome_satisfaction'

),

paired as (

    select
        coalesce(satisfactions.response_key, importances.response_key) as response_key,
        coalesce(satisfactions.meaning_key, importances.meaning_key) as asked_key,
        importances.meaning_key as importance_key,
        satisfactions.meaning_key as satisfaction_key
    from importances
    full outer join satisfactions
        on
            importances.response_key = satisfactions.response_key
            and importances.item_key = satisfactions.item_key

),

final as (

    select
        ---------- ids
        -- Of the two answers that make it up, one is always there: its key is the outcome rating's, too.
        {{ combined_key('paired.response_key', 'asked.choice_key') }} as outcome_id,
        paired.response_key as response_id,
        contexts.person_id,
        asked.survey_id,

        ---------- the outcome
        asked.item,
        asked.item_label,
        asked.item_dimension,
        asked.outcome_kind as kind,

        ---------- the two halves
        importance_meanings.value as importance,
        satisfaction_meanings.value as satisfaction,
        importance_meanings.value_pct as importance_pct,
        satisfaction_meanings.value_pct as satisfaction_pct,
        importance_meanings.is_top_two as is_important_top2,
        satisfaction_meanings.is_top_two as is_satisfied_top2,

        ---------- when and where: satisfaction speaks of an experience, importance of a wish
        contexts.answered_at,
        contexts.answered_on,
        contexts.wave,
        contexts.value_tier_at_event,
        contexts.interaction,
        contexts.stage,
        contexts.channel
    from paired
    inner join meanings as asked on paired.asked_key = asked.meaning_key
    inner join contexts
        on
            paired.response_key = contexts.response_key
            and coalesce(asked.interaction, '') = contexts.question_interaction
    left join meanings as importance_meanings on paired.importance_key = importance_meanings.meaning_key
    left join meanings as satisfaction_meanings on paired.satisfaction_key = satisfaction_meanings.meaning_key

)

select * from final
