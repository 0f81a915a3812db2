-- A warning and no error: predictions worse than a naive forecast, or not tested yet, are provisional, not wrong.
-- Companies whose customers only have contracts, or that have none, have no such forecast.
{{ config(severity='warn') }}

select
    models.value_model,
    models.reason
from {{ ref('fct_value_models') }} as models
where
    models.kind = 'choice'
    and models.is_provisional
    and exists (
        select customers.person_id
        from {{ ref('dim_customers') }} as customers
        where customers.value_model in ('bg_nbd', 'naive')
    )
