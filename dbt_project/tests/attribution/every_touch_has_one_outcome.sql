-- Touchpoints that may earn credit are counted once, whatever became of their path.

{{ config(meta={'dagster': {'ref': {'name': 'int_attribution__touches'}}}) }}

with touchpoints as (

    select touchpoint_id
    from {{ ref('int_touchpoints__mapped') }}
    where
        not is_conversion
        and role not in ('purchase', 'refund', 'cancel', 'system')
        and event <> 'contact_created'

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
