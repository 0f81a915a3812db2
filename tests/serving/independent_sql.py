"""Every metric once more, written by hand in SQL from its definition: mart, date column, and an aggregate.

Nothing here is read from the semantic layer. `slices` gives one number per value of a column, or per month.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from tests.serving.forms import Change, Definition, ItemMeans, Opportunity, Plain, WeightedItems

# Mart -> the column that dates its rows.
DATED_BY = {
    "dim_people": "first_seen_on",
    "dim_customers": "customer_since_on",
    "dim_accounts": "first_member_on",
    "dim_targets": "valid_from",
    "account_members": "valid_from",
    "fct_orders": "occurred_on",
    "fct_order_lines": "occurred_on",
    "fct_order_line_totals": "occurred_on",
    "fct_contracts": "started_on",
    "fct_deals": "created_on",
    "fct_deal_stages": "left_on",
    "fct_leads": "created_on",
    "fct_customer_months": "month_on",
    "customer_attributes": "first_seen_on",
    "fct_touchpoints": "occurred_on",
    "fct_sessions": "started_on",
    "fct_journeys": "started_on",
    "fct_stage_entries": "entered_on",
    "fct_survey_answers": "answered_on",
    "fct_expectation_gaps": "answered_on",
    "fct_outcomes": "answered_on",
    "fct_kano_answers": "answered_on",
    "fct_survey_responses": "answered_on",
    "fct_survey_choices": "answered_on",
    "fct_survey_reach": "customer_since_on",
    "fct_campaign_costs": "spent_on",
    "fct_tickets": "opened_on",
    "fct_mentions": "posted_on",
    "fct_content_views": "viewed_on",
    "fct_attribution_credits": "converted_on",
    "fct_growth_credits": "month_on",
    "fct_guarded_identifiers": "first_seen_on",
    "fct_channel_returns": "returned_on",
    "fct_searches": "searched_on",
    "fct_sentiment_models": "calculated_on",
    "fct_outreach": "reached_out_on",
    "fct_handoff_events": "received_on",
    "fct_tasks": "started_on",
    "dim_initiatives": "started_on",
    "fct_comment_topics": "commented_on",
    "fct_perception_growth": "calculated_on",
    "fct_satisfaction_drivers": "calculated_on",
    "fct_comment_quotes": "last_commented_on",
}
PEOPLE = (
    "person_type",
    "segment",
    "country",
    "region",
    "language",
    "age_band",
    "motivation",
    "first_channel",
    "is_identified",
    "identifier_band",
)
CUSTOMERS = ("order_band", "value_tier", "rfm_segment", "has_contract", "value_model")
RESPONSES = ("survey_language",)
ACCOUNTS = ("is_listed", "account_segment", "account_country", "account_region", "has_customer")


_REFUNDED = "coalesce(sum(amount_reporting) filter (kind <> 'sale'), 0)"
_NPS = "construct = 'nps' and is_scorable"
_OBSERVED = "is_observed_long_enough and stage <> 'advocacy'"
_PAIRED = "expectation_pct is not null"
_CORNERS = "handoff_kind = 'corner'"
_WAITED = "date_diff('microsecond', handed_at, received_at) / 86400e6"
_KANO = "kano_category not in ('reverse', 'questionable')"
# The second month of cohorts whose last customers have finished theirs, too.
_COHORT = """
    months_since_acquired = 2
    and last_day((
        date_trunc('quarter', month_on - to_months(2)) + to_months(4)
    )::date) <= (select max(month_end_on) from marts.fct_customer_months)
