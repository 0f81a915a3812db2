-- Grain: one row is a band of a mapped contact column.

with attributes as (

    select * from {{ ref('stg_mappings__attributes') }}

),

banded as (

    select *
    from attributes
    where bands is not null

),

labels as (

    select
        banded.data_source,
        banded.column_name,
        labels.part as band
    from banded,
        {{ text_parts('banded.bands', "'|'") }} as labels

),

bounded as (

    select
        data_source,
        column_name,
        band,
        {{ band_lower_bound('band') }} as lower_bound,
        {{ band_upper_bound('band') }} as upper_bound
    from labels
    where band <> ''

),

final as (

    select
        data_source,
        column_name,
        band,
        lower_bound,
        upper_bound,
        -- A label without a number in front takes what lies below all others.
        case
            when lower_bound is null then min(lower_bound) over (partition by data_source, column_name)
        end as below
    from bounded

)

select * from final
