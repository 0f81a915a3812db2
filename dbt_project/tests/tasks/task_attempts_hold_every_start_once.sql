-- Start events of tasks, counted as such and as the starts of attempts; where a task ends with its start event, some of
-- them completed one instead.

{{ config(meta={'dagster': {'ref': {'name': 'fct_tasks'}}}) }}

with by_event as (

    select count(*) as starts
    from {{ ref('int_touchpoints__events') }} as events
    inner join {{ ref('dim_tasks') }} as tasks on events.event = tasks.start_event
    where
        events.disposition in ('touchpoint', 'unmapped')
        and not events.is_after_as_of

),

by_attempt as (

    select
        coalesce(
            sum(
                attempts.starts
                + case when tasks.start_event = tasks.goal_event and attempts.is_completed then 1 else 0 end
            ),
            0
        ) as starts
    from {{ ref('fct_tasks') }} as attempts
    inner join {{ ref('dim_tasks') }} as tasks on attempts.task = tasks.task

)

select
    by_event.starts as starts_of_events,
    by_attempt.starts as starts_of_attempts
from by_event
cross join by_attempt
where by_event.starts <> by_attempt.starts
