-- Grain: one row is an identifier that joins no people, with the reason: it is a filler, linked to others or not, or
-- too many share it.

with stated_links as (

    select * from {{ ref('int_identity__stated_links') }}

),

junk as (

    select * from {{ ref('int_identity__junk') }}

),

sightings as (

    select * from {{ ref('int_identity__sightings') }}

),

bounds as (

    select * from {{ ref('stg_config__identity_bounds') }}

),

-- A filler counts as no person.
links as (

    select
        stated_links.*,
        junk_a.identifier_key is not null as is_junk_a,
        junk_b.identifier_key is not null as is_junk_b
    from stated_links
    left join junk as junk_a on stated_links.identifier_a = junk_a.identifier_key
    left join junk as junk_b on stated_links.identifier_b = junk_b.identifier_key

),

ends as (

    select
        identifier_a as identifier_key,
        type_a as identifier_type,
        is_junk_a as is_junk,
        identifier_b as other_key,
        type_b as other_type,
        is_junk_b as other_is_junk,
        id_namespace
    from links
    union all
    select
        identifier_b as identifier_key,
        type_b as identifier_type,
        is_junk_b as is_junk,
        identifier_a as other_key,
        type_a as other_type,
        is_junk_a as other_is_junk,
        id_namespace
    from links

),

counted as (

    select
        identifier_key,
        identifier_type,
        other_type,
        id_namespace,
        is_junk,
        count(distinct case when not other_is_junk then other_key end) as others
    from ends
    group by identifier_key, identifier_type, other_type, id_namespace, is_junk

),

linked as (

    select
        counted.identifier_key,
        counted.identifier_type,
        case when counted.is_junk then 'junk' else 'shared' end as reason,
        counted.other_type as shared_by_type,
        counted.others as shared_by,
        bounds.bound
    from counted
    left join bounds
        on
            counted.identifier_type = bounds.identifier_type
            and counted.other_type = bounds.other_type
    where counted.is_junk or counted.others > bounds.bound
    qualify row_number() over (
        partition by counted.identifier_key
        order by counted.others desc, counted.other_type asc, counted.id_namespace asc
    ) = 1

),

-- Fillers that nothing links: an id that a shop writes for all its guests, say.
unlinked as (

    select distinct
        junk.identifier_key,
        junk.identifier_type
    from junk
    inner join sightings on junk.identifier_key = sightings.identifier_key
    left join linked on junk.identifier_key = linked.identifier_key
    where linked.identifier_key is null

),

final as (

    select * from linked
    union all
    select
        identifier_key,
        identifier_type,
        'junk' as reason,
        'none' as shared_by_type,
        0 as shared_by,
        cast(null as integer) as bound
    from unlinked

)

select * from final
