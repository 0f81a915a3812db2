-- Grain: one row is a touchpoint that a paid campaign brought, with its share of what the campaign cost on that day.
-- A day's cost is shared alike among the touchpoints that name the campaign and its parameters. A day on which it
-- brought no visitors keeps its cost: no touchpoint carries it.

with touchpoints as (

    select * from {{ ref('int_touchpoints__mapped') }}

),

channels as (

    select * from {{ ref('int_touchpoints__channels') }}

),

campaigns as (

    select * from {{ ref('stg_crm__campaigns') }}

),

costs as (

    select
        lower(campaign) as campaign,
        lower(utm_source) as utm_source,
        lower(utm_medium) as utm_medium,
        spent_on,
        sum(cost) as cost
    from campaigns
    group by lower(campaign), lower(utm_source), lower(utm_medium), spent_on

),

paid as (

    select distinct campaign from costs

),

brought as (

    select
        touchpoints.touchpoint_id,
        paid.campaign,
        channels.utm_source,
        channels.utm_medium,
        {{ business_day('touchpoints.occurred_at') }} as occurred_on
    from touchpoints
    inner join paid on lower(touchpoints.campaign) = paid.campaign
    inner join channels on touchpoints.touchpoint_id = channels.event_key

),

-- An export that leaves a parameter out means the campaign whatever its parameter.
shared as (

    select
        brought.touchpoint_id,
        costs.cost / cast(count(*) over (
            partition by costs.campaign, costs.utm_source, costs.utm_medium, costs.spent_on
        ) as double) as cost
    from brought
    inner join costs
        on
            brought.campaign = costs.campaign
            and brought.occurred_on = costs.spent_on
            and (costs.utm_source is null or brought.utm_source = costs.utm_source)
            and (costs.utm_medium is null or brought.utm_medium = costs.utm_medium)

),

final as (

    select
        touchpoint_id,
        {{ exact_sum('cost') }} as cost
    from shared
    group by touchpoint_id

)

select * from final
