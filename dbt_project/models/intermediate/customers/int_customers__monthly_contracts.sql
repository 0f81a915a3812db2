-- Grain: one row is a person x month on a day of which a contract of the person ran.

with contracts as (

    select * from {{ ref('int_contracts__valued') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

bounded as (

    select
        contracts.person_id,
        contracts.started_on,
        cast(least(coalesce(contracts.last_on, as_of.as_of_on), as_of.as_of_on) as date) as last_on
    from contracts
    cross join as_of
    where not contracts.is_after_as_of

),

running as (

    select
        bounded.person_id,
        months.month_on,
        case when months.month_on = cast(date_trunc('month', bounded.started_on) as date) then 1 else 0 end as is_start,
        cast(least(bounded.last_on, last_day(months.month_on)) as date) as last_running_on
    from bounded
    cross join {{ month_series('bounded.started_on', 'bounded.last_on') }} as months

),

final as (

    select
        person_id,
        month_on,
        sum(is_start) as contracts_started,
        max(last_running_on) as last_running_on
    from running
    group by person_id, month_on

)

select * from final
