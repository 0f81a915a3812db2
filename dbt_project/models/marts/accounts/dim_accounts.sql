-- Grain: one row is an account: a company that buys, listed by the CRM or named by a contact, lead or deal.

with accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

members as (

    select * from {{ ref('account_members') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

people as (

    select distinct
        account_id,
        person_id
    from members
    where is_current

),

-- Where accounts are the customers, an account is one itself.
buyers as (

    select
        account_id,
        person_id,
        1 as is_member
    from people
    union all
    select
        account_key as account_id,
        account_key as person_id,
        0 as is_member
    from accounts

),

totals as (

    select
        buyers.account_id,
        sum(buyers.is_member) as members,
        sum(case when customers.person_id is not null then buyers.is_member else 0 end) as customer_members,
        count(customers.person_id) > 0 as has_customer,
        sum(coalesce(customers.revenue, 0)) as revenue,
        sum(coalesce(customers.running_contracts, 0)) as running_contracts
    from buyers
    left join customers on buyers.person_id = customers.person_id
    group by buyers.account_id

),

beginnings as (

    select
        account_id,
        min(valid_from) as first_member_on
    from members
    group by account_id

),

final as (

    select
        accounts.account_key as account_id,
        accounts.parent_account_key as parent_account_id,
        accounts.is_listed,
        accounts.segment as account_segment,
        accounts.country as account_country,
        accounts.region as account_region,
        cast(coalesce(totals.members, 0) as integer) as members,
        cast(coalesce(totals.customer_members, 0) as integer) as customer_members,
        coalesce(totals.has_customer, false) as has_customer,
        cast(coalesce(totals.running_contracts, 0) as integer) as running_contracts,
        cast(coalesce(totals.revenue, 0) as decimal(18, 2)) as revenue_of_members,
        beginnings.first_member_on
    from accounts
    left join totals on accounts.account_key = totals.account_id
    left join beginnings on accounts.account_key = beginnings.account_id

)

select * from final
