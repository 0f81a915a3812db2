-- No conversion earns credit for itself, no sale, refund or cancel for another one, and nothing that a system wrote for
-- itself.

{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution_credits'}}}) }}

with credits as (

    select * from {{ ref('fct_attribution_credits') }}

),

touchpoints as (

    select * from {{ ref('int_touchpoints__mapped') }}

)

select credits.*
from credits
inner join touchpoints on credits.touchpoint_id = touchpoints.touchpoint_id
where
    touchpoints.is_conversion
    or touchpoints.role in ('purchase', 'refund', 'cancel', 'system')
    or touchpoints.event = 'contact_created'
