-- Members of an account at as_of: as the account says, and as different people among its memberships.

{{ config(meta={'dagster': {'ref': {'name': 'dim_accounts'}}}) }}

with accounts as (

    select
        account_id,
        members
    from {{ ref('dim_accounts') }}

),

memberships as (

    select
        account_id,
        count(distinct person_id) as members
    from {{ ref('account_members') }}
    where is_current
    group by account_id

)

select
    coalesce(accounts.account_id, memberships.account_id) as account_id,
    accounts.members as members_of_account,
    memberships.members as members_of_memberships
from accounts
full outer join memberships on accounts.account_id = memberships.account_id
where coalesce(accounts.members, -1) <> coalesce(memberships.members, 0)
