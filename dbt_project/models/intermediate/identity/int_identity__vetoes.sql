-- Grain: one row is a pair of identifiers that are not one person, whatever links them.
-- A veto names no namespace: it holds in every one in which the two values are identifiers of their types.

with vetoes as (

    select * from {{ ref('stg_mappings__identity_vetoes') }}

),

namespaces as (

    select * from {{ ref('int_identity__namespaces') }}

),

sightings as (

    select * from {{ ref('int_identity__sightings') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

named as (

    select
        vetoes.id_type_1,
        vetoes.id_type_2,
        case
            when vetoes.id_type_1 = 'phone' then {{ phone_number('vetoes.id_1', 'settings.phone_region') }}
            else vetoes.id_1
        end as id_1,
        case
            when vetoes.id_type_2 = 'phone' then {{ phone_number('vetoes.id_2', 'settings.phone_region') }}
            else vetoes.id_2
        end as id_2
    from vetoes
    cross join settings

),

pairs as (

    select
        {{ identifier_key_of_any_type('named.id_type_1', 'one.id_namespace', 'named.id_1') }} as key_1,
        {{ identifier_key_of_any_type('named.id_type_2', 'other.id_namespace', 'named.id_2') }} as key_2
    from named
    inner join namespaces as one on named.id_type_1 = one.identifier_type
    inner join namespaces as other on named.id_type_2 = other.identifier_type
    where
        named.id_1 is not null
        and named.id_2 is not null

),

known as (

    select distinct identifier_key
    from sightings

),

final as (

    select distinct
        least(pairs.key_1, pairs.key_2) as identifier_a,
        greatest(pairs.key_1, pairs.key_2) as identifier_b
    from pairs
    inner join known as known_1 on pairs.key_1 = known_1.identifier_key
    inner join known as known_2 on pairs.key_2 = known_2.identifier_key
    where pairs.key_1 <> pairs.key_2

)

select * from final
