-- Grain: one row is a response x an interaction that questions of its survey are about (a blank is one, too: no
-- interaction in particular), with what all answers of that response to such questions share. Responses after the
-- as-of day are not here.

with meanings as (

    select *
    from {{ ref('int_surveys__meanings') }}
    where disposition = 'kept'

),

links as (

    select * from {{ ref('int_surveys__touchpoint_links') }}

),

respondents as (

    select * from {{ ref('int_surveys__respondents') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

weights as (

    select * from {{ ref('int_surveys__weights') }}

),

survey_interactions as (

    select distinct
        survey_id,
        coalesce(interaction, '') as question_interaction
    from meanings

),

final as (

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
        respondents.answered_by_at,
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

)

select * from final
