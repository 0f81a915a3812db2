-- Grain: one row is a rule-based model x channel x campaign x day: what was spent on that day, and what converted on it
-- by the model's credit.

{%- set models = attribution_rules() %}

with costs as (

    select * from {{ ref('int_attribution__costs') }}

),

credits as (

    select * from {{ ref('fct_attribution_credits') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

-- A conversion pays back what was spent before it: from the first day of cost to a look-back window after the last one.
covered as (

    select
        costs.channel,
        min(costs.spent_on) as first_on,
        {{ days_later('max(costs.spent_on)', 'max(settings.lookback_days)') }} as last_on
    from costs
    cross join settings
    where costs.channel <> 'unmapped'
    group by costs.channel

),

spent as (

    {%- for model in models %}
    select
        '{{ model }}' as model,
        costs.channel,
        costs.campaign,
        costs.spent_on as returned_on,
        costs.channel <> 'unmapped' as is_cost_known,
        sum(costs.cost) as cost,
        cast(0 as double) as conversions,
        cast(0 as double) as revenue
    from costs
    group by costs.channel, costs.campaign, costs.spent_on
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

returned as (

    select
        credits.model,
        credits.channel,
        credits.campaign,
        credits.converted_on as returned_on,
        covered.channel is not null as is_cost_known,
        cast(null as decimal(18, 2)) as cost,
        {{ exact_sum('credits.credit') }} as conversions,
        {{ exact_sum('credits.credited_revenue') }} as revenue
    from credits
    left join covered
        on
            credits.channel = covered.channel
            and credits.converted_on >= covered.first_on
            and credits.converted_on <= covered.last_on
    group by
        credits.model, credits.channel, credits.campaign, credits.converted_on, covered.channel is not null

),

collected as (

    select * from spent
    union all
    select * from returned

),

summed as (

    select
        model,
        channel,
        campaign,
        returned_on,
        min(case when is_cost_known then 1 else 0 end) = 1 as is_cost_known,
        cast(sum(cost) as decimal(18, 2)) as cost,
        {{ exact_sum('conversions') }} as conversions,
        {{ exact_sum('revenue') }} as revenue
    from collected
    group by model, channel, campaign, returned_on

),

final as (

    select
        {{ surrogate_key(["'return'", 'model', 'channel', 'campaign', 'returned_on']) }} as channel_return_id,
        model,
        channel,
        campaign,
        returned_on,
        is_cost_known,
        cost,
        conversions,
        revenue
    from summed

)

select * from final
