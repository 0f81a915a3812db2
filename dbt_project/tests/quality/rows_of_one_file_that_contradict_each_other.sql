-- Rows of one file that have one key and differ, where neither the vendor's time nor another load says which is later.
-- A warning, not an error: one of them is kept, which may be the wrong one; a column for `updated_at` in cx.yml
-- decides it.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_quality__dispositions'}}}) }}

select
    staging_model,
    data_source,
    reason,
    n_rows
from {{ ref('int_quality__dispositions') }}
where reason_code = 'conflict'
