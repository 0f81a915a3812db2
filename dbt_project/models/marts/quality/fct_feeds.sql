-- Grain: one row is a feed: one kind of fact that metrics are computed from, and how far it reaches.
-- A metric whose feeds are all empty has no answer; a count of 0 is an answer only inside a feed's reach.

-- The feed, the mart that holds it, the day it is dated by (none: it has no dates), and which of the mart's rows it is.
{% set feeds = [
    ('orders', 'fct_orders', 'occurred_on', "kind = 'sale'"),
    ('people', 'dim_people', 'first_seen_on', none),
    ('customer_months', 'fct_customer_months', 'month_end_on', none),
    ('attributes', 'customer_attributes', none, none),
    ('touchpoints', 'fct_touchpoints', 'occurred_on', none),
    ('web', 'fct_sessions', 'started_on', none),
    ('journeys', 'fct_journeys', 'started_on', none),
    ('answers', 'fct_survey_answers', 'answered_on', none),
    ('nps', 'fct_survey_answers', 'answered_on', "construct = 'nps' and is_scorable"),
    ('csat', 'fct_survey_answers', 'answered_on', "construct = 'csat' and is_scorable"),
    ('ces', 'fct_survey_answers', 'answered_on', "construct = 'ces' and is_scorable"),
    ('overall', 'fct_survey_answers', 'answered_on', "construct = 'overall' and value is not null"),
    ('perceptions', 'fct_expectation_gaps', 'answered_on', none),
    ('expectation_gaps', 'fct_expectation_gaps', 'answered_on', "pairing <> 'none'"),
    ('outcomes', 'fct_outcomes', 'answered_on', none),
    ('kano', 'fct_kano_answers', 'answered_on', none),
    ('choices', 'fct_survey_choices', 'answered_on', none),
    ('blank_responses', 'fct_survey_responses', 'answered_on', 'is_silence_known'),
    ('contracts', 'fct_contracts', 'started_on', none),
    ('accounts', 'dim_accounts', 'first_member_on', none),
    ('account_members', 'account_members', 'valid_from', none),
    ('campaign_costs', 'fct_campaign_costs', 'spent_on', none),
    ('tickets', 'fct_tickets', 'opened_on', none),
    ('ticket_replies', 'fct_tickets', 'opened_on', 'is_answered is not null'),
    ('ticket_reopenings', 'fct_tickets', 'opened_on', 'is_reopened is not null'),
    ('ticket_ratings', 'fct_tickets', 'opened_on', 'ticket_satisfaction is not null'),
    ('mentions', 'fct_mentions', 'posted_on', none),
    ('mention_sentiments', 'fct_mentions', 'posted_on', 'is_own_brand and sentiment is not null'),
    (
        'mention_replies', 'fct_mentions', 'posted_on',
        'is_own_brand and sentiment is not null and is_answered is not null'
    ),
    (
        'mention_amplifications', 'fct_mentions', 'posted_on',
        'is_own_brand and sentiment is not null and is_amplified is not null'
    ),
    ('content', 'fct_content_views', 'viewed_on', none),
    ('gates', 'fct_content_views', 'viewed_on', 'is_gate_shown'),
    ('gate_submissions', 'fct_content_views', 'viewed_on', 'is_submitted'),
    (
        'visitor_purchases', 'fct_touchpoints', 'occurred_on',
        "role = 'purchase' and person_id in (select fct_sessions.person_id from fct_sessions)"
    ),
    ('conversions', 'fct_attribution_credits', 'converted_on', none),
    ('searches', 'fct_searches', 'searched_on', none),
    ('handoffs', 'fct_handoff_events', 'received_on', none),
    ('tasks', 'fct_tasks', 'started_on', none),
    ('initiatives', 'dim_initiatives', none, none),
    ('outreach', 'fct_outreach', 'reached_out_on', none),
    ('contributions', 'fct_channel_contributions', none, 'refused_reason is null'),
    ('costs', 'fct_orders', 'occurred_on', 'margin is not null'),
    ('value_forecast', 'dim_customers', 'customer_since_on', 'predicted_value_12m is not null'),
    ('purchase_forecast', 'dim_customers', 'customer_since_on', 'predicted_purchases_12m is not null'),
    ('value_intervals', 'fct_value_intervals', none, none),
    ('drivers', 'fct_satisfaction_drivers', none, none),
    ('perception_growth', 'fct_perception_growth', none, none),
    ('coverage', 'fct_perception_coverage', none, none),
    ('comments', 'fct_comment_topics', 'commented_on', none),
    ('comment_quotes', 'fct_comment_quotes', 'last_commented_on', none)
] %}

with
{%- for mart in feeds | map(attribute=1) | unique %}
{{ mart }} as (

    select * from {{ ref(mart) }}

),
{% endfor %}
provisional as (

    select
        feed,
        provisional_reason
    from {{ ref('int_value__provisional_feeds') }}
    union all
    select
        feed,
        provisional_reason
    from {{ ref('int_mentions__provisional_feeds') }}

),

refusals as (

    select * from {{ ref('int_surveys__refusals') }}

),

feed_losses as (

    select * from {{ ref('int_quality__feed_losses') }}

),

reach as (
    {% for feed, mart, day, condition in feeds %}
    select
        '{{ feed }}' as feed,
        count(*) as n_rows,
        min({{ day or 'cast(null as date)' }}) as first_on,
        max({{ day or 'cast(null as date)' }}) as last_on
    from {{ mart }}
    {%- if condition %}
    where {{ condition }}
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
        feed_losses.part
    from reach
    left join refusals on reach.feed = refusals.feed
    left join provisional on reach.feed = provisional.feed
    left join feed_losses on reach.feed = feed_losses.feed

)

select * from final
