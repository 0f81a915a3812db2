-- The touchpoints of a person's journeys add up to the person's touchpoints, and so do the conversions.

{{ config(meta={'dagster': {'ref': {'name': 'fct_touchpoints'}}}) }}

with by_touchpoint as (

    select
        person_id,
        count(*) as touchpoints,
        count(distinct case when is_conversion then journey_id end) as converted_journeys,
        sum(case when presence = 'offline' then 1 else 0 end) as offline_touchpoints
    from {{ ref('fct_touchpoints') }}
    group by person_id

),

by_journey as (

    select
        person_id,
        sum(touchpoints) as touchpoints,
        sum(case when is_converted then 1 else 0 end) as converted_journeys,
        sum(offline_touchpoints) as offline_touchpoints
    from {{ ref('fct_journeys') }}
    group by person_id

)

select
    coalesce(by_touchpoint.person_id, by_journey.person_id) as person_id,
    by_touchpoint.touchpoints as touchpoints_of_person,
    by_journey.touchpoints as touchpoints_of_journeys
from by_touchpoint
full outer join by_journey on by_touchpoint.person_id = by_journey.person_id
where
    by_touchpoint.touchpoints is distinct from by_journey.touchpoints
    or by_touchpoint.converted_journeys is distinct from by_journey.converted_journeys
    or by_touchpoint.offline_touchpoints is distinct from by_journey.offline_touchpoints
