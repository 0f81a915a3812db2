-- Grain: one row is what a campaign cost on a day.

with costs as (

    select * from {{ ref('stg_crm_csv__campaigns') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        costs.campaign_day_key as campaign_cost_id,
        costs.data_source,
        costs.campaign,
        costs.utm_source,
        costs.utm_medium,
        costs.spent_on,
        cast(costs.cost as decimal(18, 2)) as cost
    from costs
    cross join as_of
    where costs.spent_on <= as_of.as_of_on

)

select * from final
