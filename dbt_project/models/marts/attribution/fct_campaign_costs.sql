-- Grain: one row is what a campaign cost on a day.

with costs as (

    select * from {{ ref('int_attribution__costs') }}

),

final as (

    select
        campaign_day_key as campaign_cost_id,
        data_source,
        campaign,
        utm_source,
        utm_medium,
        channel,
        spent_on,
        cast(cost as decimal(18, 2)) as cost
    from costs

)

select * from final
