-- Grain: one row is a person x attribute x value, of the newest statement of a source; only who ticked several
-- choices of a survey's question has several values of an attribute.

with attributes as (

    select * from {{ ref('int_customers__attributes') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

final as (

    select
        {{ surrogate_key(['attributes.person_id', 'attributes.attribute', 'attributes.attribute_value']) }}
            as customer_attribute_id,
        attributes.person_id,
        attributes.kind,
        attributes.attribute,
        attributes.attribute_value,
        people.first_seen_on
    from attributes
    inner join people on attributes.person_id = people.person_id

)

select * from final
