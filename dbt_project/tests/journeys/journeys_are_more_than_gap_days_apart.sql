-- Two journeys of a person are more than gap_days apart, and no step inside one is.

{{ config(meta={'dagster': {'ref': {'name': 'fct_touchpoints'}}}) }}

with settings as (

    select gap_days from {{ ref('stg_config__settings') }}

),

steps as (

    select
        person_id,
        journey_id,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at,
        lag(journey_id) over (partition by person_id order by person_step) as previous_journey_id,
        lag({{ happened_by('occurred_at', 'is_day_only') }}) over (partition by person_id order by person_step)
            as previous_at
    from {{ ref('fct_touchpoints') }}
    where is_step

)

select steps.*
from steps
cross join settings
where
    steps.previous_at is not null
    and (steps.journey_id <> steps.previous_journey_id)
    <> ({{ days_between('steps.previous_at', 'steps.happened_by_at') }} > settings.gap_days)
