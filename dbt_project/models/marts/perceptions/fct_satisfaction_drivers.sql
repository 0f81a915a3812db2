-- Grain: one row is a survey x outcome that it asks for x item that it has rated: how much of the outcome goes with it.

with weights as (

    select * from {{ ref('int_perceptions__driver_weights') }}

),

answers as (

    select * from {{ ref('int_perceptions__driver_answers') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

items as (

    select
        survey_id,
        item,
        min(item_label) as item_label,
        min(pillar) as pillar,
        min(interaction) as interaction
    from answers
    group by survey_id, item

),

judged as (

    select
        weights.*,
        case
            when weights.weight is null then null
            when weights.adjusted_p_value > 0.05 then 'not significant'
            when weights.coefficient_adjusted_p_value <= 0.05 then 'significant'
            else 'shared'
        end as status,
        -- The cut lines of the quadrant: the average weight and the average rating of the items weighed together.
        {{ exact_sum('weights.weight', over='partition by weights.survey_id, weights.outcome') }}
        / count(weights.weight) over (partition by weights.survey_id, weights.outcome) as weight_cut,
        {{ exact_sum(
            'case when weights.weight is not null then weights.mean_pct end',
            over='partition by weights.survey_id, weights.outcome'
        ) }} / nullif(count(weights.weight) over (partition by weights.survey_id, weights.outcome), 0) as rating_cut
    from weights

),

final as (

    select
        ---------- ids
        {{ surrogate_key(["'driver'", 'judged.survey_id', 'judged.outcome', 'judged.item']) }}
            as satisfaction_driver_id,

        ---------- what is weighed
        cast(judged.survey_id as varchar) as driver_survey,
        cast(judged.outcome as varchar) as driver_outcome,
        cast(judged.item as varchar) as driver_item,
        coalesce(items.item_label, cast(judged.item as varchar)) as driver_label,
        items.pillar as driver_pillar,
        items.interaction as driver_interaction,

        ---------- how much goes with it
        cast(judged.n as bigint) as n,
        judged.weight as relative_weight,
        judged.weight_low,
        judged.weight_high,
        judged.weight / nullif(judged.r_squared, 0) as weight_share,
        judged.p_value,
        judged.adjusted_p_value,
        judged.coefficient,
        judged.coefficient_low,
        judged.coefficient_high,
        judged.coefficient_p_value,
        judged.coefficient_adjusted_p_value,
        judged.inflation,
        judged.r_squared,
        judged.mean_pct as rating_pct,
        judged.weight_cut,
        judged.rating_cut,

        ---------- in words
        judged.status as driver_status,
        case
            when judged.status is null then null
            when judged.status <> 'not significant' and judged.weight >= judged.weight_cut
                then case when judged.mean_pct < judged.rating_cut then 'fix first' else 'keep up' end
            when judged.mean_pct < judged.rating_cut then 'watch'
            else 'leave'
        end as driver_priority,
        cast(judged.warning as varchar) as driver_warning,
        cast(judged.refused_reason as varchar) as driver_refused_reason,

        ---------- timestamps
        as_of.as_of_on as calculated_on
    from judged
    cross join as_of
    left join items
        on
            judged.survey_id = items.survey_id
            and judged.item = items.item

)

select * from final
