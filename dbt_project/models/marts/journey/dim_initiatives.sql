-- Grain: one row is something the company changed, and when.

with mapping as (

    select * from {{ ref('stg_mappings__initiatives') }}

),

final as (

    select
        initiative,
        label,
        started_on,
        ended_on,
        corner,
        stage
    from mapping

)

select * from final
