-- Hand-offs, counted one by one, by pair, by tier, and from neighbouring touchpoints of journeys.

{{ config(meta={'dagster': {'ref': {'name': 'fct_handoffs'}}}) }}

with neighbours as (

    select
        later.corner <> earlier.corner as is_corner,
        later.channel <> earlier.channel as is_channel
    from {{ ref('fct_touchpoints') }} as later
    inner join {{ ref('fct_touchpoints') }} as earlier
        on
            later.person_id = earlier.person_id
            and later.journey_id = earlier.journey_id
            and later.person_step = earlier.person_step + 1

),

by_neighbour as (

    select
        'corner' as handoff_kind,
        count(*) as n
    from neighbours
    where is_corner
    union all
    select
        'channel' as handoff_kind,
        count(*) as n
    from neighbours
    where is_channel

),

by_event as (

    select
        handoff_kind,
        count(*) as n
    from {{ ref('fct_handoff_events') }}
    group by handoff_kind

),

by_pair as (

    select
        handoff_kind,
        sum(case when tier = 'all' then n else 0 end) as n,
        sum(case when tier <> 'all' then n else 0 end) as n_tiers
    from {{ ref('fct_handoffs') }}
    group by handoff_kind

)

select
    by_neighbour.handoff_kind,
    by_neighbour.n as n_neighbours,
    by_event.n as n_events,
    by_pair.n as n_pairs,
    by_pair.n_tiers
from by_neighbour
left join by_event on by_neighbour.handoff_kind = by_event.handoff_kind
left join by_pair on by_neighbour.handoff_kind = by_pair.handoff_kind
where
    by_neighbour.n <> coalesce(by_event.n, 0)
    or by_neighbour.n <> coalesce(by_pair.n, 0)
    or by_neighbour.n <> coalesce(by_pair.n_tiers, 0)
