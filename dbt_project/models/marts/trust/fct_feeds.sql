-- Grain: one row is a feed: one kind of fact that metrics stand on, and how far it reaches.
-- A metric whose feeds are all empty has no answer; a count of 0 is an answer only inside a feed's reach.

with
fct_orders as (

    select * from {{ ref('fct_orders') }}

),

dim_people as (

    select * from {{ ref('dim_people') }}

),

fct_customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

customer_attributes as (

    select * from {{ ref('customer_attributes') }}

),

fct_touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

fct_sessions as (

    select * from {{ ref('fct_sessions') }}

),

fct_journeys as (

    select * from {{ ref('fct_journeys') }}

),

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

fct_expectation_gaps as (

    select * from {{ ref('fct_expectation_gaps') }}

),

fct_outcomes as (

    select * from {{ ref('fct_outcomes') }}

),

fct_kano_answers as (

    select * from {{ ref('fct_kano_answers') }}

),

fct_survey_responses as (

    select * from {{ ref('fct_survey_responses') }}

),

fct_contracts as (

    select * from {{ ref('fct_contracts') }}

),

dim_accounts as (

    select * from {{ ref('dim_accounts') }}

),

account_members as (

    select * from {{ ref('account_members') }}

),

fct_campaign_costs as (

    select * from {{ ref('fct_campaign_costs') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

fct_mentions as (

    select * from {{ ref('fct_mentions') }}

),

fct_content_views as (

    select * from {{ ref('fct_content_views') }}

),

fct_attribution_credits as (

    select * from {{ ref('fct_attribution_credits') }}

),

fct_channel_contributions as (

    select * from {{ ref('fct_channel_contributions') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

fct_satisfaction_drivers as (

    select * from {{ ref('fct_satisfaction_drivers') }}

),

fct_perception_growth as (

    select * from {{ ref('fct_perception_growth') }}

),

fct_perception_coverage as (

    select * from {{ ref('fct_perception_coverage') }}

),

fct_comment_topics as (

    select * from {{ ref('fct_comment_topics') }}

),

fct_comment_quotes as (

    select * from {{ ref('fct_comment_quotes') }}

),

fct_value_intervals as (

    select * from {{ ref('fct_value_intervals') }}

),

doubted as (

    select * from {{ ref('int_value__doubts') }}

),

fct_searches as (

    select * from {{ ref('fct_searches') }}

),

fct_outreach as (

    select * from {{ ref('fct_outreach') }}

),

fct_handoff_events as (

    select * from {{ ref('fct_handoff_events') }}

),

fct_tasks as (

    select * from {{ ref('fct_tasks') }}

),

dim_initiatives as (

    select * from {{ ref('dim_initiatives') }}

),

refusals as (

    select * from {{ ref('int_survey__refusals') }}

),

reach as (

    select
        'orders' as feed,
        count(*) as n_rows,
        min(occurred_on) as first_on,
        max(occurred_on) as last_on
    from fct_orders
    where kind = 'sale'
    union all
    select
        'people' as feed,
        count(*) as n_rows,
        min(first_seen_on) as first_on,
        max(first_seen_on) as last_on
    from dim_people
    union all
    select
        'customer_months' as feed,
        count(*) as n_rows,
        min(month_end_on) as first_on,
        max(month_end_on) as last_on
    from fct_customer_months
    union all
    select
        'attributes' as feed,
        count(*) as n_rows,
        min(cast(null as date)) as first_on,
        max(cast(null as date)) as last_on
    from customer_attributes
    union all
    select
        'touchpoints' as feed,
        count(*) as n_rows,
        min(occurred_on) as first_on,
        max(occurred_on) as last_on
    from fct_touchpoints
    union all
    select
        'web' as feed,
        count(*) as n_rows,
        min(started_on) as first_on,
        max(started_on) as last_on
    from fct_sessions
    union all
    select
        'journeys' as feed,
        count(*) as n_rows,
        min(started_on) as first_on,
        max(started_on) as last_on
    from fct_journeys
    union all
    select
        'answers' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_survey_answers
    union all
    select
        'nps' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_survey_answers
    where construct = 'nps' and is_scorable
    union all
    select
        'csat' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_survey_answers
    where construct = 'csat' and is_scorable
    union all
    select
        'ces' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_survey_answers
    where construct = 'ces' and is_scorable
    union all
    select
        'overall' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_survey_answers
    where construct = 'overall' and value is not null
    union all
    select
        'perceptions' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_expectation_gaps
    union all
    select
        'expectation_gaps' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_expectation_gaps
    where pairing <> 'none'
    union all
    select
        'outcomes' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_outcomes
    union all
    select
        'kano' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_kano_answers
    union all
    select
        'blank_responses' as feed,
        count(*) as n_rows,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from fct_survey_responses
    where is_silence_known
    union all
    select
        'contracts' as feed,
        count(*) as n_rows,
        min(started_on) as first_on,
        max(started_on) as last_on
    from fct_contracts
    union all
    select
        'accounts' as feed,
        count(*) as n_rows,
        min(first_member_on) as first_on,
        max(first_member_on) as last_on
    from dim_accounts
    union all
    select
        'account_members' as feed,
        count(*) as n_rows,
        min(valid_from) as first_on,
        max(valid_from) as last_on
    from account_members
    union all
    select
        'campaign_costs' as feed,
        count(*) as n_rows,
        min(spent_on) as first_on,
        max(spent_on) as last_on
    from fct_campaign_costs
    union all
    select
        'tickets' as feed,
        count(*) as n_rows,
        min(opened_on) as first_on,
        max(opened_on) as last_on
    from fct_tickets
    union all
    select
        'ticket_ratings' as feed,
        count(*) as n_rows,
        min(opened_on) as first_on,
        max(opened_on) as last_on
    from fct_tickets
    where ticket_satisfaction is not null
    union all
    select
        'mentions' as feed,
        count(*) as n_rows,
        min(posted_on) as first_on,
        max(posted_on) as last_on
    from fct_mentions
    union all
    select
        'mention_sentiments' as feed,
        count(*) as n_rows,
        min(posted_on) as first_on,
        max(posted_on) as last_on
    from fct_mentions
    where is_own_brand and sentiment is not null
    union all
    select
        'content' as feed,
        count(*) as n_rows,
        min(viewed_on) as first_on,
        max(viewed_on) as last_on
    from fct_content_views
    union all
    select
        'gates' as feed,
        count(*) as n_rows,
        min(viewed_on) as first_on,
        max(viewed_on) as last_on
    from fct_content_views
    where is_gate_shown
    union all
    select
        'conversions' as feed,
        count(*) as n_rows,
        min(converted_on) as first_on,
        max(converted_on) as last_on
    from fct_attribution_credits
    union all
    select
        'searches' as feed,
        count(*) as n_rows,
        min(searched_on) as first_on,
        max(searched_on) as last_on
    from fct_searches
    union all
    select
        'handoffs' as feed,
        count(*) as n_rows,
        min(received_on) as first_on,
        max(received_on) as last_on
    from fct_handoff_events
    union all
    select
        'tasks' as feed,
        count(*) as n_rows,
        min(started_on) as first_on,
        max(started_on) as last_on
    from fct_tasks
    union all
    select
        'initiatives' as feed,
        count(*) as n_rows,
        min(cast(null as date)) as first_on,
        max(cast(null as date)) as last_on
    from dim_initiatives
    union all
    select
        'outreach' as feed,
        count(*) as n_rows,
        min(reached_out_on) as first_on,
        max(reached_out_on) as last_on
    from fct_outreach
    union all
    select
        'contributions' as feed,
        count(*) as n_rows,
        min(cast(null as date)) as first_on,
        max(cast(null as date)) as last_on
    from fct_channel_contributions
    where refused_reason is null
    union all
    select
        'costs' as feed,
        count(*) as n_rows,
        min(occurred_on) as first_on,
        max(occurred_on) as last_on
    from fct_orders
    where margin is not null
    union all
    select
        'value_forecast' as feed,
        count(*) as n_rows,
        min(customer_since_on) as first_on,
        max(customer_since_on) as last_on
    from dim_customers
    where predicted_value_12m is not null
    union all
    select
        'purchase_forecast' as feed,
        count(*) as n_rows,
        min(customer_since_on) as first_on,
        max(customer_since_on) as last_on
    from dim_customers
    where predicted_purchases_12m is not null
    union all
    select
        'value_intervals' as feed,
        count(*) as n_rows,
        min(cast(null as date)) as first_on,
        max(cast(null as date)) as last_on
    from fct_value_intervals
    union all
    select
        'drivers' as feed,
        count(*) as n_rows,
        min(cast(null as date)) as first_on,
        max(cast(null as date)) as last_on
    from fct_satisfaction_drivers
    union all
    select
        'perception_growth' as feed,
        count(*) as n_rows,
        min(cast(null as date)) as first_on,
        max(cast(null as date)) as last_on
    from fct_perception_growth
    union all
    select
        'coverage' as feed,
        count(*) as n_rows,
        min(cast(null as date)) as first_on,
        max(cast(null as date)) as last_on
    from fct_perception_coverage
    union all
    select
        'comments' as feed,
        count(*) as n_rows,
        min(commented_on) as first_on,
        max(commented_on) as last_on
    from fct_comment_topics
    union all
    select
        'comment_quotes' as feed,
        count(*) as n_rows,
        min(last_told_on) as first_on,
        max(last_told_on) as last_on
    from fct_comment_quotes

),

final as (

    select
        reach.feed,
        reach.n_rows,
        reach.first_on,
        reach.last_on,
        coalesce(refusals.n_rows, 0) as refused_rows,
        refusals.reason as refused_reason,
        doubted.provisional_reason
    from reach
    left join refusals on reach.feed = refusals.feed
    left join doubted on reach.feed = doubted.feed

)

select * from final
