-- Every guarded identifier stands alone and is in the auditor's mart, and nothing else is.

{{ config(meta={'dagster': {'ref': {'name': 'fct_guarded_identifiers'}}}) }}

select
    identifiers.identifier_key,
    guarded.guarded_identifier_id
from {{ ref('int_identity__identifiers') }} as identifiers
full outer join {{ ref('fct_guarded_identifiers') }} as guarded
    on identifiers.identifier_key = guarded.guarded_identifier_id
where
    identifiers.is_guarded is distinct from (guarded.guarded_identifier_id is not null)
    or (identifiers.is_guarded and identifiers.person_id <> identifiers.identifier_key)
