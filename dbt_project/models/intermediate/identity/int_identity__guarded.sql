-- Grain: one row is an identifier that joins nobody, with the reason: it is a filler, or too many share it.

with stated as (

    select * from {{ ref('int_identity__stated') }}

),

junk as (

    select * from {{ ref('int_identity__junk') }}

),

bounds as (

    select * from {{ ref('stg_config__identity_bounds') }}

),

-- A filler counts as nobody.
links as (

    select
        stated.*,
        junk_a.identifier_key is not null as is_junk_a,
        junk_b.identifier_key is not null as is_junk_b
    from stated
    left join junk as junk_a on stated.identifier_a = junk_a.identifier_key
    left join junk as junk_b on stated.identifier_b = junk_b.identifier_key

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

final as (

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

)

select * from final
