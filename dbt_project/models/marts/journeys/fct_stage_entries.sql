-- Grain: one row is an entry of a person to a stage: a touchpoint whose stage differs from the one before it in its
-- journey; a journey's first touchpoint is one. Re-entries are kept.

{%- set later_stages = range(2, stages() | length + 1) %}

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

entered as (

    select
        *,
        lag(stage) over in_journey as previous_stage,
        lag(stage_order) over in_journey as previous_order
    from touchpoints
    window in_journey as (
        partition by journey_id
        order by journey_step
    )

),

-- For each place k in the order of stages: the person's next step, in this journey or a later one, at k or beyond.
-- The first touchpoint of a later stage is always an entry: what comes right before it is earlier, or another journey.
looked_ahead as (

    select
        *,
        {%- for k in later_stages %}
        min(case when stage_order >= {{ k }} then person_step end) over ahead as next_step_{{ k }},
        {%- endfor %}
        row_number() over (
            partition by journey_id, stage
            order by journey_step
        ) as nth_entry
    from entered
    where
        previous_stage is null
        or previous_stage <> stage
    window ahead as (
        partition by person_id
        order by person_step
        rows between 1 following and unbounded following
    )

),

entries as (

    select
        *,
        case stage_order
            {%- for k in later_stages %}
            when {{ k - 1 }} then next_step_{{ k }}
            {%- endfor %}
        end as next_later_step
    from looked_ahead

),

continued as (

    select
        entries.touchpoint_id,
        later.happened_by_at as next_later_stage_at,
        later.stage as next_later_stage
    from entries
    inner join entries as later
        on
            entries.person_id = later.person_id
            and entries.next_later_step = later.person_step

),

measured as (

    select
        entries.touchpoint_id,
        continued.next_later_stage_at,
        continued.next_later_stage,
        {{ days_between('entries.happened_by_at', 'continued.next_later_stage_at') }} as days_to_next_stage,
        {{ dates_apart('entries.occurred_on', 'as_of.as_of_on') }} as observed_days
    from entries
    cross join as_of
    left join continued on entries.touchpoint_id = continued.touchpoint_id

),

final as (

    select
        ---------- ids
        entries.touchpoint_id as stage_entry_id,
        entries.person_id,
        entries.journey_id,

        ---------- timestamps
        entries.occurred_at as entered_at,
        entries.occurred_on as entered_on,
        measured.next_later_stage_at,

        ---------- measures
        measured.days_to_next_stage,
        measured.observed_days,
        measured.observed_days >= settings.conversion_days as is_observed_long_enough,
        coalesce(measured.days_to_next_stage <= settings.conversion_days, false) as is_continued,
        entries.stage_order = {{ stages() | length }} as is_last_stage,
        entries.nth_entry > 1 as is_reentry,
        coalesce(entries.stage_order < entries.previous_order, false) as is_regression,

        ---------- what, where and who
        entries.stage,
        entries.stage_order,
        entries.previous_stage,
        measured.next_later_stage,
        entries.touchpoint,
        entries.interaction,
        entries.corner,
        entries.channel,
        entries.presence,
        entries.data_source,
        entries.value_tier_at_event
    from entries
    inner join measured on entries.touchpoint_id = measured.touchpoint_id
    cross join settings

)

select * from final
