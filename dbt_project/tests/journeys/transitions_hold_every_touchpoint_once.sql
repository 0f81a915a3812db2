-- Every step leads on or ends its journey, except the last ones of journeys that may still go on; and the tiers
-- add up to everybody.

{{ config(meta={'dagster': {'ref': {'name': 'fct_journey_transitions'}}}) }}

with transitions as (

    select
        coalesce(sum(case when tier = 'all' then n else 0 end), 0) as n_all,
        coalesce(sum(case when tier <> 'all' then n else 0 end), 0) as n_tiers
    from {{ ref('fct_journey_transitions') }}

),

touchpoints as (

    select count(*) as n
    from {{ ref('fct_touchpoints') }}
    where is_step

),

journeys as (

    select
        journeys.ended_at,
        as_of.as_of_ends_at,
        settings.gap_days
    from {{ ref('fct_journeys') }} as journeys
    cross join {{ ref('stg_config__settings') }} as settings
    cross join {{ ref('int_company__as_of') }} as as_of

),

open_journeys as (

    select count(*) as n
    from journeys
    where {{ days_between('ended_at', 'as_of_ends_at') }} <= gap_days

)

select
    transitions.n_all,
    transitions.n_tiers,
    touchpoints.n as n_touchpoints,
    open_journeys.n as n_open
from transitions
cross join touchpoints
cross join open_journeys
where
    transitions.n_all <> touchpoints.n - open_journeys.n
    or transitions.n_all <> transitions.n_tiers
