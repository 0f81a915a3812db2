-- Grain: one row is a response x subject (everything, a pillar, a corner, an interaction, a stage and corner) that the
-- response rates: how it was, how far from what was expected, and whether below what is tolerated.

with perceptions as (

    select *
    from {{ ref('fct_expectation_gaps') }}
    where answered_on is not null and perception_pct is not null

),

answers as (

    select * from {{ ref('fct_survey_answers') }}

),

asked as (

    select * from {{ ref('int_surveys__answers') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

-- The least that the respondent would accept of the item.
accepted as (

    select
        response_id,
        item,
        value_pct
    from answers
    where construct = 'expectation_minimum' and value_pct is not null
    qualify row_number() over (partition by response_id, item order by question_id) = 1

),

-- Percentages become decimals, whose sums do not depend on the order of threads.
rated_items as (

    select
        perceptions.response_id,
        perceptions.person_id,
        perceptions.answered_on,
        perceptions.pillar,
        -- A question about no interaction rates none, also where the respondent had done something just before.
        asked.asked_interaction as interaction,
        interactions.stage,
        interactions.corner,
        cast(perceptions.perception_pct as decimal(18, 6)) as perception,
        cast(perceptions.gap_pct as decimal(18, 6)) as gap,
        cast(perceptions.expectation_pct as decimal(18, 6)) as expectation,
        cast(accepted.value_pct as decimal(18, 6)) as least_accepted
    from perceptions
    left join accepted
        on
            perceptions.response_id = accepted.response_id
            and perceptions.item = accepted.item
    left join asked on perceptions.answer_id = asked.answer_key
    left join interactions on asked.asked_interaction = interactions.interaction

),

placed as (

    select
        *,
        'all' as subject_kind,
        'all' as subject
    from rated_items
    {%- for kind, column in [
        ('pillar', 'pillar'),
        ('corner', 'corner'),
        ('interaction', 'interaction'),
        ('stage and corner', "stage || ', ' || corner")
    ] %}
    union all
    select
        *,
        '{{ kind }}' as subject_kind,
        {{ column }} as subject
    from rated_items
    where {{ column }} is not null
    {%- endfor %}

),

summed as (

    select
        response_id,
        person_id,
        answered_on,
        subject_kind,
        subject,
        sum(perception) as perceptions,
        count(*) as n_items,
        sum(gap) as gaps,
        count(gap) as n_paired,
        sum(case when least_accepted is not null then perception - least_accepted end) as above_accepted,
        sum(case when expectation is not null then perception - expectation end) as above_expected
    from placed
    group by response_id, person_id, answered_on, subject_kind, subject

),

-- One mark a subject: being below what one expects is common, and mixed with being below what one accepts it would hide
-- what the latter goes with. 150 people are what an analysis needs.
marks as (

    select
        subject_kind,
        subject,
        case
            when count(distinct case when above_accepted is not null then person_id end) >= 150 then 'accepted'
            else 'expected'
        end as tolerance_mark
    from summed
    group by subject_kind, subject

),

measured as (

    select
        summed.response_id,
        summed.person_id,
        summed.answered_on,
        summed.subject_kind,
        summed.subject,
        cast(summed.perceptions as double) / summed.n_items as score_pct,
        cast(summed.gaps as double) / nullif(summed.n_paired, 0) as gap_pct,
        marks.tolerance_mark,
        case
            when marks.tolerance_mark = 'accepted' then summed.above_accepted
            else summed.above_expected
        end as above_mark
    from summed
    inner join marks
        on
            summed.subject_kind = marks.subject_kind
            and summed.subject = marks.subject

),

final as (

    select
        response_id,
        person_id,
        answered_on,
        subject_kind,
        subject,
        score_pct,
        gap_pct,
        case when above_mark is not null then tolerance_mark end as tolerance_mark,
        -- Decimals were rounded: what is nearer than that is not below.
        above_mark < -0.001 as is_below
    from measured

)

select * from final
