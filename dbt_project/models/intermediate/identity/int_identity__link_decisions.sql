-- Grain: one row is a statement that two identifiers are one person, with the reason why identity does not follow it.
-- A device (requester, author) on which several customers of one namespace identified themselves joins only the first:
-- sharing a tablet makes two people neither one person nor each other's past.

with stated_links as (

    select * from {{ ref('int_identity__stated_links') }}

),

guarded as (

    select * from {{ ref('int_identity__guarded') }}

),

links as (

    select
        stated_links.*,
        guarded_a.identifier_key is not null or guarded_b.identifier_key is not null as is_guarded
    from stated_links
    left join guarded as guarded_a on stated_links.identifier_a = guarded_a.identifier_key
    left join guarded as guarded_b on stated_links.identifier_b = guarded_b.identifier_key

),

of_devices as (

    select
        identifier_a as device_key,
        type_a,
        identifier_b,
        type_b,
        id_namespace,
        case when count(*) = count(linked_at) then min(linked_at) end as linked_at
    from links
    where
        not is_guarded
        and type_a in ('anonymous', 'requester', 'author')
    group by identifier_a, type_a, identifier_b, type_b, id_namespace

),

customers_of_devices as (

    select
        device_key,
        id_namespace,
        count(*) as customers
    from of_devices
    where type_b = 'customer'
    group by device_key, id_namespace

),

shared_devices as (

    select distinct device_key
    from customers_of_devices
    where customers > 1

),

owners as (

    select
        of_devices.device_key,
        of_devices.identifier_b as owner_key
    from of_devices
    inner join shared_devices on of_devices.device_key = shared_devices.device_key
    where of_devices.type_b = 'customer'
    qualify row_number() over (
        partition by of_devices.device_key
        order by of_devices.linked_at nulls first, of_devices.identifier_b
    ) = 1

),

-- Without a customer id beside it, a second address or number on a device may be another person's. An address and a
-- number that were stated at once are of one person.
addresses_of_devices as (

    select
        device_key,
        identifier_b as address_key,
        row_number() over (
            partition by device_key, type_b
            order by linked_at nulls first, identifier_b
        ) as nth_of_type,
        rank() over (
            partition by device_key
            order by linked_at nulls first
        ) as moment
    from of_devices
    where
        type_a = 'anonymous'
        and type_b in ('email', 'phone')

),

first_addresses as (

    select
        device_key,
        address_key
    from addresses_of_devices
    where
        nth_of_type = 1
        and moment = 1

),

final as (

    select
        links.identifier_a,
        links.identifier_b,
        links.type_a,
        links.type_b,
        links.method,
        links.id_namespace,
        links.linked_at,
        links.data_source,
        case
            when links.is_guarded then 'guarded'
            when links.type_b = 'customer' and owners.owner_key <> links.identifier_b then 'shared_device'
            when
                links.type_a = 'anonymous' and links.type_b in ('email', 'phone')
                and (owners.owner_key is not null or first_addresses.address_key is null)
                then 'shared_device'
        end as refusal
    from links
    left join owners on links.identifier_a = owners.device_key
    left join first_addresses
        on
            links.identifier_a = first_addresses.device_key
            and links.identifier_b = first_addresses.address_key

)

select * from final
