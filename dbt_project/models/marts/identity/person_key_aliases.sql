-- Grain: one row is a key under which a person stood, or may have stood in an earlier release, before links joined it.

with identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

former as (

    select * from {{ ref('int_identity__memberships') }}
    where
        identifier_key = person_id
        and valid_to is not null

),

final as (

    select
        identifiers.identifier_key as former_person_id,
        identifiers.person_id,
        former.valid_to as merged_at
    from identifiers
    left join former on identifiers.identifier_key = former.identifier_key
    where identifiers.identifier_key <> identifiers.person_id

)

select * from final
