-- Grain: one row is a response x a desired outcome that it rates: how important it is, how satisfied the person is, or
-- both.

with answers as (

    select *
    from {{ ref('fct_survey_answers') }}
    where
        construct in ('outcome_importance', 'outcome_satisfaction')
        and value is not null

),

-- Where a survey asks for the same half twice, the first question counts.
importances as (

    select *
    from answers
    where construct = 'outcome_importance'
    qualify row_number() over (partition by response_id, item order by question_id) = 1

),

satisfactions as (

    select *
    from answers
    where construct = 'outcome_satisfaction'
    qualify row_number() over (partition by response_id, item order by question_id) = 1

),

final as (

    select
        ---------- ids
        {{ surrogate_key([
            'coalesce(satisfactions.response_id, importances.response_id)',
            'coalesce(satisfactions.item, importances.item)'
        ]) }} as outcome_id,
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
