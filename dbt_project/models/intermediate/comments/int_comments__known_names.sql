-- Grain: one row is a contact whom the company knows by name, address or phone, with the person they are.

with contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

final as (

    select
        contacts.contact_key,
        identifiers.person_id,
        contacts.name as contact_name,
        contacts.email as contact_email,
        contacts.phone as contact_phone
    from contacts
    left join identifiers on contacts.identifier_key = identifiers.identifier_key
    where contacts.name is not null or contacts.email is not null or contacts.phone is not null

)

select * from final
