-- Grain: one row is a statement that two identifiers are one person, and whether identity follows it.

with link_decisions as (

    select * from {{ ref('int_identity__link_decisions') }}

),

vetoed_links as (

    select * from {{ ref('int_identity__vetoed_links') }}

),

refused as (

    select
        link_decisions.*,
        case when vetoed_links.identifier_a is not null then 'veto' end as veto
    from link_decisions
    left join vetoed_links
        on
            least(link_decisions.identifier_a, link_decisions.identifier_b) = vetoed_links.identifier_a
            and greatest(link_decisions.identifier_a, link_decisions.identifier_b) = vetoed_links.identifier_b

),

final as (

    select
        identifier_a,
        identifier_b,
        type_a,
        type_b,
        method,
        id_namespace,
        linked_at,
        data_source,
        coalesce(refusal, veto) as refusal,
        coalesce(refusal, veto) is null as joins_people
    from refused

)

select * from final
