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
        attributes.person_id,
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

-- Who has several values of an attribute is one customer of whom it is known.
known as (

    select
        family,
        kind,
        attribute,
        count(distinct person_id) as n_attribute,
        count(distinct case when is_top_tier then person_id end) as n_attribute_top
    from tiered
    group by family, kind, attribute

),

final as (

    select
        valued.family,
        valued.kind,
        valued.attribute,
        valued.attribute_value,
        cast(valued.n as bigint) as n,
        cast(valued.n_top as bigint) as n_top,
        known.n_attribute,
        known.n_attribute_top
    from valued
    inner join known
        on
            valued.family = known.family
            and valued.kind = known.kind
            and valued.attribute = known.attribute
    -- No customer of the top tier has stated this attribute: there is nothing to compare.
    where known.n_attribute_top > 0

)

select * from final
