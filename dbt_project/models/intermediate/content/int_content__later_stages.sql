-- Grain: one row is a touchpoint that shows content or a gate, with when its person next reached a later stage.
-- Between the entry to a stage and a touchpoint of the same run nothing but that stage happens: the entry's next later
-- stage is the touchpoint's.

with content as (

    select * from {{ ref('int_content__events') }}

),

touchpoints as (

    select *
    from {{ ref('fct_touchpoints') }}
    where person_step is not null

),

entries as (

    select * from {{ ref('fct_stage_entries') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

readers as (

    select distinct touchpoints.person_id
    from touchpoints
    inner join content on touchpoints.touchpoint_id = content.event_key

),

stepped as (

    select
        touchpoints.touchpoint_id,
        touchpoints.person_id,
        touchpoints.occurred_at,
        {{ happened_by('touchpoints.occurred_at', 'touchpoints.is_day_only') }} as happened_by_at,
        touchpoints.occurred_on,
        touchpoints.stage_order,
        entries.stage_entry_id,
        entries.next_later_stage_at,
        count(entries.stage_entry_id) over (
            partition by touchpoints.person_id
            order by touchpoints.person_step
            rows between unbounded preceding and current row
        ) as nth_entry
    from touchpoints
    inner join readers on touchpoints.person_id = readers.person_id
    left join entries on touchpoints.touchpoint_id = entries.stage_entry_id

),

entered as (

    select
        *,
        max(next_later_stage_at) over (partition by person_id, nth_entry) as reached_at
    from stepped

),

final as (

    select
        content.event_key,
        entered.person_id,
        entered.occurred_at,
        coalesce(
            {{ days_between('entered.happened_by_at', 'entered.reached_at') }} <= settings.conversion_days, false
        ) as is_continued,
        {{ dates_apart('entered.occurred_on', 'as_of.as_of_on') }} >= settings.conversion_days
            as is_observed_long_enough
    from content
    inner join entered on content.event_key = entered.touchpoint_id
    cross join settings
    cross join as_of
    where entered.stage_order < {{ stages() | length }}

)

select * from final
