-- Files whose rows of one order were added up, because they differ in money or goods, and no column names their lines.
-- A warning, not an error: an export by line looks so, and so may one that repeats an order whenever it changes. Naming
-- a column as `line_id` (lines) or `updated_at` (changes) of the source in cx.yml settles it.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_crm__orders'}}}) }}

select
    data_source,
    source_file,
    count(*) as n_rows,
    count(distinct order_key) as orders
from {{ ref('base_crm__orders') }}
where
    is_line
    and not is_line_named
group by data_source, source_file
