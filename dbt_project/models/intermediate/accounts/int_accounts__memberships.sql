-- Grain: one row is a person x account x unbroken time in which the person belonged to it.
-- A contact's newest statement holds until the next one; a lead or deal says so only where no contact speaks.

with contact_rows as (

    select * from {{ ref('base_crm__contacts') }}

),

-- A contact that was deleted has no row that is kept. One that came back is spoken of by its other rows.
contacts as (

    select *
    from contact_rows
    where
        _disposition in ('kept', 'deduplicated')
        and not coalesce(is_deleted, false)
        and contact_key in (
            select kept.contact_key
            from contact_rows as kept
            where kept._disposition = 'kept'
        )

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

identifiers as (

    -- A filler, or an identifier that many share, belongs to no person and to no account.
    select * from {{ ref('int_identity__identifiers') }}
    where not coalesce(is_guarded, false)

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

stated as (

    select
        contact_key,
        identifier_key,
        {{ identifier_key('account', 'id_namespace', 'account_id') }} as account_key,
        created_at,
        coalesce(updated_at, created_at) as stated_at,
        load_id,
        source_file,
        source_line
    from contacts

),

spaced as (

    select
        *,
        row_number() over in_order as nth_statement,
        lag(account_key) over in_order as previous_account_key
    from stated
    window in_order as (
        partition by contact_key
        order by stated_at nulls first, load_id, source_file, source_line
    )

),

-- The first statement holds since the contact began.
changes as (

    select
        contact_key,
        identifier_key,
        account_key,
        nth_statement,
        case when nth_statement = 1 then least(created_at, stated_at) else stated_at end as valid_from
    from spaced
    where
        nth_statement = 1
        or account_key is distinct from previous_account_key

),

spells as (

    select
        identifier_key,
        account_key,
        valid_from,
        lead(valid_from) over (
            partition by contact_key
            order by nth_statement
        ) as valid_to
    from changes

),

from_contacts as (

    select
        identifiers.person_id,
        spells.account_key,
        spells.valid_from,
        spells.valid_to
    from spells
    inner join identifiers on spells.identifier_key = identifiers.identifier_key
    where spells.account_key is not null

),

from_sales as (

    select
        identifiers.person_id,
        sales.account_key,
        sales.created_at as valid_from,
        cast(null as timestamp) as valid_to
    from (
        select
            identifier_key,
            account_key,
            created_at
        from leads
        union all
        select
            identifier_key,
            account_key,
            created_at
        from deals
    ) as sales
    inner join identifiers on sales.identifier_key = identifiers.identifier_key
    where
        sales.account_key is not null
        and not exists (
            select 1
            from from_contacts
            where
                from_contacts.person_id = identifiers.person_id
                and from_contacts.account_key = sales.account_key
        )

),

-- A membership without a beginning has always been there; one without an end goes on. Open ends sort outside all time.
bounded as (

    select
        unioned.person_id,
        unioned.account_key,
        coalesce(unioned.valid_from, cast('0001-01-01' as timestamp)) as starts_at,
        coalesce(unioned.valid_to, cast('9999-12-31' as timestamp)) as ends_at
    from (
        select * from from_contacts
        union all
        select * from from_sales
    ) as unioned
    cross join as_of
    where coalesce(unioned.valid_from < as_of.as_of_ends_at, true)

),

-- Two sources may report one membership: what overlaps or touches is one.
overlapped as (

    select
        *,
        max(ends_at) over (
            partition by person_id, account_key
            order by starts_at, ends_at
            rows between unbounded preceding and 1 preceding
        ) as ended_before
    from bounded

),

numbered as (

    select
        *,
        sum(case when ended_before >= starts_at then 0 else 1 end) over (
            partition by person_id, account_key
            order by starts_at, ends_at
            rows between unbounded preceding and current row
        ) as spell
    from overlapped

),

merged as (

    select
        person_id,
        account_key,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from numbered
    group by person_id, account_key, spell

),

final as (

    select
        {{ surrogate_key(["'membership'", 'merged.person_id', 'merged.account_key', 'merged.starts_at']) }}
            as membership_key,
        merged.person_id,
        merged.account_key,
        case when merged.starts_at > cast('0001-01-01' as timestamp) then merged.starts_at end as valid_from,
        case when merged.ends_at < as_of.as_of_ends_at then merged.ends_at end as valid_to,
        merged.ends_at >= as_of.as_of_ends_at as is_current
    from merged
    cross join as_of

)

select * from final
