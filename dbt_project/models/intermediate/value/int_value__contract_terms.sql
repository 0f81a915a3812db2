-- Grain: one row is a contract up to as_of, with the whole months it has run.

with contracts as (

    select * from {{ ref('int_contracts__valued') }}

),

windows as (

    select * from {{ ref('int_value__windows') }}

),

final as (

    select
        contracts.contract_key,
        contracts.person_id,
        contracts.plan,
        contracts.started_on,
        contracts.is_running,
        contracts.amount_per_month_reporting,
        -- A month begun counts for a contract that ended in it; a running one has survived whole months only.
        cast(
            case
                when contracts.is_running then {{ whole_months('contracts.started_on', 'windows.ends_on') }}
                else 1 + {{ whole_months('contracts.started_on', 'contracts.last_on') }}
            end as integer
        ) as months,
        cast(
            case
                when contracts.is_running then {{ dates_apart('contracts.started_on', 'windows.ends_on') }}
                else 1 + {{ dates_apart('contracts.started_on', 'contracts.last_on') }}
            end as integer
        ) as days,
        windows.horizon_months
    from contracts
    cross join windows
    where
        windows.time_window = 'present'
        and not contracts.is_after_as_of
        and contracts.is_without_person is not true
        and coalesce(contracts.last_on >= contracts.started_on, true)

)

select * from final
