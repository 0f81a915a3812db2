-- Grain: one row is a metric's target from a day on.

with mapping as (

    select * from {{ ref('stg_mappings__targets') }}

),

final as (

    select
        {{ surrogate_key(['metric', 'dimension', 'dimension_value', 'valid_from']) }} as target_id,
        metric,
        dimension,
        dimension_value,
        target,
        valid_from,
        metric as target_of,
        dimension as target_dimension,
        dimension_value as target_value,
        cast(valid_from as varchar) as target_from
    from mapping

)

select * from final
