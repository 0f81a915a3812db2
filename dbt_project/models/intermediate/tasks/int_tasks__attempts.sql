-- Grain: one row is an attempt of a person at a task, from its start event on.
-- Starting again within session_minutes, with no goal between, goes on with the same attempt (a page loaded anew).

with tasks as (

    select * from {{ ref('stg_mappings__tasks') }}

),

events as (

    select * from {{ ref('int_touchpoints__events') }}

),

typed as (

    select * from {{ ref('int_touchpoints__typed') }}

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
        false as is_goal
    from tasks
    union all
    select
        task,
        goal_event as event,
        true as is_goal
    from tasks

),

marked as (

    select
        ends.task,
        ends.is_goal,
        events.event_key,
        events.occurred_at,
        events.source_file,
        events.source_line,
        events.data_source,
        typed.person_id
    from events
    inner join ends on events.event = ends.event
    inner join typed on events.event_key = typed.event_key
    where
        events.fate in ('touchpoint', 'unmapped')
        and not events.is_after_as_of

),

spaced as (

    select
        *,
        lag(is_goal) over in_order as follows_goal,
        lag(occurred_at) over in_order as previous_at
    from marked
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

-- A goal without a start before it is nobody's attempt.
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
