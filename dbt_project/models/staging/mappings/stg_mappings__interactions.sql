with source as (

    select * from {{ source('raw_mappings', 'interactions') }}

),

renamed as (

    select
        {{ blank_to_null('interaction') }} as interaction,
        {{ blank_to_null('label') }} as label,
        {{ stage_name('stage') }} as stage,
        lower({{ blank_to_null('corner') }}) as corner,
        coalesce(lower(trim(critical)) = 'true', false) as is_critical,
        coalesce(lower(trim(controlled)) = 'true', false) as is_controlled,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
