-- Grain: one row is what a campaign cost on a day, up to as_of, with its channel; a day without a stated cost has none.
-- Agencies' exports rarely have rows of their own in channels.csv: then the same parameters mean what they mean in the
-- sources that have them, as far as these agree.

with costs as (

    select * from {{ ref('stg_crm__campaigns') }}

),

channels as (

    select * from {{ ref('stg_mappings__channels') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

combinations as (

    select distinct
        data_source,
        lower(utm_source) as utm_source,
        lower(utm_medium) as utm_medium
    from costs

),

own_rows as (

    {{ channels_of_combinations(['channel']) }}

),

elsewhere as (

    select
        combinations.data_source,
        combinations.utm_source,
        combinations.utm_medium,
        min(channels.channel) as channel
    from combinations
    inner join channels
        on
            combinations.utm_source = lower(channels.utm_source)
            and combinations.utm_medium is not distinct from lower(channels.utm_medium)
    group by combinations.data_source, combinations.utm_source, combinations.utm_medium
    having min(channels.channel) = max(channels.channel)

),

final as (

    select
        costs.campaign_day_key,
        costs.data_source,
        costs.campaign,
        costs.utm_source,
        costs.utm_medium,
        coalesce(own_rows.channel, elsewhere.channel, 'unmapped') as channel,
        costs.spent_on,
        costs.cost
    from costs
    cross join as_of
    left join own_rows
        on
            costs.data_source = own_rows.data_source
            and lower(costs.utm_source) is not distinct from own_rows.utm_source
            and lower(costs.utm_medium) is not distinct from own_rows.utm_medium
    left join elsewhere
        on
            costs.data_source = elsewhere.data_source
            and lower(costs.utm_source) is not distinct from elsewhere.utm_source
            and lower(costs.utm_medium) is not distinct from elsewhere.utm_medium
    where
        costs.spent_on <= as_of.as_of_on
        and costs.cost is not null

)

select * from final
