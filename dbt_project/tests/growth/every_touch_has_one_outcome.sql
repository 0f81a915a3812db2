-- Touchpoints that may earn credit are counted once, whatever became of their path.

{{ config(meta={'dagster': {'ref': {'name': 'fct_touchpoints'}}}) }}

with touchpoints as (

    select touchpoint_id
    from {{ ref('fct_touchpoints') }}
    where
        not is_conversion
        and role not in ('purchase', 'refund', 'cancel')

),

touches as (

    select touchpoint_id from {{ ref('int_attribution__touches') }}

)

select
    touchpoints.touchpoint_id as of_touchpoints,
    touches.touchpoint_id as of_touches
from touchpoints
full outer join touches on touchpoints.touchpoint_id = touches.touchpoint_id
where
    touchpoints.touchpoint_id is null
    or touches.touchpoint_id is null
