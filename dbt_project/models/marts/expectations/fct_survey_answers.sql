-- Grain: one row is a response (survey, respondent, wave, occasion) x question; of a multiple-choice question, x choice
-- that was ticked.

with given as (

    select * from {{ ref('int_survey__given') }}

),

meanings as (

    select *
    from {{ ref('int_survey__meanings') }}
    where fate = 'kept'

),

links as (

    select * from {{ ref('int_survey__linked') }}

),

respondents as (

    select * from {{ ref('int_survey__respondents') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

weights as (

    select * from {{ ref('int_survey__weights') }}

),

-- No interaction in particular is written as a blank, so that it can be joined.
survey_interactions as (

    select distinct
        survey_id,
        coalesce(interaction, '') as question_interaction
    from meanings

),

-- What all answers of a response to questions of one interaction share is put together once.
contexts as (

    select
        respondents.response_key,
        survey_interactions.question_interaction,
        links.touchpoint_id,
        links.link_rule,
        links.channel,
        respondents.person_id,
        respondents.respondent_person_id,
        respondents.answered_at,
        respondents.answered_on,
        respondents.wave,
        respondents.value_tier_at_event,
        weights.weight,
        coalesce(links.asked_interaction, links.touchpoint_interaction) as interaction,
        -- Without a touchpoint, the interaction's own stage is still known.
        coalesce(links.stage, interactions.stage) as stage
    from respondents
    inner join survey_interactions on respondents.survey_id = survey_interactions.survey_id
    inner join links
        on
            respondents.response_key = links.response_key
            and coalesce(respondents.interaction, survey_interactions.question_interaction)
            = coalesce(links.asked_interaction, '')
    left join interactions
        on coalesce(links.asked_interaction, links.touchpoint_interaction) = interactions.interaction
    left join weights on respondents.person_id = weights.person_id
    where not respondents.is_after_as_of

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
        meanings.item,
        meanings.item_label,
        meanings.pillar,
        meanings.outcome_kind,
        meanings.scale_min,
        meanings.scale_max,
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
