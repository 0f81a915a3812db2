-- Grain: one row is a response (survey, respondent, wave, occasion) x question x construct that the question measures;
-- of a multiple-choice question, x choice that was ticked. Gaps and outcomes do not wait for it: they pair answers by
-- keys.

with answer_meanings as (

    select * from {{ ref('int_surveys__answer_meanings') }}

),

meanings as (

    select *
    from {{ ref('int_surveys__meanings') }}
    where disposition = 'kept'

),

contexts as (

    select * from {{ ref('int_surveys__contexts') }}

),

final as (

    select
        ---------- ids
        {{ combined_key('answer_meanings.response_key', 'meanings.choice_key') }} as answer_id,
        answer_meanings.response_key as response_id,
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
    from answer_meanings
    inner join meanings on answer_meanings.meaning_key = meanings.meaning_key
    inner join contexts
        on
            answer_meanings.response_key = contexts.response_key
            and coalesce(meanings.interaction, '') = contexts.question_interaction

)

select * from final
