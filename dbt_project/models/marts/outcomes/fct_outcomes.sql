-- Grain: one row is a response x a desired outcome that it rates: how important it is, how satisfied the person is, or
-- both.

with questions as (

    select * from {{ ref('int_survey__questions') }}

),

repeated as (

    select
        survey_id,
        construct,
        item
    from questions
    where construct in ('outcome_importance', 'outcome_satisfaction')
    group by survey_id, construct, item
    having count(*) > 1

),

-- The answers are read where they are used: a CTE that several others name is written out whole by the engine.
-- Where a survey asks for the same half twice, the first question counts; only there answers have to be ranked.
ranks as (

    select
        answers.answer_id,
        row_number() over (
            partition by answers.response_id, answers.construct, answers.item
            order by answers.question_id
        ) as nth
    from {{ ref('fct_survey_answers') }} as answers
    inner join repeated
        on
            answers.survey_id = repeated.survey_id
            and answers.construct = repeated.construct
            and answers.item = repeated.item
    where answers.value is not null

),

importances as (

    select answers.*
    from {{ ref('fct_survey_answers') }} as answers
    left join ranks on answers.answer_id = ranks.answer_id
    where
        answers.construct = 'outcome_importance'
        and answers.value is not null
        and coalesce(ranks.nth, 1) = 1

),

satisfactions as (

    select answers.*
    from {{ ref('fct_survey_answers') }} as answers
    left join ranks on answers.answer_id = ranks.answer_id
    where
        answers.construct = 'outcome_satisfaction'
        and answers.value is not null
        and coalesce(ranks.nth, 1) = 1

),

final as (

    select
        ---------- ids
        -- Of the two answers that make it up, one is always there: its key is the outcome rating's, too.
        coalesce(satisfactions.answer_id, importances.answer_id) as outcome_id,
        coalesce(satisfactions.response_id, importances.response_id) as response_id,
        coalesce(satisfactions.person_id, importances.person_id) as person_id,
        coalesce(satisfactions.survey_id, importances.survey_id) as survey_id,

        ---------- the outcome
        coalesce(satisfactions.item, importances.item) as item,
        coalesce(satisfactions.item_label, importances.item_label) as item_label,
        coalesce(satisfactions.outcome_kind, importances.outcome_kind) as kind,

        ---------- the two halves
        importances.value as importance,
        satisfactions.value as satisfaction,
        importances.value_pct as importance_pct,
        satisfactions.value_pct as satisfaction_pct,
        importances.is_top_two as is_important_top2,
        satisfactions.is_top_two as is_satisfied_top2,

        ---------- when and where: satisfaction speaks of an experience, importance of a wish
        coalesce(satisfactions.answered_at, importances.answered_at) as answered_at,
        coalesce(satisfactions.answered_on, importances.answered_on) as answered_on,
        coalesce(satisfactions.wave, importances.wave) as wave,
        coalesce(satisfactions.value_tier_at_event, importances.value_tier_at_event) as value_tier_at_event,
        coalesce(satisfactions.interaction, importances.interaction) as interaction,
        coalesce(satisfactions.stage, importances.stage) as stage,
        coalesce(satisfactions.channel, importances.channel) as channel
    from importances
    full outer join satisfactions
        on
            importances.response_id = satisfactions.response_id
            and importances.item = satisfactions.item

)

select * from final
