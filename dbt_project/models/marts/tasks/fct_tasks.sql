-- Grain: one row is an attempt of a person at a task.

with attempts as (

    select * from {{ ref('int_tasks__attempts') }}

),

steps as (

    select * from {{ ref('int_tasks__steps') }}

),

tasks as (

    select * from {{ ref('dim_tasks') }}

),

channels as (

    select * from {{ ref('int_touchpoints__channels') }}

),

events as (

    select * from {{ ref('int_touchpoints__events') }}

),

sessionized as (

    select * from {{ ref('int_touchpoints__sessionized') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

completed as (

    select
        task,
        count(*) as attempts
    from attempts
    where completed_at is not null
    group by task

),

-- What at least half of those who get it done pass through is a step of the task; the rest happens beside it.
known_steps as (

    select
        steps.task,
        steps.event
    from steps
    inner join completed on steps.task = completed.task
    where steps.is_completed
    group by steps.task, steps.event, completed.attempts
    having count(distinct steps.task_attempt_id) * 2 >= completed.attempts

),

-- The start counts as one even of a task that no person has completed yet.
left_after as (

    select
        steps.task_attempt_id,
        steps.step
    from steps
    left join known_steps
        on
            steps.task = known_steps.task
            and steps.event = known_steps.event
    where
        not steps.is_completed
        and (known_steps.event is not null or steps.nth_step = 1)
    qualify row_number() over (partition by steps.task_attempt_id order by steps.nth_step desc) = 1

),

counted as (

    select
        task_attempt_id,
        count(*) as steps
    from steps
    group by task_attempt_id

),

dated as (

    select
        *,
        {{ business_day('started_at') }} as started_on
    from attempts

),

final as (

    select
        ---------- ids
        dated.task_attempt_id,
        dated.person_id,
        sessionized.session_id,

        ---------- timestamps
        dated.started_at,
        dated.started_on,
        dated.completed_at,

        ---------- measures
        dated.completed_at is not null as is_completed,
        dated.is_observed_long_enough,
        dated.starts,
        case when dated.completed_at is not null then cast(counted.steps as integer) end as steps,
        {{ minutes_between('dated.started_at', 'dated.completed_at') }} as minutes,

        ---------- what
        dated.task,
        coalesce(tasks.label, dated.task) as task_label,
        left_after.step as left_after,

        ---------- where and who
        channels.channel,
        channels.presence,
        events.data_source,
        customer_months.tier_start as value_tier_at_event
    from dated
    inner join tasks on dated.task = tasks.task
    inner join counted on dated.task_attempt_id = counted.task_attempt_id
    inner join events on dated.start_event_key = events.event_key
    inner join sessionized on dated.start_event_key = sessionized.event_key
    left join channels on dated.start_event_key = channels.event_key
    left join left_after on dated.task_attempt_id = left_after.task_attempt_id
    left join customer_months
        on
            dated.person_id = customer_months.person_id
            and cast(date_trunc('month', dated.started_on) as date) = customer_months.month_on

)

select * from final
