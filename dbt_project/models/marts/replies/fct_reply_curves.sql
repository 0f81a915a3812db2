-- Grain: one row is a curve x group x hours: the share that still waits for a reply, the unanswered kept at risk.

with curves as (

    select * from {{ ref('int_replies__curves') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        {{ surrogate_key(["'reply'", 'curves.curve', 'curves.dimension', 'curves.dimension_value', 'curves.hours']) }}
            as reply_curve_id,
        curves.curve as reply_curve,
        curves.dimension as reply_dimension,
        curves.dimension_value as reply_group,
        cast(curves.hours as integer) as hours_since,
        cast(curves.waiting as double) as waiting,
        cast(curves.low as double) as low,
        cast(curves.high as double) as high,
        cast(curves.at_risk as integer) as at_risk,
        cast(curves.n as integer) as n,
        cast(curves.median_hours as double) as median_hours,
        as_of.as_of_on as calculated_on
    from curves
    cross join as_of

)

select * from final
