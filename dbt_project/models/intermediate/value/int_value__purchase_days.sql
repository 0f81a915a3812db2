-- Grain: one row is a person x business day with at least one sale that counts, up to as_of.
-- Several sales of one day are one purchase. Who has a contract is valued by it and not here.

with orders as (

    select * from {{ ref('int_orders__valued') }}

),

contracts as (

    select * from {{ ref('int_contracts__valued') }}

),

contractual as (

    select distinct person_id
    from contracts
    where not is_after_as_of

),

days as (

    select
        orders.person_id,
        orders.occurred_on,
        -- Null where no sale of the day has an amount in the reporting currency.
        sum(case when orders.amount_reporting is not null then orders.revenue end) as worth
    from orders
    left join contractual on orders.person_id = contractual.person_id
    where
        orders.orders = 1
        and not orders.is_after_as_of
        and orders.is_without_person is not true
        and contractual.person_id is null
    group by orders.person_id, orders.occurred_on

),

final as (

    select
        *,
        min(occurred_on) over (partition by person_id) as first_on,
        lag(occurred_on) over (
            partition by person_id
            order by occurred_on
        ) as previous_on
    from days

)

select * from final
