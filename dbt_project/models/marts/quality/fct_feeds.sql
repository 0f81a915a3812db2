-- Grain: one row is a feed: one kind of fact that metrics are computed from, and how far it reaches.
-- A metric whose feeds are all empty has no answer; a count of 0 is an answer only inside a feed's reach.
-- Feeds are declared in the YAML of the marts that hold them (macros/concepts/feeds.sql).

{#- The marts that hold feeds: dbt has to know what a model reads before it knows what other models declare. -#}
{%- set marts = [
    'account_members',
    'customer_attributes',
    'dim_accounts',
    'dim_customers',
    'dim_initiatives',
    'dim_people',
    'dim_targets',
    'fct_attribution_credits',
    'fct_campaign_costs',
    'fct_channel_contributions',
    'fct_comment_quotes',
    'fct_comment_topics',
    'fct_content_views',
    'fct_contracts',
    'fct_customer_months',
    'fct_deal_stages',
    'fct_deals',
    'fct_expectation_gaps',
    'fct_handoff_events',
    'fct_journeys',
    'fct_kano_answers',
    'fct_leads',
    'fct_mentions',
    'fct_order_line_totals',
    'fct_order_lines',
    'fct_orders',
    'fct_outcomes',
    'fct_outreach',
    'fct_perception_coverage',
    'fct_perception_growth',
    'fct_satisfaction_drivers',
    'fct_searches',
    'fct_sentiment_models',
    'fct_sessions',
    'fct_survey_answers',
    'fct_survey_choices',
    'fct_survey_responses',
    'fct_tasks',
    'fct_tickets',
    'fct_touchpoints',
    'fct_value_intervals'
] %}
{%- set feeds = declared_feeds() %}
{%- for feed in feeds if feed.mart not in marts %}
    {{ exceptions.raise_compiler_error(
        "feed '" ~ feed.feed ~ "' is declared by " ~ feed.mart
        ~ ", which is not in the list of marts in fct_feeds.sql: add it"
    ) }}
{%- endfor %}

with
{%- for mart in marts %}
{{ mart }} as (

    select * from {{ ref(mart) }}

),
{% endfor %}
doubts as (

    select * from {{ ref('int_value__model_doubts') }}
    union all
    select * from {{ ref('int_mentions__model_doubts') }}

),

-- What rests on the same models is provisional for the same reasons.
rests_on as (

    select
        cast(null as varchar) as feed,
        cast(null as varchar) as model_name
    where false
    {%- for feed in feeds %}
    {%- for model_name in feed.rests_on %}
    union all
    select
        '{{ feed.feed }}' as feed,
        '{{ model_name }}' as model_name
    {%- endfor %}
    {%- endfor %}

),

provisional as (

    select
        rests_on.feed,
        string_agg(rests_on.model_name, ',' order by rests_on.model_name) as rests_on,
        string_agg(doubts.provisional_reason, '; ' order by rests_on.model_name desc) as provisional_reason
    from rests_on
    inner join doubts on rests_on.model_name = doubts.model_name
    group by rests_on.feed

),

refusals as (

    select * from {{ ref('int_surveys__refusals') }}

),

feed_losses as (

    select * from {{ ref('int_quality__feed_losses') }}

),

reach as (
    {% for feed in feeds %}
    select
        '{{ feed.feed }}' as feed,
        count(*) as n_rows,
        min({{ feed.dated_by or 'cast(null as date)' }}) as first_on,
        max({{ feed.dated_by or 'cast(null as date)' }}) as last_on
    from {{ feed.mart }}
    {%- if feed.where %}
    where {{ feed.where }}
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        reach.feed,
        reach.n_rows,
        reach.first_on,
        reach.last_on,
        coalesce(refusals.n_rows, 0) as refused_rows,
        refusals.reason as refused_reason,
        provisional.provisional_reason,
        provisional.rests_on,
        feed_losses.part
    from reach
    left join refusals on reach.feed = refusals.feed
    left join provisional on reach.feed = provisional.feed
    left join feed_losses on reach.feed = feed_losses.feed

)

select * from final
