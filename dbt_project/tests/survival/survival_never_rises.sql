-- Kaplan-Meier: what has ended stays ended; a curve begins with everybody at risk.

with months as (

    select
        *,
        lag(survival) over (
            partition by curve, curve_dimension, curve_value
            order by months_since
        ) as survival_before
    from {{ ref('fct_survival_curves') }}

)

select *
from months
where
    survival > survival_before
    or (months_since = 0 and at_risk <> n)
