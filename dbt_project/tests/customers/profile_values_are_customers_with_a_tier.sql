-- The counts behind the profile index against a plain count over the published attributes.

{{ config(meta={'dagster': {'ref': {'name': 'customer_attributes'}}}) }}

with counted as (

    select
        attributes.attribute,
        attributes.attribute_value,
        count(*) as n,
        sum(customers.is_top_tier) as n_top
    from {{ ref('customer_attributes') }} as attributes
    inner join {{ ref('dim_customers') }} as customers on attributes.person_id = customers.person_id
    where customers.value_tier is not null
    group by attributes.attribute, attributes.attribute_value

),

-- Who ticked several choices is one customer of whom the attribute is known.
known as (

    select
        attributes.attribute,
        count(distinct attributes.person_id) as n_attribute
    from {{ ref('customer_attributes') }} as attributes
    inner join {{ ref('dim_customers') }} as customers on attributes.person_id = customers.person_id
    where customers.value_tier is not null
    group by attributes.attribute

),

final as (

    select
        profile.attribute,
        profile.attribute_value,
        profile.n,
        counted.n as n_counted
    from {{ ref('fct_profile_index') }} as profile
    left join counted
        on
            profile.attribute = counted.attribute
            and profile.attribute_value = counted.attribute_value
    left join known on profile.attribute = known.attribute
    where
        profile.n is distinct from counted.n
        or profile.n_top is distinct from counted.n_top
        or profile.n_attribute is distinct from known.n_attribute

)

select * from final
