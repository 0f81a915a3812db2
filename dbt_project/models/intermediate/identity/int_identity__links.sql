-- Grain: one row is a statement that two identifiers are one person, and whether identity follows it.

with judged as (

    select * from {{ ref('int_identity__judged') }}

),

vetoed as (

    select * from {{ ref('int_identity__vetoed') }}

),

refused as (

    select
        judged.*,
        case when vetoed.identifier_a is not null then 'veto' end as veto
    from judged
    left join vetoed
        on
            least(judged.identifier_a, judged.identifier_b) = vetoed.identifier_a
            and greatest(judged.identifier_a, judged.identifier_b) = vetoed.identifier_b

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
