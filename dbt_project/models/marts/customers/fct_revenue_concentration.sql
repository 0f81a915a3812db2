-- Grain: one row is a twentieth more of the customers, best first: what they and all before them bring.

with months as (

    select * from {{ ref('fct_customer_months') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

-- The order of the value tier: positive trailing-year revenue, ties by person.
ranked as (

    select
        row_number() over (order by months.revenue_12m desc, months.person_id asc) as nth_best,
        sum(months.revenue_12m) over (
            order by months.revenue_12m desc, months.person_id asc
            rows between unbounded preceding and current row
        ) as revenue_so_far,
        sum(months.revenue_12m) over () as revenue,
        count(*) over () as customers
    from months
    inner join as_of on months.month_on = cast(date_trunc('month', as_of.as_of_on) as date)
    where months.tier_end is not null and months.revenue_12m > 0

),

steps as (
    {%- for percent in range(5, 101, 5) %}

    select cast({{ percent }} as integer) as top_percent
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        cast(steps.top_percent as bigint) as step_id,
        steps.top_percent,
        cast(ranked.nth_best as integer) as customers,
        cast(ranked.customers as integer) as all_customers,
        cast(ranked.revenue_so_far as decimal(18, 2)) as revenue,
        cast(cast(ranked.revenue_so_far as double) / cast(ranked.revenue as double) as double) as revenue_share,
        as_of.as_of_on as calculated_on
    from steps
    -- Decimal, because ceil(0.1 * 30) of binary fractions is 4.
    inner join ranked on ranked.nth_best = ceil(cast(steps.top_percent as decimal(9, 2)) / 100 * ranked.customers)
    cross join as_of

)

select * from final
