-- Deals won and lost on a known day up to as_of: as rows of the mart, and as events of the journey.

{{ config(meta={'dagster': {'ref': {'name': 'fct_deals'}}}) }}

with mart as (

    select
        coalesce(sum(case when is_won then 1 else 0 end), 0) as won,
        coalesce(sum(case when is_lost then 1 else 0 end), 0) as lost
    from {{ ref('fct_deals') }}
    where closed_on is not null

),

events as (

    select
        coalesce(sum(case when event = 'deal_won' then 1 else 0 end), 0) as won,
        coalesce(sum(case when event = 'deal_lost' then 1 else 0 end), 0) as lost
    from {{ ref('int_touchpoints__events') }}
    where
        not is_after_as_of
        and occurred_at is not null
        and source_file in (select source_file from {{ ref('stg_crm__deals') }})

)

select
    mart.won as won_of_mart,
    events.won as won_of_events,
    mart.lost as lost_of_mart,
    events.lost as lost_of_events
from mart
cross join events
where
    mart.won <> events.won
    or mart.lost <> events.lost
