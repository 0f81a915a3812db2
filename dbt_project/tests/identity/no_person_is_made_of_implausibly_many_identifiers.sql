-- A warning, not an error: large families of identifiers exist, but more often an address such as that of a shop desk
-- was typed in for many customers and has made them one person.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_identity__identifiers'}}}) }}

select
    person_id,
    identifiers
from {{ ref('dim_people') }}
where identifiers > 50
