-- Grain: one row is an attempt of a person at a task, from its start event on.
-- Starting again within session_minutes, with no goal between, goes on with the same attempt (a page loaded again).
-- One event is never both ends of an attempt: where a task starts and ends with the same event, it takes turns.

with tasks as (

    select * from {{ ref('stg_mappings__tasks') }}

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

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

ends as (

    select
        task,
        start_event as event,
        false as is_goal,
        start_event = goal_event as is_either
    from tasks
    union all
    select
        task,
        goal_event as event,
        true as is_goal,
        false as is_either
    from tasks
    where start_event <> goal_event

),

marked as (

    select
        ends.task,
        ends.is_goal,
        ends.is_either,
        events.event_key,
        events.happened_by_at as occurred_at,
        events.source_file,
        events.source_line,
        events.data_source,
        types.person_id
    from events
    inner join ends on events.event = ends.event
    inner join types on events.event_key = types.event_key
    where
        events.disposition in ('touchpoint', 'unmapped')
        and not events.is_after_as_of

),

repeated as (

    select
        *,
        lag(occurred_at) over in_order as previous_at
    from marked
    where is_either
    window in_order as (
        partition by task, person_id
        order by occurred_at, source_file, source_line, data_source, event_key
    )

),

-- What comes too late to be the goal of the event before it starts again, and so the turns.
turns as (

    select
        repeated.*,
        sum(
            case
                when {{ hours_between('repeated.previous_at', 'repeated.occurred_at') }} <= settings.task_hours then 0
                else 1
            end
        ) over (
            partition by repeated.task, repeated.person_id
            order by
                repeated.occurred_at, repeated.source_file, repeated.source_line, repeated.data_source,
                repeated.event_key
            rows between unbounded preceding and current row
        ) as run
    from repeated
    cross join settings

),

told_apart as (

    select
        task,
        is_goal,
        is_either,
        event_key,
        occurred_at,
        source_file,
        source_line,
        data_source,
        person_id
    from marked
    where not is_either
    union all
    select
        task,
        mod(
            row_number() over (
                partition by task, person_id, run
                order by occurred_at, source_file, source_line, data_source, event_key
            ),
            2
        ) = 0 as is_goal,
        is_either,
        event_key,
        occurred_at,
        source_file,
        source_line,
        data_source,
        person_id
    from turns

),

spaced as (

    select
        *,
        lag(is_goal) over in_order as follows_goal,
        lag(occurred_at) over in_order as previous_at
    from told_apart
    window in_order as (
        partition by task, person_id
        order by occurred_at, source_file, source_line, data_source, event_key, is_goal
    )

),

numbered as (

    select
        spaced.*,
        sum(
            case
                when spaced.is_goal then 0
                when
                    not spaced.follows_goal
                    and not spaced.is_either
                    and {{ minutes_between('spaced.previous_at', 'spaced.occurred_at') }} <= settings.session_minutes
                    then 0
                else 1
            end
        ) over (
            partition by spaced.task, spaced.person_id
            order by
                spaced.occurred_at, spaced.source_file, spaced.source_line, spaced.data_source, spaced.event_key,
                spaced.is_goal
            rows between unbounded preceding and current row
        ) as attempt_number
    from spaced
    cross join settings

),

-- A goal without a start before it belongs to no attempt.
attempts as (

    select
        numbered.*,
        {{ hours_between('first_value(numbered.occurred_at) over in_attempt', 'numbered.occurred_at') }}
            as hours_since_start,
        row_number() over in_attempt as place
    from numbered
    where numbered.attempt_number > 0
    window in_attempt as (
        partition by numbered.task, numbered.person_id, numbered.attempt_number
        order by
            numbered.occurred_at, numbered.source_file, numbered.source_line, numbered.data_source,
            numbered.event_key, numbered.is_goal
    )

),

goals as (

    select
        attempts.task,
        attempts.person_id,
        attempts.attempt_number,
        attempts.event_key,
        attempts.occurred_at
    from attempts
    cross join settings
    where
        attempts.is_goal
        and attempts.hours_since_start <= settings.task_hours
    qualify row_number() over (
        partition by attempts.task, attempts.person_id, attempts.attempt_number
        order by attempts.place
    ) = 1

),

starts as (

    select
        task,
        person_id,
        attempt_number,
        sum(case when is_goal then 0 else 1 end) as starts
    from attempts
    group by task, person_id, attempt_number

),

final as (

    select
        {{ surrogate_key(["'attempt'", 'attempts.task', 'attempts.event_key']) }} as task_attempt_id,
        attempts.task,
        attempts.person_id,
        attempts.event_key as start_event_key,
        goals.event_key as goal_event_key,
        attempts.occurred_at as started_at,
        goals.occurred_at as completed_at,
        cast(starts.starts as integer) as starts,
        {{ hours_between('attempts.occurred_at', 'as_of.as_of_ends_at') }} >= settings.task_hours
            as is_observed_long_enough
    from attempts
    inner join starts
        on
            attempts.task = starts.task
            and attempts.person_id = starts.person_id
            and attempts.attempt_number = starts.attempt_number
    left join goals
        on
            attempts.task = goals.task
            and attempts.person_id = goals.person_id
            and attempts.attempt_number = goals.attempt_number
    cross join settings
    cross join as_of
    where attempts.place = 1

)

select * from final
