-- Grain: one row is a walk: a kind of path x a journey (or a part of it) and the steps that it took.
-- Kinds: `whole` (every touchpoint of a journey), `stages` (its stages), `to purchase` and `to loss` (the last steps
-- before a conversion, and before a journey ended without one), `to lost customer` (the last steps before a customer
-- counts as lost), `part` (any three steps in a row, for the explorer).

{%- set last_steps = 4 %}
{%- set arrow = ' > ' %}

with touchpoints as (

    select
        *,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at
    from {{ ref('fct_touchpoints') }}
    where journey_id is not null

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

losses as (

    select *
    from {{ ref('int_growth__movements') }}
    where movement = 'lost'

),

followed as (

    select
        journey_id,
        person_id,
        journey_step,
        person_step,
        touchpoint,
        stage,
        is_conversion,
        is_conversion_event,
        happened_by_at,
        lag(touchpoint) over in_journey as previous_touchpoint,
        lag(stage) over in_journey as previous_stage
    from touchpoints
    window in_journey as (
        partition by journey_id
        order by journey_step
    )

),

numbered as (

    select
        *,
        sum(case when previous_touchpoint is distinct from touchpoint then 1 else 0 end) over (
            partition by journey_id
            order by journey_step
            rows between unbounded preceding and current row
        ) as turn
    from followed

),

whole as (

    select
        journey_id,
        min(person_id) as person_id,
        string_agg(touchpoint, '{{ arrow }}' order by journey_step) as path,
        string_agg(case when previous_stage is distinct from stage then stage end, '{{ arrow }}' order by journey_step)
            as stages,
        cast(count(*) as integer) as steps,
        cast(count(case when previous_stage is distinct from stage then stage end) as integer) as stage_steps,
        min(happened_by_at) as started_at,
        max(happened_by_at) as ended_at,
        max(case when is_conversion_event then 1 else 0 end) as conversions
    from followed
    group by journey_id

),

-- A step that is taken several times in a row is one.
turns as (

    select
        journey_id,
        person_id,
        touchpoint,
        happened_by_at,
        journey_step,
        lag(touchpoint, 1) over in_journey as before_1,
        lag(touchpoint, 2) over in_journey as before_2,
        lag(touchpoint, 3) over in_journey as before_3,
        lag(happened_by_at, 2) over in_journey as since_2,
        coalesce(
            lag(happened_by_at, {{ last_steps - 1 }}) over in_journey, first_value(happened_by_at) over in_journey
        ) as since_3,
        turn as place,
        count(*) over (partition by journey_id) as places
    from numbered
    where previous_touchpoint is distinct from touchpoint
    window in_journey as (
        partition by journey_id
        order by journey_step
    )

),

-- The turn that a conversion is, or stands in.
bought as (

    select turns.*
    from numbered
    inner join turns
        on
            numbered.journey_id = turns.journey_id
            and numbered.turn = turns.place
    where numbered.is_conversion

),

-- The turn in which a customer took the last step before they counted as lost.
last_seen as (

    select
        losses.movement_id,
        numbered.journey_id,
        numbered.turn
    from losses
    inner join numbered
        on
            losses.person_id = numbered.person_id
            and losses.decided_at > numbered.happened_by_at
    qualify row_number() over (
        partition by losses.movement_id
        order by numbered.person_step desc
    ) = 1

),

ended as (

    select whole.journey_id
    from whole
    cross join settings
    cross join as_of
    where
        whole.conversions = 0
        and {{ days_between('whole.ended_at', 'as_of.as_of_ends_at') }} > settings.gap_days

),

final as (

    select
        'whole' as path_kind,
        path,
        person_id,
        steps,
        {{ days_between('started_at', 'ended_at') }} as days,
        cast(null as varchar) as first_step,
        cast(null as varchar) as last_step
    from whole
    union all
    select
        'stages' as path_kind,
        stages as path,
        person_id,
        stage_steps as steps,
        {{ days_between('started_at', 'ended_at') }} as days,
        cast(null as varchar) as first_step,
        cast(null as varchar) as last_step
    from whole
    union all
    select
        'to purchase' as path_kind,
        concat_ws('{{ arrow }}', before_3, before_2, before_1, touchpoint) as path,
        person_id,
        cast(least(place, {{ last_steps }}) as integer) as steps,
        {{ days_between('since_3', 'happened_by_at') }} as days,
        cast(null as varchar) as first_step,
        cast(null as varchar) as last_step
    from bought
    union all
    select
        'to loss' as path_kind,
        concat_ws('{{ arrow }}', turns.before_3, turns.before_2, turns.before_1, turns.touchpoint) as path,
        turns.person_id,
        cast(least(turns.place, {{ last_steps }}) as integer) as steps,
        {{ days_between('turns.since_3', 'turns.happened_by_at') }} as days,
        cast(null as varchar) as first_step,
        cast(null as varchar) as last_step
    from turns
    inner join ended on turns.journey_id = ended.journey_id
    where turns.place = turns.places
    union all
    select
        'to lost customer' as path_kind,
        concat_ws('{{ arrow }}', turns.before_3, turns.before_2, turns.before_1, turns.touchpoint) as path,
        turns.person_id,
        cast(least(turns.place, {{ last_steps }}) as integer) as steps,
        {{ days_between('turns.since_3', 'turns.happened_by_at') }} as days,
        cast(null as varchar) as first_step,
        cast(null as varchar) as last_step
    from last_seen
    inner join turns
        on
            last_seen.journey_id = turns.journey_id
            and last_seen.turn = turns.place
    union all
    select
        'part' as path_kind,
        concat_ws('{{ arrow }}', before_2, before_1, touchpoint) as path,
        person_id,
        3 as steps,
        {{ days_between('since_2', 'happened_by_at') }} as days,
        before_2 as first_step,
        touchpoint as last_step
    from turns
    where place >= 3

)

select * from final