"""
_RETURNS = "is_cost_known and model = 'linear'"

METRICS: dict[str, Definition] = {
    # people and customers
    "people": Plain("dim_people", "count(*)", "not is_account and not is_shared"),
    "identified_share": Plain("dim_people", "avg(is_identified::int)", "not is_account and not is_shared"),
    "guarded_identifiers": Plain("fct_guarded_identifiers", "count(*)"),
    "kept_apart_identifiers": Plain("fct_guarded_identifiers", "sum(shared_by)"),
    "customers": Plain("dim_customers", "count(*)"),
    "top_customer_share": Plain("dim_customers", "avg((value_tier = 'top')::int)", "value_tier is not null"),
    "lifetime_revenue_per_customer": Plain("dim_customers", "avg(revenue)"),
    "orders_per_customer": Plain("dim_customers", "avg(orders)"),
    "days_since_last_order": Plain("dim_customers", "median(days_since_last_order)"),
    "attribute_people": Plain("customer_attributes", "count(distinct person_id)"),
    # contracts and accounts
    "contracts": Plain("fct_contracts", "count(*)"),
    "contract_people": Plain("fct_contracts", "count(distinct person_id)"),
    "running_contracts": Plain("fct_contracts", "count_if(is_running)"),
    "contract_value_per_month": Plain(
        "fct_contracts", "coalesce(sum(amount_per_month_reporting) filter (is_running), 0)"
    ),
    # deals and leads
    "deals_created": Plain("fct_deals", "count(*)"),
    "deal_people": Plain("fct_deals", "count(distinct person_id)"),
    "deals_won": Plain("fct_deals", "count_if(deal_state = 'won')", dated_by="closed_on"),
    "deals_lost": Plain("fct_deals", "count_if(deal_state = 'lost')", dated_by="closed_on"),
    "deal_win_rate": Plain(
        "fct_deals", "avg((deal_state = 'won')::int)", "deal_state in ('won', 'lost')", dated_by="closed_on"
    ),
    "open_pipeline_amount": Plain("fct_deals", "coalesce(sum(amount) filter (deal_state = 'open'), 0)"),
    "won_amount": Plain("fct_deals", "coalesce(sum(amount) filter (deal_state = 'won'), 0)", dated_by="closed_on"),
    "days_to_win": Plain("fct_deals", "median(closed_on - created_on)", "deal_state = 'won'", dated_by="closed_on"),
    "days_in_stage": Plain("fct_deal_stages", "median(days_in_stage)"),
    "leads_created": Plain("fct_leads", "count(*)"),
    "lead_people": Plain("fct_leads", "count(distinct person_id)"),
    "lead_conversion_rate": Plain("fct_leads", "avg((lead_state = 'won')::int)"),
    "days_to_conversion": Plain(
        "fct_leads", "median(closed_on - created_on)", "lead_state = 'won'", dated_by="closed_on"
    ),
    "p_alive": Plain("dim_customers", "avg(p_alive)"),
    "predicted_purchases_12m": Plain("dim_customers", "sum(predicted_purchases_12m)"),
    "predicted_purchases_per_customer": Plain("dim_customers", "avg(predicted_purchases_12m)"),
    "predicted_value_12m": Plain("dim_customers", "sum(predicted_value_12m)"),
    "predicted_value_per_customer": Plain("dim_customers", "avg(predicted_value_12m)"),
    "top_tier_predicted_value_share": Plain(
        "dim_customers",
        "sum(predicted_value_12m) filter (value_tier = 'top') / nullif(sum(predicted_value_12m), 0)",
    ),
    "campaign_cost": Plain("fct_campaign_costs", "sum(cost)"),
    "accounts": Plain("dim_accounts", "count(*)"),
    "customer_accounts": Plain("dim_accounts", "count_if(has_customer)"),
    "customer_account_share": Plain("dim_accounts", "avg(has_customer::int)"),
    "revenue_per_account": Plain("dim_accounts", "avg(revenue_of_members)"),
    "account_people": Plain("account_members", "count(distinct person_id) filter (valid_to is null)"),
    # orders; only money that counts
    "orders": Plain("fct_orders", "count_if(kind = 'sale')", "counts_revenue"),
    "revenue": Plain(
        "fct_orders", "sum(case kind when 'sale' then amount_reporting else -amount_reporting end)", "counts_revenue"
    ),
    "average_order_value": Plain("fct_orders", "avg(amount_reporting)", "counts_revenue and kind = 'sale'"),
    "refund_amount": Plain(
        "fct_orders", "coalesce(sum(amount_reporting) filter (kind <> 'sale'), 0)", "counts_revenue"
    ),
    "refund_share": Plain(
        "fct_orders",
        "coalesce(sum(amount_reporting) filter (kind <> 'sale'), 0)"
        " / nullif(sum(amount_reporting) filter (kind = 'sale'), 0)",
        "counts_revenue",
    ),
    "repeat_order_share": Plain("fct_orders", "avg((not is_first_order)::int)", "counts_revenue and kind = 'sale'"),
    "buyers": Plain("fct_orders", "count(distinct person_id)", "counts_revenue and kind = 'sale'"),
    "revenue_per_buyer": Plain(
        "fct_orders",
        "sum(case kind when 'sale' then amount_reporting else -amount_reporting end)"
        " / nullif(count(distinct person_id) filter (kind = 'sale'), 0)",
        "counts_revenue",
    ),
    # money that is known to be left: only where the shop says what the goods cost
    "margin": Plain("fct_orders", "sum(margin)", "counts_revenue"),
    "margin_share": Plain(
        "fct_orders",
        "(sum(case kind when 'sale' then amount_reporting else -amount_reporting end)"
        " - sum(case kind when 'sale' then cost_reporting else -cost_reporting end))"
        " / nullif(sum(case kind when 'sale' then amount_reporting else -amount_reporting end), 0)",
        "counts_revenue and cost_reporting is not null",
    ),
    "cost_known_share": Plain(
        "fct_orders", "avg((cost_reporting is not null)::int)", "counts_revenue and kind = 'sale'"
    ),
    "lifetime_margin_per_customer": Plain("dim_customers", "avg(margin)"),
    # products and quantities
    "order_lines": Plain("fct_order_lines", "count(*)", "counts_revenue"),
    "products_sold": Plain("fct_order_lines", "count(distinct product_id)", "counts_revenue"),
    "quantity_sold": Plain("fct_order_lines", "sum(quantity)", "counts_revenue"),
    "product_revenue": Plain("fct_order_lines", "sum(amount_reporting)", "counts_revenue"),
    "items_per_order": Plain(
        "fct_order_lines",
        "sum(quantity) / count(distinct order_id)",
        "counts_revenue and quantity is not null",
    ),
    "average_price": Plain(
        "fct_order_lines",
        "sum(amount_reporting) / sum(quantity)",
        "counts_revenue and amount_reporting is not null and quantity > 0",
    ),
    "compared_orders": Plain("fct_order_line_totals", "count(*)", "agreement <> 'unknown'"),
    "line_agreement": Plain(
        "fct_order_line_totals", "avg((agreement in ('equal', 'explained'))::int)", "agreement <> 'unknown'"
    ),
    # growth
    "active_customers": Plain("fct_customer_months", "count_if(is_active_end)", is_state=True),
    "acquired": Plain("fct_customer_months", "sum(acquired)"),
    "retained": Plain("fct_customer_months", "sum(retained)"),
    "retained_people": Plain("fct_customer_months", "count(distinct person_id)", "retained = 1"),
    "reactivated": Plain("fct_customer_months", "sum(reactivated)"),
    "lost": Plain("fct_customer_months", "sum(lost)"),
    "net_growth": Plain("fct_customer_months", "sum(acquired) + sum(reactivated) - sum(lost)"),
    "retention_rate": Plain("fct_customer_months", "avg(retained)", "retained = 1 or lost = 1"),
    "revenue_12m": Plain("fct_customer_months", "sum(revenue_12m)", is_state=True),
    "top_tier_revenue_share": Plain(
        "fct_customer_months",
        "coalesce(sum(revenue_12m) filter (tier_end = 'top'), 0) / nullif(sum(revenue_12m), 0)",
        "tier_end is not null",
        is_state=True,
    ),
    "moved_up": Plain("fct_customer_months", "count_if(tier_start = 'other' and tier_end = 'top')"),
    "moved_down": Plain("fct_customer_months", "count_if(tier_start = 'top' and tier_end = 'other')"),
    "entered_top": Plain("fct_customer_months", "count_if(tier_start is null and tier_end = 'top')"),
    "top_tier_kept_share": Plain(
        "fct_customer_months", "avg((tier_end = 'top')::int)", "tier_start = 'top' and tier_end is not null"
    ),
    "cohort_retention": Plain("fct_customer_months", "avg(is_active_end::int)", _COHORT),
    "cohort_repurchase": Plain("fct_customer_months", "avg((orders > 0)::int)", _COHORT),
    # touchpoints, sessions, journeys
    "touchpoints": Plain("fct_touchpoints", "count(*)", "is_step"),
    "touchpoint_people": Plain("fct_touchpoints", "count(distinct person_id)", "is_step"),
    "touchpoints_per_person": Plain("fct_touchpoints", "count(*) / count(distinct person_id)", "is_step"),
    "offline_share": Plain("fct_touchpoints", "avg((presence = 'offline')::int)", "is_step and presence is not null"),
    "known_reason_share": Plain("fct_touchpoints", "avg((reason is not null)::int)", "role = 'contact'"),
    "sessions": Plain("fct_sessions", "count(*)"),
    "session_people": Plain("fct_sessions", "count(distinct person_id)"),
    "pages_per_session": Plain("fct_sessions", "avg(pages)"),
    "session_minutes": Plain("fct_sessions", "median(minutes)"),
    "session_purchase_rate": Plain("fct_sessions", "avg(has_purchase::int)"),
    "journeys": Plain("fct_journeys", "count(*)"),
    "journey_people": Plain("fct_journeys", "count(distinct person_id)"),
    "touchpoints_per_journey": Plain("fct_journeys", "avg(touchpoints)"),
    "converted_journeys": Plain("fct_journeys", "count_if(converted_at is not null)"),
    "journey_conversion_rate": Plain("fct_journeys", "avg((converted_at is not null)::int)"),
    "first_converted_journeys": Plain("fct_journeys", "count_if(is_first_converted)"),
    "journey_first_conversion_rate": Plain("fct_journeys", "avg(is_first_converted::int)"),
    "journey_days_to_purchase": Plain("fct_journeys", "median(days_to_purchase)"),
    "stage_entries": Plain("fct_stage_entries", "count(*)"),
    "stage_entry_people": Plain("fct_stage_entries", "count(distinct person_id)"),
    "stage_conversion": Plain("fct_stage_entries", "avg(is_continued::int)", _OBSERVED),
    "days_to_next_stage": Plain("fct_stage_entries", "median(days_to_next_stage)", f"{_OBSERVED} and is_continued"),
    "stalled_stage_entries": Plain("fct_stage_entries", "count_if(not is_continued)", _OBSERVED),
    "reentry_share": Plain("fct_stage_entries", "avg(is_reentry::int)"),
    "regression_share": Plain("fct_stage_entries", "avg(is_regression::int)"),
    "days_to_next_stage_p90": Plain(
        "fct_stage_entries", "quantile_cont(days_to_next_stage, 0.9)", f"{_OBSERVED} and is_continued"
    ),
    # hand-offs, tasks and what the company changed
    "handoffs": Plain("fct_handoff_events", "count(*)", _CORNERS),
    "handoff_people": Plain("fct_handoff_events", "count(distinct person_id)", _CORNERS),
    "handoff_days": Plain("fct_handoff_events", f"median({_WAITED})", _CORNERS),
    "handoff_days_p90": Plain("fct_handoff_events", f"quantile_cont({_WAITED}, 0.9)", _CORNERS),
    "handoff_loss": Plain("fct_handoff_events", "avg(is_lost::int)", f"{_CORNERS} and is_loss_observed"),
    "repeat_contact_share": Plain(
        "fct_handoff_events", "avg(has_repeat_contact::int)", f"{_CORNERS} and is_repeat_observed"
    ),
    "perception_after_handoff": Plain(
        "fct_handoff_events", "sum(perception_sum) / sum(perceptions)", f"{_CORNERS} and perceptions > 0"
    ),
    "task_attempts": Plain("fct_tasks", "count(*)"),
    "task_people": Plain("fct_tasks", "count(distinct person_id)"),
    "abandoned_task_attempts": Plain("fct_tasks", "count_if(completed_at is null)", "is_observed_long_enough"),
    "task_completion_rate": Plain("fct_tasks", "avg((completed_at is not null)::int)", "is_observed_long_enough"),
    "task_abandonment": Plain("fct_tasks", "avg((completed_at is null)::int)", "is_observed_long_enough"),
    "task_steps": Plain("fct_tasks", "median(steps)", "is_observed_long_enough"),
    "task_minutes": Plain(
        "fct_tasks", "median(date_diff('microsecond', started_at, completed_at)) / 6e7", "is_observed_long_enough"
    ),
    "initiatives": Plain("dim_initiatives", "count(*)"),
    "targets": Plain("dim_targets", "count(*)"),
    "content_views": Plain("fct_content_views", "count(*)"),
    "content_people": Plain("fct_content_views", "count(distinct person_id)"),
    "gates_shown": Plain("fct_content_views", "count_if(is_gate_shown)"),
    "gate_abandonment": Plain("fct_content_views", "avg((not is_submitted)::int)", "is_gate_shown"),
    "engaged_minutes": Plain("fct_content_views", "median(engaged_seconds) / 60"),
    "scroll_depth": Plain("fct_content_views", "avg(scroll_share)"),
    "exit_rate": Plain("fct_content_views", "avg(is_exit::int)", "page_views > 0"),
    "steps_to_content": Plain("fct_content_views", "median(steps_to_content)"),
    "reading_ease": Plain("fct_content_views", "sum(reading_ease) / nullif(count(reading_ease), 0)"),
    "gated_share": Plain("fct_content_views", "avg(is_gated::int)"),
    "content_continuation": Plain("fct_content_views", "avg(is_continued::int)", "is_observed_long_enough"),
    "gate_continuation": Plain(
        "fct_content_views", "avg(is_continued::int)", "is_observed_long_enough and is_gate_shown"
    ),
    "searches": Plain("fct_searches", "count(*)"),
    "search_people": Plain("fct_searches", "count(distinct person_id)"),
    "search_success_share": Plain("fct_searches", "avg((is_followed and coalesce(results, 1) > 0)::int)"),
    "search_without_results_share": Plain("fct_searches", "avg((results = 0)::int)", "results is not null"),
    # attribution and growth
    "conversions": Plain("fct_attribution_credits", "count(distinct conversion_id)"),
    "attributed_conversions": Plain("fct_attribution_credits", "sum(credit)", "model = 'position'"),
    "attributed_revenue": Plain("fct_attribution_credits", "sum(credited_revenue)", "model = 'position'"),
    "attributed_revenue_per_conversion": Plain(
        "fct_attribution_credits", "sum(credited_revenue) / sum(credit)", "model = 'position'"
    ),
    "attribution_coverage": Plain(
        "fct_attribution_credits",
        "count(distinct conversion_id) filter (channel <> 'unattributed') / count(distinct conversion_id)",
    ),
    "closing_share": Plain(
        "fct_attribution_credits",
        "count(distinct conversion_id) filter (model = 'last') / count(distinct conversion_id)::double",
        "channel <> 'unattributed'",
    ),
    "opening_share": Plain(
        "fct_attribution_credits",
        "count(distinct conversion_id) filter (model = 'first') / count(distinct conversion_id)::double",
        "channel <> 'unattributed'",
    ),
    "growth_credits": Plain("fct_growth_credits", "sum(credit)", "movement = 'acquired'"),
    "unattributed_growth_share": Plain(
        "fct_growth_credits",
        "coalesce(sum(credit) filter (corner = 'unattributed'), 0) / sum(credit)",
        "movement = 'acquired'",
    ),
    "credited_retention": Plain(
        "fct_growth_credits",
        "sum(credit) filter (movement = 'retained') / sum(credit) filter (movement in ('retained', 'lost'))",
    ),
    "returned_revenue": Plain("fct_channel_returns", "sum(revenue)", _RETURNS),
    "returned_conversions": Plain("fct_channel_returns", "sum(conversions)", _RETURNS),
    "return_on_ad_spend": Plain("fct_channel_returns", "sum(revenue) / nullif(sum(cost), 0)::double", _RETURNS),
    "cost_per_acquisition": Plain("fct_channel_returns", "sum(cost)::double / nullif(sum(conversions), 0)", _RETURNS),
    "outreach_contacts": Plain("fct_outreach", "count(*)"),
    "outreach_people": Plain("fct_outreach", "count(distinct person_id)"),
    "outreach_answered_share": Plain("fct_outreach", "avg(is_answered::int)"),
    "kept_after_outreach": Plain("fct_outreach", "avg(is_kept::int)", "is_before_lapse"),
    # service and public voice
    "tickets": Plain("fct_tickets", "count(*)"),
    "ticket_people": Plain("fct_tickets", "count(distinct person_id)"),
    "first_reply_hours": Plain("fct_tickets", "median(date_diff('microsecond', opened_at, first_reply_at)) / 3.6e9"),
    "answered_in_time_share": Plain(
        "fct_tickets", "avg(coalesce(first_reply_at - opened_at <= interval 24 hour, false)::int)", "is_due"
    ),
    "unanswered_tickets": Plain("fct_tickets", "count_if(is_due and first_reply_at is null)"),
    "unanswered_share": Plain("fct_tickets", "avg((first_reply_at is null)::int)", "is_due"),
    "solution_hours": Plain("fct_tickets", "median(date_diff('microsecond', opened_at, solved_at)) / 3.6e9"),
    "reopened_share": Plain("fct_tickets", "avg((reopenings > 0)::int)"),
    "ticket_satisfaction": Plain(
        "fct_tickets", "avg((ticket_satisfaction = 'good')::int)", "ticket_satisfaction is not null"
    ),
    "growth_comparisons": Plain("fct_perception_growth", "count(*)"),
    "weighed_items": Plain("fct_satisfaction_drivers", "count(*)"),
    "comments": Plain("fct_comment_topics", "count(*)"),
    "commenters": Plain("fct_comment_topics", "count(distinct commenter_id)"),
    "judged_comments": Plain("fct_comment_topics", "count(comment_sentiment)"),
    "negative_comments": Plain("fct_comment_topics", "count_if(comment_sentiment = 'negative')"),
    "negative_comment_share": Plain(
        "fct_comment_topics", "greatest(0, least(1, avg(comment_negative_weight)))", "comment_sentiment is not null"
    ),
    "comment_quotes": Plain("fct_comment_quotes", "count(*)"),
    "mentions": Plain("fct_mentions", "count_if(is_own_brand)"),
    "brand_mentions": Plain("fct_mentions", "count(*)"),
    "share_of_voice": Plain("fct_mentions", "avg(is_own_brand::int)"),
    "negative_mentions": Plain("fct_mentions", "count_if(is_own_brand and sentiment = 'negative')"),
    "negative_share": Plain(
        "fct_mentions", "greatest(0, least(1, avg(negative_weight)))", "is_own_brand and sentiment is not null"
    ),
    "negative_answered_share": Plain(
        "fct_mentions", "avg((replied_at is not null)::int)", "is_own_brand and sentiment = 'negative' and is_due"
    ),
    "negative_in_time_share": Plain(
        "fct_mentions",
        "avg(coalesce(replied_at - posted_at <= interval 24 hour, false)::int)",
        "is_own_brand and sentiment = 'negative' and is_due",
    ),
    "average_rating": Plain("fct_mentions", "avg(rating)", "is_own_brand"),
    "classifier_share": Plain(
        "fct_mentions", "avg((sentiment_by = 'classifier')::int)", "is_own_brand and sentiment is not null"
    ),
    "sentiment_coverage": Plain("fct_mentions", "avg((sentiment is not null)::int)", "is_own_brand"),
    "rated_texts": Plain("fct_sentiment_models", "sum(rated_texts)"),
    "sentiment_accuracy": Plain("fct_sentiment_models", "sum(right_ratings) / nullif(sum(tested_ratings), 0)"),
    "positive_mentions": Plain("fct_mentions", "count_if(is_own_brand and sentiment = 'positive')"),
    "positive_amplified_share": Plain(
        "fct_mentions", "avg((amplified_at is not null)::int)", "is_own_brand and sentiment = 'positive'"
    ),
    # surveys
    "mean_answer": Plain("fct_survey_answers", "avg(value)", "construct = 'overall'"),
    "choice_answers": Plain("fct_survey_choices", "count_if(is_chosen)", "choice = 'Price'"),
    "choice_responses": Plain("fct_survey_choices", "count(*)", "choice = 'Price'"),
    "choice_share": Plain("fct_survey_choices", "avg(is_chosen::int)", "choice = 'Price'"),
    "survey_answers": Plain("fct_survey_answers", "count(*)", "is_first_use"),
    "respondents": Plain("fct_survey_answers", "count(distinct person_id)"),
    "survey_responses": Plain("fct_survey_answers", "count(distinct response_id)"),
    "survey_link_share": Plain(
        "fct_survey_answers",
        "count(distinct response_id) filter (touchpoint_id is not null) / count(distinct response_id)",
    ),
    "nps": Plain("fct_survey_answers", "100 * (avg((value >= 9)::int) - avg((value <= 6)::int))", _NPS),
    "nps_answers": Plain("fct_survey_answers", "count(*)", _NPS),
    "nps_change": Change(
        Plain("fct_survey_answers", "100 * (avg((value >= 9)::int) - avg((value <= 6)::int))", _NPS), _NPS
    ),
    "nps_weighted": Plain(
        "fct_survey_answers",
        "100 * sum(weight * case when value >= 9 then 1 when value <= 6 then -1 else 0 end) / sum(weight)",
        f"{_NPS} and weight is not null",
    ),
    "answering_customers": Plain("fct_survey_reach", "count_if(n_responses > 0)"),
    "answering_share": Plain("fct_survey_reach", "avg((n_responses > 0)::int)"),
    "asked_responses": Plain("fct_survey_responses", "count(*)", "is_silence_known"),
    "response_rate": Plain("fct_survey_responses", "avg(is_answered::int)", "is_silence_known"),
    "completion_rate": Plain(
        "fct_survey_responses", "avg((n_answered >= n_questions)::int)", "is_answered and n_questions > 0"
    ),
    "kano_answers": Plain("fct_kano_answers", "count(*)"),
    "kano_better": ItemMeans("fct_kano_answers", "(kano_category in ('attractive', 'one_dimensional'))::int", _KANO),
    "kano_worse": ItemMeans("fct_kano_answers", "-(kano_category in ('must_be', 'one_dimensional'))::int", _KANO),
    "csat": Plain("fct_survey_answers", "avg(is_top_two::int)", "construct = 'csat' and is_scorable"),
    "ces": Plain("fct_survey_answers", "avg(value)", "construct = 'ces' and is_scorable"),
    "overall_score": ItemMeans("fct_survey_answers", "value_pct", "construct = 'overall' and is_scorable"),
    "perception_answers": Plain("fct_expectation_gaps", "count(*)"),
    "paired_perceptions": Plain("fct_expectation_gaps", f"count_if({_PAIRED})"),
    "unpaired_perceptions": Plain("fct_expectation_gaps", f"count_if(not {_PAIRED})"),
    "pairing_coverage": Plain("fct_expectation_gaps", f"avg(({_PAIRED})::int)"),
    "expectation_gap": ItemMeans(
        "fct_expectation_gaps", "case when gap is not null then perception - expectation end", group="pillar"
    ),
    "expectation_gap_percent": ItemMeans("fct_expectation_gaps", "perception_pct - expectation_pct", group="pillar"),
    "expectation_level": ItemMeans("fct_expectation_gaps", "expectation_pct", _PAIRED, group="pillar"),
    "perception_level": ItemMeans("fct_expectation_gaps", "perception_pct", _PAIRED, group="pillar"),
    "expectation_gap_by_importance": WeightedItems(
        "fct_expectation_gaps", "perception_pct - expectation_pct", "importance_pct", _PAIRED
    ),
    "expectation_gap_change": Change(
        ItemMeans("fct_expectation_gaps", "perception_pct - expectation_pct", group="pillar")
    ),
    "adequacy_gap": ItemMeans("fct_expectation_gaps", "perception_pct - minimum_pct", group="pillar"),
    "superiority_gap": ItemMeans("fct_expectation_gaps", "perception_pct - desired_pct", group="pillar"),
    "below_tolerance_share": ItemMeans("fct_expectation_gaps", "(perception_pct < minimum_pct)::int", group="pillar"),
    "within_tolerance_share": ItemMeans(
        "fct_expectation_gaps",
        "(perception_pct between minimum_pct and desired_pct)::int",
        "minimum_pct is not null and desired_pct is not null",
        group="pillar",
    ),
    "outcome_answers": Plain("fct_outcomes", "count(*)"),
    "outcome_shortfall": Opportunity(is_score=False),
    "opportunity_change": Change(Opportunity()),
    "outcome_importance": ItemMeans("fct_outcomes", "10 * is_important_top2::int"),
    "outcome_satisfaction": ItemMeans("fct_outcomes", "10 * is_satisfied_top2::int"),
    "opportunity_score": Opportunity(),
}

# Metrics that mean something only within one value of a dimension, and the value whose rows METRICS takes.
WITHIN: dict[str, dict[str, tuple[str, ...]]] = {
    "cohort_retention": {"months_since_acquired": ("2",)},
    "cohort_repurchase": {"months_since_acquired": ("2",)},
    "attributed_conversions": {"model": ("position",)},
    "attributed_revenue": {"model": ("position",)},
    "attributed_revenue_per_conversion": {"model": ("position",)},
    "returned_revenue": {"model": ("linear",)},
    "returned_conversions": {"model": ("linear",)},
    "return_on_ad_spend": {"model": ("linear",)},
    "cost_per_acquisition": {"model": ("linear",)},
    "growth_credits": {"movement": ("acquired",)},
    "mean_answer": {"construct": ("overall",)},
    **{metric: {"choice": ("Price",)} for metric in ("choice_answers", "choice_responses", "choice_share")},
    "unattributed_growth_share": {"movement": ("acquired",)},
    **{
        metric: {"handoff_kind": ("corner",)}
        for metric in (
            "handoffs",
            "handoff_people",
            "handoff_days",
            "handoff_days_p90",
            "handoff_loss",
            "repeat_contact_share",
            "perception_after_handoff",
        )
    },
}


def slices(
    connection: duckdb.DuckDBPyConnection,
    metric: str | Definition,
    *,
    by: Sequence[str] = (),
    monthly: bool = False,
    within: str = "true",
) -> dict[object, float]:
    """Values of the columns as text, or first day of the month, or None for all -> number; NULL numbers left out.

    Args:
        metric: its name, or a definition.
        within: the facts that are looked at, a condition on the mart's columns and on those of people.
    """
    definition = METRICS[metric] if isinstance(metric, str) else metric
    mart = definition.mart
    own = [name for (name,) in connection.execute(f"select column_name from (describe marts.{mart})").fetchall()]
    joined, joins = [], ""
    if "person_id" in own:
        joined += [f"p.{name}" for name in PEOPLE if name not in own]
        joined += [f"c.{name}" for name in CUSTOMERS if name not in own]
        joins += " left join marts.dim_people as p on p.person_id = f.person_id"
        joins += " left join marts.dim_customers as c on c.person_id = f.person_id"
    if "account_id" in own:
        joined += [f"a.{name}" for name in ACCOUNTS if name not in own]
        joins += " left join marts.dim_accounts as a on a.account_id = f.account_id"
    if "response_id" in own:
        joined += [f"r.{name}" for name in RESPONSES if name not in own]
        joins += " left join marts.fct_survey_responses as r on r.response_id = f.response_id"
    everything = f"select {', '.join(['f.*', *joined])} from marts.{mart} as f{joins}"
    facts = f"with facts as (select * from ({everything}) where {within})"
    # A state by month is that of every month: each is its own last.
    if monthly and isinstance(definition, Plain) and definition.is_state:
        definition = Plain(definition.mart, definition.value, definition.rows)
    columns = ", ".join(f'"{name}"::varchar' for name in by)
    dated_by = (definition.dated_by if isinstance(definition, Plain) else None) or DATED_BY[mart]
    slice_by = f"date_trunc('month', {dated_by})::date" if monthly else (f"[{columns}]" if by else "null")
    rows = connection.execute(f"{facts} select * from ({definition.query(slice_by)})").fetchall()
    return {tuple(key) if by else key: float(value) for key, value in rows if value is not None}
