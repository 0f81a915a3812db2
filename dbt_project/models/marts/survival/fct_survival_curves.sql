-- Grain: one row is a curve x group x month: the share that has lasted longer, those who still go on kept at risk.

with survival as (

    select * from {{ ref('int_value__survival') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        {{ surrogate_key(['survival.curve', 'survival.dimension', 'survival.dimension_value', 'survival.month']) }}
            as survival_id,
        survival.curve,
        survival.dimension as curve_dimension,
        survival.dimension_value as curve_value,
        cast(survival.month as integer) as months_since,
        cast(survival.survival as double) as survival,
        cast(survival.low as double) as low,
        cast(survival.high as double) as high,
        cast(survival.at_risk as integer) as at_risk,
        cast(survival.ended as integer) as ended,
        cast(survival.n as integer) as n,
        cast(survival.median_months as double) as median_months,
        as_of.as_of_on as calculated_on
    from survival
    cross join as_of

)

select * from final
