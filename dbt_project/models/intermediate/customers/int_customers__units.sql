-- Grain: one row is a person, or, with `customer_unit: account` in cx.yml, an account that a person acts for.
-- Either may be a customer; a person only for what they do on their own.

with identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

people as (

    select
        person_id,
        count(*) as identifiers,
        max(
            case when identifier_type in ('customer', 'email', 'phone') and not is_guarded then 1 else 0 end
        ) = 1 as is_identified,
        min(case when is_guarded then 1 else 0 end) = 1 as is_shared,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from identifiers
    group by person_id

),

-- Who left an account without joining another acts alone from then on, if they were seen again.
leavings as (

    select
        actors.person_id,
        min(actors.acts_to) as alone_from
    from actors
    inner join people on actors.person_id = people.person_id
    left join actors as next_ones
        on
            actors.person_id = next_ones.person_id
            and actors.acts_to = next_ones.acts_from
    where
        next_ones.person_id is null
        and actors.acts_to <= people.last_seen_at
    group by actors.person_id

),

members as (

    select distinct person_id
    from actors

),

presences as (

    select
        actors.account_key,
        people.person_id,
        people.identifiers,
        case
            when people.first_seen_at < actors.acts_to then greatest(people.first_seen_at, actors.acts_from)
        end as first_seen_at,
        least(people.last_seen_at, actors.acts_to) as last_seen_at
    from actors
    inner join people on actors.person_id = people.person_id
    cross join as_of
    where actors.acts_from < as_of.as_of_ends_at

),

accounts as (

    select
        account_key,
        sum(identifiers) as identifiers,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from presences
    group by account_key

),

final as (

    select
        people.person_id,
        false as is_account,
        people.identifiers,
        people.is_identified,
        people.is_shared,
        people.first_seen_at,
        people.last_seen_at,
        case when members.person_id is null then people.first_seen_at else leavings.alone_from end as counts_from
    from people
    left join members on people.person_id = members.person_id
    left join leavings on people.person_id = leavings.person_id
    union all
    select
        account_key as person_id,
        true as is_account,
        identifiers,
        true as is_identified,
        false as is_shared,
        first_seen_at,
        greatest(first_seen_at, last_seen_at) as last_seen_at,
        first_seen_at as counts_from
    from accounts

)

select * from final
