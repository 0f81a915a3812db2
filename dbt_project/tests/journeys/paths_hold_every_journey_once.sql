-- Walks of whole journeys, by touchpoints and by stages, are as many as there are journeys; those to a purchase are the
-- conversions, those to a loss the journeys that ended without one, and those to a lost customer as many as customers
-- were lost that had been seen before.

{{ config(meta={'dagster': {'ref': {'name': 'fct_journey_paths'}}}) }}

with paths as (

    select
        path_kind,
        sum(n) as n
    from {{ ref('fct_journey_paths') }}
    where path_kind <> 'part'
    group by path_kind

),

dated as (

    select
        journeys.is_converted,
        journeys.ended_at,
        as_of.as_of_ends_at,
        settings.gap_days
    from {{ ref('fct_journeys') }} as journeys
    cross join {{ ref('stg_config__settings') }} as settings
    cross join {{ ref('int_company__as_of') }} as as_of

),

journeys as (

    select
        is_converted,
        {{ days_between('ended_at', 'as_of_ends_at') }} > gap_days as is_ended
    from dated

),

expected as (

    select
        'whole' as path_kind,
        count(*) as n
    from journeys
    union all
    select
        'stages' as path_kind,
        count(*) as n
    from journeys
    union all
    select
        'to purchase' as path_kind,
        count(*) as n
    from {{ ref('fct_touchpoints') }}
    where is_conversion
    union all
    select
        'to loss' as path_kind,
        count(*) as n
    from journeys
    where is_ended and not is_converted
    union all
    select
        'to lost customer' as path_kind,
        count(distinct movements.movement_id) as n
    from {{ ref('int_growth__movements') }} as movements
    inner join {{ ref('fct_touchpoints') }} as touchpoints
        on
            movements.person_id = touchpoints.person_id
            and movements.decided_at > {{ happened_by('touchpoints.occurred_at', 'touchpoints.is_day_only') }}
    where
        movements.movement = 'lost'
        and touchpoints.is_step

)

select
    expected.path_kind,
    expected.n as n_expected,
    paths.n as n_paths
from expected
left join paths on expected.path_kind = paths.path_kind
where expected.n <> coalesce(paths.n, 0)
