-- Grain: one row is a customer x month with the value tier at the month's end; months before the first sale have none.
-- Top are the first ceil(top_tier x n) of the n customers with positive trailing-year revenue: global, ties by person.

with months as (

    select * from {{ ref('int_customers__months') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

customers as (

    select
        person_id,
        month_on,
        revenue_12m
    from months
    where last_active_on is not null

),

ranked as (

    select
        *,
        sum(case when revenue_12m > 0 then 1 else 0 end) over (partition by month_on) as positive_customers,
        row_number() over (
            partition by month_on
            order by revenue_12m desc, person_id asc
        ) as rank_by_revenue
    from customers

),

final as (

    select
        ranked.person_id,
        ranked.month_on,
        ranked.positive_customers,
        ranked.rank_by_revenue,
        case
            when ranked.positive_customers = 0 then null
            -- Decimal, because ceil(0.1 * 30) of binary fractions is 4.
            when
                ranked.rank_by_revenue
                <= ceil(cast(settings.top_tier as decimal(9, 6)) * ranked.positive_customers)
                then 'top'
            else 'other'
        end as value_tier
    from ranked
    cross join settings

)

select * from final
