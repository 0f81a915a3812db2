-- Mentions of the own brand up to as_of: as rows of the mart, and as mentions and reviews among the events.

{{ config(meta={'dagster': {'ref': {'name': 'fct_mentions'}}}) }}

with mart as (

    select
        sum(case when mention_kind = 'mention' then 1 else 0 end) as mentions,
        sum(case when mention_kind = 'review' then 1 else 0 end) as reviews
    from {{ ref('fct_mentions') }}
    where is_own_brand

),

events as (

    select
        sum(case when event = 'mention' then 1 else 0 end) as mentions,
        sum(case when event = 'review' then 1 else 0 end) as reviews
    from {{ ref('int_touchpoints__events') }}
    where
        not is_after_as_of
        and source_file in (select source_file from {{ ref('stg_social__mentions') }})

)

select
    mart.mentions as mentions_of_mart,
    events.mentions as mentions_of_events,
    mart.reviews as reviews_of_mart,
    events.reviews as reviews_of_events
from mart
cross join events
where
    coalesce(mart.mentions, 0) <> coalesce(events.mentions, 0)
    or coalesce(mart.reviews, 0) <> coalesce(events.reviews, 0)
