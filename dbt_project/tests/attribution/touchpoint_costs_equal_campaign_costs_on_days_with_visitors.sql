-- What touchpoints carry of campaigns' costs is what the campaigns cost on the days on which they brought visitors.

{{ config(meta={'dagster': {'ref': {'name': 'fct_touchpoints'}}}) }}

with carried as (

    select coalesce({{ exact_sum('cost') }}, 0) as cost
    from {{ ref('fct_touchpoints') }}

),

days as (

    select distinct
        lower(touchpoints.campaign) as campaign,
        channelled.utm_source,
        channelled.utm_medium,
        touchpoints.occurred_on
    from {{ ref('fct_touchpoints') }} as touchpoints
    inner join {{ ref('int_touchpoints__channels') }} as channelled
        on touchpoints.touchpoint_id = channelled.event_key

),

spent as (

    select coalesce(sum(campaigns.cost), 0) as cost
    from {{ ref('stg_crm__campaigns') }} as campaigns
    where
        exists (
            select 1
            from days
            where
                lower(campaigns.campaign) = days.campaign
                and campaigns.spent_on = days.occurred_on
                and (campaigns.utm_source is null or lower(campaigns.utm_source) = days.utm_source)
                and (campaigns.utm_medium is null or lower(campaigns.utm_medium) = days.utm_medium)
        )

)

select
    carried.cost as carried_cost,
    spent.cost as spent_cost
from carried
cross join spent
where abs(carried.cost - spent.cost) > 0.005
