-- The next later stage of an entry, found again from the touchpoints: none lies between, and none is missed.

{{ config(meta={'dagster': {'ref': {'name': 'fct_stage_entries'}}}) }}

with entries as (

    select
        fct_stage_entries.*,
        fct_touchpoints.person_step
    from {{ ref('fct_stage_entries') }} as fct_stage_entries
    inner join {{ ref('fct_touchpoints') }} as fct_touchpoints
        on fct_stage_entries.stage_entry_id = fct_touchpoints.touchpoint_id

),

later as (

    select
        entries.stage_entry_id,
        min({{ happened_by('touchpoints.occurred_at', 'touchpoints.is_day_only') }}) as later_at
    from entries
    inner join {{ ref('fct_touchpoints') }} as touchpoints
        on
            entries.person_id = touchpoints.person_id
            and entries.person_step < touchpoints.person_step
            and entries.stage_order < touchpoints.stage_order
    -- A sample of people is enough, and keeps the test from growing with the square of a history.
    where mod(abs(entries.person_id), 16) = 0
    group by entries.stage_entry_id

)

select entries.stage_entry_id
from entries
left join later on entries.stage_entry_id = later.stage_entry_id
where
    mod(abs(entries.person_id), 16) = 0
    and entries.next_later_stage_at is distinct from later.later_at
