-- Grain: one row is something the company changed, and when.

with mapping as (

    select * from {{ ref('stg_mappings__initiatives') }}

),

final as (

    select
        initiative,
        coalesce(label, initiative) as label,
        started_on,
        ended_on,
        corner,
        stage,
        cast(started_on as varchar) as started,
        cast(ended_on as varchar) as ended
    from mapping

)

select * from final
