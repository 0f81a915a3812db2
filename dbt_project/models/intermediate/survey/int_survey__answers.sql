-- Grain: one row is an answer that the marts use, with its value and whether its metric may be computed from it.

with judged as (

    select * from {{ ref('int_survey__judged_answers') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

kept as (

    select
        judged.*,
        -- A response may name its interaction in words of its own; only the company's vocabulary goes on.
        coalesce(interactions.interaction, judged.question_interaction) as asked_interaction,
        interactions.interaction is not null as is_interaction_of_response
    from judged
    left join interactions on judged.response_interaction = interactions.interaction
    where judged.fate = 'kept'

),

-- A mean effort in scale points means nothing over several scales: the one with the most answers is the company's.
effort_scale as (

    select
        scale_min,
        scale_max
    from kept
    where construct = 'ces' and value is not null
    group by scale_min, scale_max
    order by count(*) desc, scale_min asc, scale_max asc
    limit 1

),

ruled as (

    select
        kept.*,
        case
            when kept.value is null then null
            when kept.construct = 'nps' and not coalesce(kept.scale_min = 0 and kept.scale_max = 10, false)
                then 'NPS is defined on 0-10 only'
            when kept.construct = 'csat' and not coalesce(kept.scale_max - kept.scale_min >= 2, false)
                then 'a top-two share needs a scale of at least three boxes'
            when
                kept.construct = 'ces'
                and not coalesce(
                    kept.scale_min = effort_scale.scale_min and kept.scale_max = effort_scale.scale_max, false
                )
                then 'effort is averaged on one scale, and most answers are on another'
        end as refusal
    from kept
    left join effort_scale on kept.construct = 'ces'

),

final as (

    select
        answer_key,
        response_key,
        survey_id,
        question_id,
        data_source,
        identifier_key,
        answered_at,
        wave,
        construct,
        item,
        item_label,
        pillar,
        outcome_kind,
        asked_interaction,
        is_interaction_of_response,
        answered_value,
        value,
        scale_min,
        scale_max,
        100.0 * (value - scale_min) / nullif(scale_max - scale_min, 0) as value_pct,
        -- Answers on whole numbers: the two highest boxes are the scale's end and the one below.
        case when scale_max - scale_min >= 2 then value >= scale_max - 1 end as is_top_two,
        is_reversed,
        is_missing,
        value is not null and refusal is null as is_scorable,
        refusal,
        attribute_value
    from ruled

)

select * from final
