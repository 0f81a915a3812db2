-- Grain: one row is a curve x group x month: the share that has lasted longer, those who still go on kept at risk.

with curves as (

    select * from {{ ref('int_survival__curves') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        {{ surrogate_key(['curves.curve', 'curves.dimension', 'curves.dimension_value', 'curves.month']) }}
            as survival_id,
        curves.curve,
        curves.dimension as curve_dimension,
        curves.dimension_value as curve_value,
        cast(curves.month as integer) as months_since,
        cast(curves.survival as double) as survival,
        cast(curves.low as double) as low,
        cast(curves.high as double) as high,
        cast(curves.at_risk as integer) as at_risk,
        cast(curves.ended as integer) as ended,
        cast(curves.n as integer) as n,
        cast(curves.median_months as double) as median_months,
        as_of.as_of_on as calculated_on
    from curves
    cross join as_of

)

select * from final
