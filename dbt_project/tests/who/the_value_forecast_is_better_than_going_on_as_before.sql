-- A warning and no error: predictions worse than a naive forecast, or not tested yet, are provisional, not wrong.
{{ config(severity='warn') }}

select
    value_model,
    reason
from {{ ref('fct_value_models') }}
where kind = 'choice' and is_provisional
