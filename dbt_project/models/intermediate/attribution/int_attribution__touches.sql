-- Grain: one row is a touchpoint that may earn credit, with the path that it belongs to and the outcome of that path.
-- A touch is a visit, or a touchpoint off the web: a visit of twenty pages is one touch of twenty touchpoints.
-- Where only the day is known, the conversion may have come last in it and the touch first: neither loses the credit.

with touchpoints as (

    select * from {{ ref('int_touchpoints__mapped') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

history as (

    select
        touchpoint_id,
        person_id,
        coalesce(session_id, touchpoint_id) as touch_id,
        coalesce(channel, 'unmapped') as channel,
        occurred_at,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at,
        source_file,
        source_line,
        data_source,
        0 as is_conversion
    from touchpoints
    where
        not is_conversion
        and {{ may_earn_credit('role', 'event') }}
    union all
    select
        conversion_id as touchpoint_id,
        person_id,
        conversion_id as touch_id,
        cast(null as varchar) as channel,
        converted_at as occurred_at,
        converted_at as happened_by_at,
        source_file,
        source_line,
        data_source,
        1 as is_conversion
    from conversions

),

counted as (

    select
        *,
        coalesce(sum(is_conversion) over (
            partition by person_id
            order by
                case is_conversion when 1 then happened_by_at else occurred_at end,
                source_file, source_line, data_source, touchpoint_id
            rows between unbounded preceding and 1 preceding
        ), 0) as conversions_before
    from history

),

-- A touch leads to the next conversion of its person, and to no other.
led as (

    select
        counted.*,
        conversions.conversion_id,
        conversions.converted_at,
        {{ placed_before('counted.occurred_at', 'counted.happened_by_at', 'conversions.converted_at') }} as placed_at
    from counted
    left join conversions
        on
            counted.person_id = conversions.person_id
            and counted.conversions_before + 1 = conversions.conversion_number
    where counted.is_conversion = 0

),

followed as (

    select
        *,
        {{ days_between('placed_at', 'converted_at') }} as days_before,
        lag(placed_at) over (
            partition by person_id, conversions_before
            order by placed_at, source_file, source_line, data_source, touchpoint_id
        ) as previous_at
    from led

),

-- Without a conversion a path ends when nothing happened for longer than the window: nothing could join the two sides.
numbered as (

    select
        followed.*,
        coalesce(followed.days_before <= settings.lookback_days, false) as is_in_window,
        sum(
            case
                when {{ days_between('followed.previous_at', 'followed.placed_at') }} <= settings.lookback_days then 0
                else 1
            end
        ) over (
            partition by followed.person_id, followed.conversions_before
            order by
                followed.placed_at, followed.source_file, followed.source_line, followed.data_source,
                followed.touchpoint_id
            rows between unbounded preceding and current row
        ) as run
    from followed
    cross join settings

),

ended as (

    select
        person_id,
        conversions_before,
        run,
        min(touchpoint_id) as run_id,
        max(occurred_at) as last_at,
        max(case when is_in_window then 1 else 0 end) as is_converted
    from numbered
    group by person_id, conversions_before, run

),

judged as (

    select
        numbered.*,
        case
            when numbered.is_in_window then 'converted'
            when ended.is_converted = 1 then 'before_window'
            when numbered.conversions_before > 0 and settings.conversion_occurrence = 'first' then 'after_conversion'
            when {{ days_between('ended.last_at', 'as_of.as_of_ends_at') }} <= settings.lookback_days then 'open'
            else 'not_converted'
        end as outcome,
        case when numbered.is_in_window then numbered.conversion_id else ended.run_id end as path_id
    from numbered
    inner join ended
        on
            numbered.person_id = ended.person_id
            and numbered.conversions_before = ended.conversions_before
            and numbered.run = ended.run
    cross join settings
    cross join as_of

),

stepped as (

    select
        *,
        row_number() over (
            partition by outcome, path_id
            order by placed_at, source_file, source_line, data_source, touchpoint_id
        ) as step
    from judged

),

grouped as (

    select
        *,
        min(step) over in_touch as first_step,
        max(step) over in_touch as last_step,
        min(occurred_at) over in_touch as touched_at,
        count(*) over in_touch as touchpoints_in_touch
    from stepped
    window in_touch as (partition by outcome, path_id, touch_id)

),

ranked as (

    select
        *,
        dense_rank() over (
            partition by outcome, path_id
            order by first_step
        ) as touch_number,
        -- A visit came as its first touchpoint did.
        max(case when step = first_step and {{ is_direct('channel') }} then 1 else 0 end) over (
            partition by outcome, path_id, touch_id
        ) = 1 as is_direct
    from grouped

),

final as (

    select
        touchpoint_id,
        person_id,
        outcome,
        path_id,
        case when outcome = 'converted' then conversion_id end as conversion_id,
        touch_id,
        cast(touch_number as integer) as touch_number,
        cast(max(touch_number) over (partition by outcome, path_id) as integer) as touches_in_path,
        cast(touchpoints_in_touch as integer) as touchpoints_in_touch,
        step = first_step as is_first_of_touch,
        step = last_step as is_last_of_touch,
        channel,
        is_direct,
        occurred_at,
        touched_at,
        case when outcome = 'converted' then days_before end as days_before
    from ranked

)

select * from final
