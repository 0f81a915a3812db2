-- Grain: one row is a response (survey, respondent, wave, occasion) x question x construct that the question measures;
-- of a multiple-choice question, x choice that was ticked. Gaps and outcomes do not wait for it: they pair answers by
-- keys.

with given as (

    select * from {{ ref('int_survey__given') }}

),

meanings as (

    select *
    from {{ ref('int_survey__meanings') }}
    where fate = 'kept'

),

contexts as (

    select * from {{ ref('int_survey__contexts') }}

),

final as (

    select
        ---------- ids
        {{ combined_key('given.response_key', 'meanings.choice_key') }} as answer_id,
        given.response_key as response_id,
        contexts.person_id,
        contexts.respondent_person_id,
        contexts.touchpoint_id,
        meanings.survey_id,
        meanings.question_id,

        ---------- what was asked
        meanings.construct,
        meanings.is_first_use,
        meanings.item,
        meanings.item_label,
        meanings.item_dimension,
        meanings.pillar,
        meanings.outcome_kind,
        meanings.scale_min,
        meanings.scale_max,
        case
            when meanings.scale_min is not null and meanings.scale_max is not null
                then {{ number_text('meanings.scale_min') }} || '-' || {{ number_text('meanings.scale_max') }}
        end as scale,
        meanings.is_reversed,

        ---------- what was answered
        meanings.value,
        meanings.value_pct,
        meanings.is_top_two,
        meanings.is_missing,
        meanings.is_scorable,
        contexts.weight,

        ---------- when and where
        contexts.answered_at,
        contexts.answered_on,
        contexts.wave,
        contexts.value_tier_at_event,
        contexts.interaction,
        contexts.stage,
        contexts.channel,
        contexts.link_rule
    from given
    inner join meanings on given.meaning_key = meanings.meaning_key
    inner join contexts
        on
            given.response_key = contexts.response_key
            and coalesce(meanings.interaction, '') = contexts.question_interaction

)

select * from final
