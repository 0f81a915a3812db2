-- Grain: one row is a response (survey, respondent, wave, occasion) x question.

with answers as (

    select * from {{ ref('int_survey__answers') }}

),

links as (

    select * from {{ ref('int_survey__linked') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

placed as (

    select
        answers.*,
        identifiers.person_id as respondent_person_id,
        coalesce(actors.account_key, identifiers.person_id) as person_id,
        {{ business_day('answers.answered_at') }} as answered_on,
        links.touchpoint_id,
        links.link_rule,
        links.stage as touchpoint_stage,
        links.channel,
        coalesce(answers.asked_interaction, links.touchpoint_interaction) as interaction
    from answers
    inner join links
        on
            answers.response_key = links.response_key
            and coalesce(answers.asked_interaction, '') = coalesce(links.asked_interaction, '')
    left join identifiers on answers.identifier_key = identifiers.identifier_key
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'answers.answered_at') }}

),

final as (

    select
        ---------- ids
        placed.answer_key as answer_id,
        placed.response_key as response_id,
        placed.person_id,
        placed.respondent_person_id,
        placed.touchpoint_id,
        placed.survey_id,
        placed.question_id,

        ---------- what was asked
        placed.construct,
        placed.item,
        placed.item_label,
        placed.pillar,
        placed.outcome_kind,
        placed.scale_min,
        placed.scale_max,
        placed.is_reversed,

        ---------- what was answered
        placed.value,
        placed.value_pct,
        placed.is_top_two,
        placed.is_missing,
        placed.is_scorable,

        ---------- when and where
        placed.answered_at,
        placed.answered_on,
        placed.wave,
        customer_months.tier_start as value_tier_at_event,
        placed.interaction,
        -- Without a touchpoint, the interaction's own stage is still known.
        coalesce(placed.touchpoint_stage, interactions.stage) as stage,
        placed.channel,
        placed.link_rule
    from placed
    left join interactions on placed.interaction = interactions.interaction
    left join customer_months
        on
            placed.person_id = customer_months.person_id
            and cast(date_trunc('month', placed.answered_on) as date) = customer_months.month_on

)

select * from final
