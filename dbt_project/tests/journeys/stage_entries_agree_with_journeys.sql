-- Per journey: the first entry opens it, a stage was entered exactly where the journey says how long it took, and
-- just as long after the start.

{{ config(meta={'dagster': {'ref': {'name': 'fct_stage_entries'}}}) }}

with entries as (

    select
        entered.*,
        {{ happened_by('touchpoints.occurred_at', 'touchpoints.is_day_only') }} as entered_by_at
    from {{ ref('fct_stage_entries') }} as entered
    inner join {{ ref('fct_touchpoints') }} as touchpoints on entered.stage_entry_id = touchpoints.touchpoint_id

),

journeys as (

    select
        started.*,
        {{ happened_by('touchpoints.occurred_at', 'touchpoints.is_day_only') }} as started_by_at
    from {{ ref('fct_journeys') }} as started
    inner join {{ ref('fct_touchpoints') }} as touchpoints on started.journey_id = touchpoints.touchpoint_id

),

by_entry as (

    select
        journeys.journey_id,
        {%- for stage in stages() %}
        min(
            case
                when entries.stage = '{{ stage }}'
                    then {{ days_between('journeys.started_by_at', 'entries.entered_by_at') }}
            end
        ) as days_to_{{ stage }},
        {%- endfor %}
        sum(case when entries.previous_stage is null then 1 else 0 end) as openings
    from journeys
    left join entries on journeys.journey_id = entries.journey_id
    group by journeys.journey_id

)

select journeys.journey_id
from journeys
inner join by_entry on journeys.journey_id = by_entry.journey_id
where
    by_entry.openings <> 1
    {%- for stage in stages() %}
    or journeys.days_to_{{ stage }} is distinct from by_entry.days_to_{{ stage }}
    {%- endfor %}
