-- Grain: one row is a contract of a customer that began up to the present.

with contracts as (

    select * from {{ ref('int_contracts__valued') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        ---------- ids
        contracts.contract_key as contract_id,
        contracts.person_id,
        contracts.is_without_person,

        ---------- what it is
        contracts.data_source,
        contracts.plan,
        contracts.is_running,
        months.tier_start as value_tier_at_event,

        ---------- money
        contracts.currency,
        contracts.amount_per_month,
        contracts.amount_per_month_reporting,
        cast(
            case when contracts.is_running then coalesce(contracts.amount_per_month_reporting, 0) else 0 end
            as decimal(18, 2)
        ) as running_amount_per_month,

        ---------- measures
        cast(case when contracts.is_running then 1 else 0 end as integer) as running_contracts,
        {{ dates_apart('contracts.started_on', 'least(contracts.last_on, as_of.as_of_on)') }} + 1 as days_run,

        ---------- timestamps
        contracts.started_at,
        contracts.started_on,
        contracts.ended_at,
        contracts.last_on as ended_on
    from contracts
    cross join as_of
    left join months
        on
            contracts.person_id = months.person_id
            and months.month_on = cast(date_trunc('month', contracts.started_on) as date)
    where not contracts.is_after_as_of

)

select * from final
