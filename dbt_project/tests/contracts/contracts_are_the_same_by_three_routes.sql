-- Contracts up to as_of: as rows of the mart, summed over customers, and as beginnings among the events.

{{ config(meta={'dagster': {'ref': {'name': 'fct_contracts'}}}) }}

with mart as (

    select
        count(*) as contracts,
        coalesce(sum(case when is_without_person then 0 else 1 end), 0) as contracts_of_people,
        coalesce(sum(case when is_without_person then 0 else running_contracts end), 0) as running
    from {{ ref('fct_contracts') }}

),

customers as (

    select
        coalesce(sum(contracts), 0) as contracts,
        coalesce(sum(running_contracts), 0) as running
    from {{ ref('dim_customers') }}

),

events as (

    select count(*) as contracts
    from {{ ref('int_touchpoints__events') }}
    where
        event = 'contract_started'
        and not is_after_as_of
        and source_file in (select source_file from {{ ref('stg_crm__contracts') }})

)

select
    mart.contracts as contracts_of_mart,
    customers.contracts as contracts_of_customers,
    events.contracts as contracts_of_events,
    mart.running as running_of_mart,
    customers.running as running_of_customers
from mart
cross join customers
cross join events
where
    mart.contracts_of_people <> customers.contracts
    or mart.contracts <> events.contracts
    or mart.running <> customers.running
