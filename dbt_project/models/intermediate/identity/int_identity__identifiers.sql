-- Grain: one row is an identifier of a person, resolved to the person as known today.

with sightings as (

    select * from {{ ref('int_identity__sightings') }}

),

links as (

    select * from {{ ref('int_identity__links') }}

),

memberships as (

    select * from {{ ref('int_identity__memberships') }}
    where valid_to is null

),

guarded as (

    select * from {{ ref('int_identity__guarded') }}

),

identifiers as (

    select
        identifier_key,
        min(identifier_type) as identifier_type,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from sightings
    group by identifier_key

),

ends as (

    select
        identifier_a as identifier_key,
        linked_at
    from links
    where joins_people
    union all
    select
        identifier_b as identifier_key,
        linked_at
    from links
    where joins_people

),

-- A link without a time has always been there: then there is no first moment.
first_links as (

    select
        identifier_key,
        case when count(*) = count(linked_at) then min(linked_at) end as first_linked_at
    from ends
    group by identifier_key

),

final as (

    select
        identifiers.identifier_key,
        identifiers.identifier_type,
        coalesce(memberships.person_id, identifiers.identifier_key) as person_id,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        first_links.first_linked_at,
        guarded.identifier_key is not null as is_guarded
    from identifiers
    left join memberships on identifiers.identifier_key = memberships.identifier_key
    left join guarded on identifiers.identifier_key = guarded.identifier_key
    left join first_links on identifiers.identifier_key = first_links.identifier_key

)

select * from final
