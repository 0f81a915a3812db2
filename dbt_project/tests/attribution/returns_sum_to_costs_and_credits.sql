-- In every model, returns hold all costs and all credits, each once.

{{ config(meta={'dagster': {'ref': {'name': 'fct_channel_returns'}}}) }}

with returns as (

    select
        model,
        sum(cost) as cost,
        sum(conversions) as conversions,
        sum(revenue) as revenue
    from {{ ref('fct_channel_returns') }}
    group by model

),

costs as (

    select coalesce(sum(cost), 0) as cost
    from {{ ref('fct_campaign_costs') }}

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
    coalesce(returns.model, credits.model) as model,
    returns.cost,
    costs.cost as cost_of_campaigns,
    returns.conversions,
    credits.conversions as credited_conversions,
    returns.revenue,
    credits.revenue as credited_revenue
from returns
full outer join credits on returns.model = credits.model
cross join costs
where
    coalesce(returns.cost, 0) <> costs.cost
    or abs(coalesce(returns.conversions, 0) - coalesce(credits.conversions, 0)) > 1e-6
    or abs(coalesce(returns.revenue, 0) - coalesce(credits.revenue, 0)) > 1e-3
