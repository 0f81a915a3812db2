-- Grain: one row is a person x attribute, with the newest value that a source states.

with attributes as (

    select * from {{ ref('int_customers__attributes') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

final as (

    select
        {{ surrogate_key(['attributes.person_id', 'attributes.attribute']) }} as customer_attribute_id,
        attributes.person_id,
        attributes.kind,
        attributes.attribute,
        attributes.attribute_value,
        people.first_seen_on
    from attributes
    inner join people on attributes.person_id = people.person_id

)

select * from final
