-- Grain: one row is a person x time in which what the person does counts for an account. Times do not overlap.
-- There is none unless `customer_unit` of cx.yml is account.

with memberships as (

    select * from {{ ref('int_accounts__memberships') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

opened as (

    select
        memberships.person_id,
        memberships.account_key,
        coalesce(memberships.valid_from, cast('0001-01-01' as timestamp)) as starts_at,
        coalesce(memberships.valid_to, cast('9999-12-31' as timestamp)) as ends_at
    from memberships
    cross join settings
    where settings.customer_unit = 'account'

),

edges as (

    select
        person_id,
        starts_at as edge_at
    from opened
    union
    select
        person_id,
        ends_at as edge_at
    from opened

),

stretches as (

    select
        person_id,
        edge_at as starts_at,
        lead(edge_at) over (
            partition by person_id
            order by edge_at
        ) as ends_at
    from edges

),

-- Who belongs to several accounts at once acts for the one joined last.
owned as (

    select
        stretches.person_id,
        stretches.starts_at,
        stretches.ends_at,
        opened.account_key
    from stretches
    inner join opened
        on
            stretches.person_id = opened.person_id
            and stretches.starts_at >= opened.starts_at
            and stretches.ends_at <= opened.ends_at
    qualify row_number() over (
        partition by stretches.person_id, stretches.starts_at
        order by opened.starts_at desc, opened.account_key asc
    ) = 1

),

-- What a person did before the first account knew them led there: it is the account's.
final as (

    select
        person_id,
        account_key,
        case
            when row_number() over (partition by person_id order by starts_at) = 1 then cast('0001-01-01' as timestamp)
            else starts_at
        end as acts_from,
        ends_at as acts_to
    from owned

)

select * from final
