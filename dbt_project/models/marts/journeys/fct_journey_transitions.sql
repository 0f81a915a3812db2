-- Grain: one row is a step of journeys x the next one x value tier at the first of them (`all` is everybody).
-- A journey's last step leads to its end, once no later step can belong to it.

{%- set tiers = ["'all'", "coalesce(value_tier_at_event, 'none')"] %}

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

followed as (

    select
        touchpoint_id,
        person_id,
        touchpoint,
        stage,
        value_tier_at_event,
        happened_by_at,
        lead(touchpoint) over in_journey as next_touchpoint,
        lead(stage) over in_journey as next_stage,
        lead(happened_by_at) over in_journey as next_at
    from touchpoints
    window in_journey as (
        partition by journey_id
        order by journey_step
    )

),

steps as (

    select
        followed.person_id,
        followed.touchpoint as from_step,
        followed.stage as from_stage,
        followed.value_tier_at_event,
        coalesce(followed.next_touchpoint, 'end of journey') as to_step,
        followed.next_stage as to_stage,
        followed.next_at is null as is_end,
        {{ days_between('followed.happened_by_at', 'followed.next_at') }} as waiting_days
    from followed
    cross join settings
    cross join as_of
    where
        followed.next_at is not null
        or {{ days_between('followed.happened_by_at', 'as_of.as_of_ends_at') }} > settings.gap_days

),

sliced as (

    {%- for tier in tiers %}
    select
        from_step,
        from_stage,
        to_step,
        to_stage,
        is_end,
        {{ tier }} as tier,
        person_id,
        waiting_days
    from steps
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

counted as (

    select
        from_step,
        to_step,
        is_end,
        tier,
        -- A touchpoint of several stages (first and repeated) has none of its own.
        case when min(from_stage) = max(from_stage) then min(from_stage) end as from_stage,
        case when min(to_stage) = max(to_stage) then min(to_stage) end as to_stage,
        count(*) as n,
        count(distinct person_id) as people,
        {{ quantile('waiting_days', 0.5) }} as waiting_days_median,
        {{ quantile('waiting_days', 0.9) }} as waiting_days_p90
    from sliced
    group by from_step, to_step, is_end, tier

),

final as (

    select
        {{ surrogate_key(["'transition'", 'from_step', 'to_step', 'is_end', 'tier']) }}
            as transition_id,
        counted.from_step,
        counted.from_stage,
        counted.to_step,
        counted.to_stage,
        counted.is_end,
        counted.tier,
        cast(counted.n as integer) as n,
        cast(counted.people as integer) as people,
        counted.n / cast(sum(counted.n) over (
            partition by counted.from_step, counted.tier
        ) as double) as share,
        counted.waiting_days_median,
        counted.waiting_days_p90,
        as_of.as_of_on as calculated_on
    from counted
    cross join as_of

)

select * from final
