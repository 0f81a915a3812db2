-- Grain: one row is a contract with its customer, its days and its monthly price in the reporting currency.

with contracts as (

    select * from {{ ref('stg_crm__contracts') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

dated as (

    select
        *,
        {{ business_day('started_at') }} as started_on,
        -- The day that the file names is the last one on which the contract runs.
        {{ business_day('ended_at') }} as last_on
    from contracts

),

final as (

    select
        dated.contract_key,
        dated.identifier_key,
        coalesce(actors.account_key, identifiers.person_id) as person_id,
        coalesce(identifiers.is_guarded, false) as is_without_person,
        dated.data_source,
        dated.plan,
        dated.currency,
        dated.amount_per_month,
        dated.amount_per_month_reporting,
        dated.started_at,
        dated.is_started_day_only,
        dated.started_on,
        dated.ended_at,
        dated.last_on,
        dated.started_at >= as_of.as_of_ends_at as is_after_as_of,
        dated.started_on <= as_of.as_of_on and coalesce(dated.last_on >= as_of.as_of_on, true) as is_running
    from dated
    inner join identifiers on dated.identifier_key = identifiers.identifier_key
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'dated.started_at') }}
    cross join as_of

)

select * from final
