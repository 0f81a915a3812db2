-- Grain: one row is an event of a person within an attempt at a task: from its start to its goal, or, where the goal
-- was not reached, until the person fell silent for more than session_minutes.

with attempts as (

    select * from {{ ref('int_tasks__attempts') }}

),

events as (

    select
        *,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at
    from {{ ref('int_touchpoints__events') }}

),

types as (

    select * from {{ ref('int_touchpoints__types') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

trying as (

    select distinct person_id from attempts

),

ends as (

    select start_event_key as event_key from attempts
    union
    select goal_event_key as event_key from attempts

),

spaced as (

    select
        events.event_key,
        events.event,
        coalesce(types.touchpoint, events.event) as step,
        types.person_id,
        events.occurred_at,
        events.happened_by_at,
        row_number() over in_order as place,
        lag(events.happened_by_at) over in_order as previous_at
    from events
    inner join types on events.event_key = types.event_key
    inner join trying on types.person_id = trying.person_id
    left join ends on events.event_key = ends.event_key
    where
        events.disposition in ('touchpoint', 'unmapped')
        and not events.is_after_as_of
        -- What a system writes for itself is not a step, unless the company says that the task starts or ends with it.
        and ({{ is_customer_step('types.role', 'types.is_conversion_event') }} or ends.event_key is not null)
    window in_order as (
        partition by types.person_id
        order by
            events.happened_by_at, events.source_file, events.source_line, events.data_source, events.event_key
    )

),

runs as (

    select
        spaced.*,
        {{ nth_sitting('spaced', 'person_id', 'happened_by_at') }} as run
    from spaced
    cross join settings

),

bounded as (

    select
        attempts.task_attempt_id,
        attempts.task,
        attempts.person_id,
        starts.place as first_place,
        starts.run,
        goals.place as goal_place,
        lead(starts.place) over (
            partition by attempts.task, attempts.person_id
            order by starts.place
        ) as next_start_place
    from attempts
    inner join runs as starts on attempts.start_event_key = starts.event_key
    left join runs as goals on attempts.goal_event_key = goals.event_key

),

final as (

    select
        bounded.task_attempt_id,
        bounded.task,
        runs.event_key,
        runs.event,
        runs.step,
        runs.occurred_at,
        bounded.goal_place is not null as is_completed,
        cast(
            row_number() over (
                partition by bounded.task_attempt_id
                order by runs.place
            ) as integer
        ) as nth_step
    from bounded
    inner join runs
        on
            bounded.person_id = runs.person_id
            and bounded.first_place <= runs.place
            and (
                bounded.goal_place >= runs.place
                or (
                    bounded.goal_place is null
                    and bounded.run = runs.run
                    and coalesce(bounded.next_start_place > runs.place, true)
                )
            )

)

select * from final
