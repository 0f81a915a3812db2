-- Grain: one row is a person x survey x outcome x item, of the person's newest response that rates both: how the item
-- was experienced, and what the outcome was. One response a person, since one person's answers resemble each other.

with answers as (

    select * from {{ ref('fct_survey_answers') }}

),

before_and_after as (

    select * from {{ ref('int_perceptions__before_and_after') }}

),

outcomes as (

    select
        response_id,
        person_id,
        survey_id,
        question_id,
        construct as outcome,
        value_pct as outcome_pct,
        answered_at,
        answered_on
    from answers
    where construct in ('overall', 'nps', 'csat', 'ces') and is_scorable and value_pct is not null
    qualify row_number() over (partition by response_id, construct order by question_id) = 1

),

perceptions as (

    select
        response_id,
        question_id,
        item,
        item_label,
        pillar,
        interaction,
        value_pct
    from answers
    where construct = 'perception' and value_pct is not null
    qualify row_number() over (partition by response_id, item order by question_id) = 1

),

rating as (

    select distinct response_id from perceptions

),

newest as (

    select outcomes.*
    from outcomes
    inner join rating on outcomes.response_id = rating.response_id
    qualify row_number() over (
        partition by outcomes.person_id, outcomes.survey_id, outcomes.outcome
        order by outcomes.answered_at desc nulls last, outcomes.response_id asc
    ) = 1

),

final as (

    select
        newest.person_id,
        newest.survey_id,
        newest.outcome,
        newest.outcome_pct,
        perceptions.item,
        perceptions.item_label,
        perceptions.pillar,
        perceptions.interaction,
        perceptions.value_pct as perception_pct,
        coalesce(before_and_after.is_customer, false) as is_customer,
        cast(coalesce(before_and_after.tenure_days, 0) as double) as tenure_days,
        coalesce(before_and_after.prior_revenue, 0) as prior_revenue
    from newest
    -- A question that is an outcome and a perception at once would explain itself.
    inner join perceptions
        on
            newest.response_id = perceptions.response_id
            and newest.question_id <> perceptions.question_id
    left join before_and_after
        on
            newest.person_id = before_and_after.person_id
            and newest.answered_on = before_and_after.answered_on

)

select * from final
