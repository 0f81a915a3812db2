-- Grain: one row is a person x month, from the month of the person's first dated fact to the present one.
-- Fillers and shared identifiers name no person, and so no customer.

with units as (

    select * from {{ ref('int_customers__units') }}

),

monthly_orders as (

    select * from {{ ref('int_customers__monthly_orders') }}

),

monthly_contracts as (

    select * from {{ ref('int_customers__monthly_contracts') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

people as (

    select
        person_id,
        {{ business_day('counts_from') }} as first_seen_on
    from units
    where
        counts_from is not null
        and is_shared is not true

),

spine as (

    select
        people.person_id,
        months.month_on,
        as_of.as_of_on
    from people
    cross join as_of
    cross join {{ month_series('people.first_seen_on', 'as_of.as_of_on') }} as months

),

-- Running sums are exact: money is decimal.
running as (

    select
        spine.person_id,
        spine.month_on,
        cast(
            least(last_day(spine.month_on), spine.as_of_on) as date
        ) as month_end_on,
        coalesce(monthly_orders.sales, 0) + coalesce(monthly_contracts.contracts_started, 0) as purchases,
        coalesce(monthly_orders.orders, 0) as orders,
        coalesce(monthly_orders.revenue, 0) as revenue,
        -- greatest() leaves nulls out.
        max(greatest(monthly_orders.last_sale_on, monthly_contracts.last_running_on)) over (
            partition by spine.person_id
            order by spine.month_on
            rows between unbounded preceding and current row
        ) as last_active_on,
        sum(coalesce(monthly_orders.revenue, 0) - coalesce(monthly_orders.leaving_revenue, 0)) over (
            partition by spine.person_id
            order by spine.month_on
            rows between unbounded preceding and current row
        ) as revenue_12m
    from spine
    left join monthly_orders
        on
            spine.person_id = monthly_orders.person_id
            and spine.month_on = monthly_orders.month_on
    left join monthly_contracts
        on
            spine.person_id = monthly_contracts.person_id
            and spine.month_on = monthly_contracts.month_on

),

judged as (

    select
        running.*,
        coalesce({{ is_active('running.last_active_on', 'running.month_end_on') }}, false) as is_active_end
    from running
    cross join settings

),

final as (

    select
        person_id,
        month_on,
        month_end_on,
        purchases,
        orders,
        revenue,
        last_active_on,
        revenue_12m,
        lag(last_active_on) over (
            partition by person_id
            order by month_on
        ) is not null as was_customer,
        coalesce(lag(is_active_end) over (
            partition by person_id
            order by month_on
        ), false) as is_active_start,
        is_active_end
    from judged

)

select * from final
