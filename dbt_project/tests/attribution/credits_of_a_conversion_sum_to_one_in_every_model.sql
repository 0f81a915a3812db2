-- Every conversion is shared out once by each of the six rules, and its revenue with it.

{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution_credits'}}}) }}

with conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

credits as (

    select
        conversion_id,
        model,
        sum(credit) as credit,
        sum(credited_revenue) as credited_revenue
    from {{ ref('fct_attribution_credits') }}
    group by conversion_id, model

),

shared as (

    select
        conversions.conversion_id,
        count(credits.model) as models,
        max(abs(credits.credit - 1)) as credit_off,
        max(abs(credits.credited_revenue - conversions.revenue)) as revenue_off
    from conversions
    left join credits on conversions.conversion_id = credits.conversion_id
    group by conversions.conversion_id

)

select * from shared
where
    models <> 6
    or credit_off > 1e-9
    or revenue_off > 1e-6
