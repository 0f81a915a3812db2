with source as (

    select * from {{ source('raw_mappings', 'tasks') }}

),

renamed as (

    select
        {{ blank_to_null('task') }} as task,
        {{ blank_to_null('label') }} as label,
        {{ blank_to_null('start_event') }} as start_event,
        {{ blank_to_null('goal_event') }} as goal_event,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
