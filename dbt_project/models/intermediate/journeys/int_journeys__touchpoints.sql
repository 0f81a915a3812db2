-- Grain: one row is a step of a person (a touchpoint that no system wrote for itself), with its place in the person's
-- history and in its journey.
-- A journey ends when nothing happened for MORE than gap_days times 24 hours. Its id is its first touchpoint's key.

with touchpoints as (

    select
        *,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at
    from {{ ref('int_touchpoints__mapped') }}
    where {{ is_customer_step('role', 'is_conversion_event') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

ordered as (

    select
        touchpoint_id,
        person_id,
        happened_by_at,
        cast(row_number() over in_order as integer) as person_step,
        lag(happened_by_at) over in_order as previous_at
    from touchpoints
    window in_order as (
        partition by person_id
        order by happened_by_at, source_file, source_line, data_source, touchpoint_id
    )

),

numbered as (

    select
        ordered.touchpoint_id,
        ordered.person_id,
        ordered.person_step,
        sum(
            case
                when {{ days_between('ordered.previous_at', 'ordered.happened_by_at') }} <= settings.gap_days then 0
                else 1
            end
        ) over (
            partition by ordered.person_id
            order by ordered.person_step
            rows between unbounded preceding and current row
        ) as journey_number
    from ordered
    cross join settings

),

final as (

    select
        touchpoint_id,
        person_id,
        person_step,
        cast(journey_number as integer) as journey_number,
        first_value(touchpoint_id) over in_journey as journey_id,
        cast(row_number() over in_journey as integer) as journey_step
    from numbered
    window in_journey as (
        partition by person_id, journey_number
        order by person_step
    )

)

select * from final
