-- Grain: one row is a family x attribute value of customers with a value tier: how many have it, in all and on top.

with attributes as (

    select * from {{ ref('int_customers__profile_values') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

tiered as (

    select
        attributes.family,
        attributes.kind,
        attributes.attribute,
        attributes.attribute_value,
        customers.is_top_tier
    from attributes
    inner join customers on attributes.person_id = customers.person_id
    where customers.value_tier is not null

),

valued as (

    select
        family,
        kind,
        attribute,
        attribute_value,
        count(*) as n,
        sum(is_top_tier) as n_top
    from tiered
    group by family, kind, attribute, attribute_value

),

final as (

    select
        family,
        kind,
        attribute,
        attribute_value,
        cast(n as bigint) as n,
        cast(n_top as bigint) as n_top,
        cast(sum(n) over (partition by family, kind, attribute) as bigint) as n_attribute,
        cast(sum(n_top) over (partition by family, kind, attribute) as bigint) as n_attribute_top
    from valued
    -- Nobody on top has stated this attribute: there is nothing to compare.
    qualify sum(n_top) over (partition by family, kind, attribute) > 0

)

select * from final
