-- Where cx.yml counts first orders: as many conversions, and as much credited revenue, as fct_orders has of them.

{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}

with settings as (

    select * from {{ ref('stg_config__settings') }}

),

orders as (

    select
        count(*) as conversions,
        coalesce(sum(revenue), 0) as revenue
    from {{ ref('fct_orders') }}
    where is_first_order

),

credits as (

    select
        model,
        sum(credit) as conversions,
        sum(credited_revenue) as revenue
    from {{ ref('fct_attribution_credits') }}
    group by model

)

select
    credits.*,
    orders.conversions as conversions_of_orders,
    orders.revenue as revenue_of_orders
from credits
cross join orders
cross join settings
where
    settings.conversion_event = 'order'
    and settings.conversion_occurrence = 'first'
    and (
        abs(credits.conversions - orders.conversions) > 1e-6
        or abs(credits.revenue - orders.revenue) > 1e-3
    )
