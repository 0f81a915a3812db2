-- Grain: one row is a task that customers do, with the events at which it begins and is done.

with mapping as (

    select * from {{ ref('stg_mappings__tasks') }}

),

final as (

    select
        task,
        label,
        start_event,
        goal_event
    from mapping

)

select * from final
