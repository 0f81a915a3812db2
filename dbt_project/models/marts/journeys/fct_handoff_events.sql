-- Grain: one row is a hand-off: a touchpoint in another corner (or from another channel) than the one before it in its
-- journey; once a kind.

{%- set repeat_days = 7 %}
{%- set kinds = {'corner': 'corner', 'channel': 'channel'} %}

with touchpoints as (

    select
        *,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at
    from {{ ref('fct_touchpoints') }}
    where journey_id is not null

),

entries as (

    select * from {{ ref('fct_stage_entries') }}

),

answers as (

    select * from {{ ref('fct_survey_answers') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

followed as (

    select
        *,
        lag(happened_by_at) over in_journey as handed_at,
        lag(corner) over in_journey as previous_corner,
        lag(channel) over in_journey as previous_channel,
        lag(touchpoint) over in_journey as previous_touchpoint,
        min(case when role = 'contact' then happened_by_at end) over (
            partition by person_id
            order by person_step
            rows between 1 following and unbounded following
        ) as next_contact_by_at
    from touchpoints
    window in_journey as (
        partition by journey_id
        order by journey_step
    )

),

handed as (

    {%- for kind, column in kinds.items() %}
    select
        '{{ kind }}' as handoff_kind,
        previous_{{ column }} as handed_from,
        {{ column }} as handed_to,
        followed.*
    from followed
    where previous_{{ column }} <> {{ column }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

-- A question counts once, however many constructs it measures.
judgements as (

    select distinct
        touchpoint_id,
        response_id,
        question_id,
        value_pct
    from answers
    where
        touchpoint_id is not null
        and construct in ('perception', 'csat', 'ces', 'overall')
        and is_scorable
        and value_pct is not null

),

-- A response counts once, however many of its questions asked for a judgement.
judged as (

    select
        touchpoint_id,
        response_id,
        {{ exact_sum('value_pct') }} / count(*) as perception
    from judgements
    group by touchpoint_id, response_id

),

perceived as (

    select
        touchpoint_id,
        count(*) as perceptions,
        {{ exact_sum('perception') }} as perception_sum,
        {{ exact_sum('perception * perception') }} as perception_squares
    from judged
    group by touchpoint_id

),

final as (

    select
        ---------- ids
        {{ surrogate_key(["'handoff'", 'handed.handoff_kind', 'handed.touchpoint_id']) }} as handoff_id,
        handed.touchpoint_id,
        handed.person_id,
        handed.journey_id,

        ---------- timestamps
        handed.handed_at,
        handed.happened_by_at as received_at,
        handed.occurred_on as received_on,

        ---------- measures
        {{ days_between('handed.handed_at', 'handed.happened_by_at') }} as waiting_days,
        {{ days_between('handed.happened_by_at', 'as_of.as_of_ends_at') }} >= {{ repeat_days }} as is_repeat_observed,
        coalesce(
            {{ days_between('handed.happened_by_at', 'handed.next_contact_by_at') }} <= {{ repeat_days }}, false
        ) as has_repeat_contact,
        coalesce(entries.is_observed_long_enough and not entries.is_last_stage, false) as is_loss_observed,
        coalesce(
            entries.is_observed_long_enough and not entries.is_last_stage and not entries.is_continued, false
        ) as is_lost,
        cast(coalesce(perceived.perceptions, 0) as integer) as perceptions,
        perceived.perception_sum,
        perceived.perception_squares,

        ---------- what
        handed.handoff_kind,
        handed.handed_from,
        handed.handed_to,
        handed.handed_from || ' → ' || handed.handed_to as handoff,
        handed.previous_touchpoint as from_touchpoint,
        handed.touchpoint as to_touchpoint,
        handed.stage,
        entries.stage_entry_id is not null as is_stage_entry,

        ---------- who
        handed.data_source,
        handed.value_tier_at_event
    from handed
    cross join as_of
    left join entries on handed.touchpoint_id = entries.stage_entry_id
    left join perceived on handed.touchpoint_id = perceived.touchpoint_id

)

select * from final
