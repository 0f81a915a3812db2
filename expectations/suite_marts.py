"""What must hold of the marts before readers may see them. Data only.

Three behaviours: keys, reconciliations and privacy block the release; a broken value withholds the metrics that depend
on it; a surprising level warns.
"""

from __future__ import annotations

from collections.abc import Iterable

from expectations.marts import Mart
from expectations.rules import Rule, between, in_set, key, no_rows, not_null, unique_together
from workspace.vocabulary import CONSTRUCTS, CORNERS, OUTCOME_KINDS, PILLARS, PRESENCES, STAGES

# Where all people are: a fact of a person who is not here would be lost from every sliced number.
_PEOPLE = "marts.dim_people"
_KNOWN_PEOPLE = """
select fact.person_id
from {batch} as fact
left join marts.dim_people as people on fact.person_id = people.person_id
where fact.person_id is not null and people.person_id is null
"""

# total in fct_control_totals -> the same total from the mart.
_TOTALS = {
    "marts.fct_orders": {
        "orders": "select count(*) from {batch} where kind = 'sale'",
        "revenue": "select coalesce(sum(revenue), 0) from {batch}",
    },
    "marts.dim_customers": {"customers": "select count(*) from {batch}"},
    "marts.dim_people": {"people": "select count(*) from {batch} where not is_account"},
    "marts.fct_touchpoints": {"touchpoints": "select count(*) from {batch}"},
    "marts.fct_survey_answers": {"answers": "select count(*) from {batch}"},
    "marts.fct_contracts": {"contracts": "select count(*) from {batch}"},
    "marts.fct_tickets": {"tickets": "select count(*) from {batch}"},
    "marts.fct_mentions": {"mentions": "select count(*) from {batch}"},
}


def _total(table: str, total: str, query: str) -> Rule:
    return no_rows(
        f"{total}_agree_with_control_total",
        table,
        # Names and queries are the fixed ones above.
        f"select total from marts.fct_control_totals where total = '{total}' and abs(value - ({query})) > 0.005",  # noqa: S608
        description=f"{total.capitalize()} counted from staging equal {total} in the mart.",
        behaviour="block",
    )


def rules(marts: Iterable[Mart]) -> list[Rule]:
    """Rules of the marts gate, in the order of the report.

    Args:
        marts: all marts. Keys and known people are checked of each of them, as its YAML declares them.
    """
    suite: list[Rule] = []
    for mart in marts:
        for columns in mart.keys:
            suite += key(mart.table, columns[0]) if len(columns) == 1 else [unique_together(mart.table, columns)]
        if mart.has_people and mart.table != _PEOPLE:
            suite.append(
                no_rows(
                    "people_are_known",
                    mart.table,
                    _KNOWN_PEOPLE,
                    description="Every person is in dim_people.",
                    behaviour="block",
                )
            )
    for table, totals in _TOTALS.items():
        suite += [_total(table, total, query) for total, query in totals.items()]
    suite += [*_reconciliations(), *_vocabulary(), *_values(), *_levels()]
    return suite


def _reconciliations() -> list[Rule]:
    return [
        no_rows(
            "revenue_agrees_with_orders",
            "marts.dim_customers",
            """
            select 'revenue' as total
            from (select coalesce(sum(revenue), 0) as value from {batch} as mart) as customers
            cross join (
                select coalesce(sum(orders.revenue), 0) as value
                from marts.fct_orders as orders
                inner join marts.dim_customers as customers on orders.person_id = customers.person_id
            ) as orders
            where abs(customers.value - orders.value) > 0.005
            """,
            description="Customers' revenue sums to the orders' revenue.",
            behaviour="block",
        ),
        no_rows(
            "revenue_agrees_with_orders",
            "marts.fct_customer_months",
            """
            select 'revenue' as total
            from (select coalesce(sum(revenue), 0) as value from {batch} as mart) as months
            cross join (
                select coalesce(sum(revenue), 0) as value from marts.fct_orders where not is_without_person
            ) as orders
            where abs(months.value - orders.value) > 0.005
            """,
            description="Months' revenue sums to the revenue of orders with a known customer.",
            behaviour="block",
        ),
        no_rows(
            "active_customers_reconcile",
            "marts.fct_customer_months",
            """
            select month_on
            from {batch}
            group by month_on
            having
                sum(case when is_active_end then 1 else 0 end)
                <> sum(case when is_active_start then 1 else 0 end) + sum(acquired) + sum(reactivated) - sum(lost)
            """,
            description="Active at the end = active at the start + acquired + reactivated - lost.",
            behaviour="block",
        ),
        no_rows(
            "touchpoints_agree_with_journeys",
            "marts.fct_journeys",
            """
            select 'touchpoints' as total
            from (select coalesce(sum(touchpoints), 0) as value from {batch} as mart) as journeys
            cross join (select count(*) as value from marts.fct_touchpoints) as touchpoints
            where journeys.value <> touchpoints.value
            """,
            description="Every touchpoint belongs to one journey.",
            behaviour="block",
        ),
        no_rows(
            "perceptions_agree_with_answers",
            "marts.fct_expectation_gaps",
            """
            select 'perceptions' as total
            from (select count(*) as value from {batch} as mart) as gaps
            cross join (
                select count(*) as value from marts.fct_survey_answers
                where construct = 'perception' and value is not null
            ) as answers
            where gaps.value <> answers.value
            """,
            description="Every perception answer is in the gaps, paired or not.",
            behaviour="block",
        ),
        no_rows(
            "accounts_are_known",
            "marts.account_members",
            """
            select members.account_id
            from {batch} as members
            left join marts.dim_accounts as accounts on members.account_id = accounts.account_id
            where accounts.account_id is null
            """,
            description="Every membership is one of a known account.",
            behaviour="block",
        ),
        no_rows(
            "sessions_are_known",
            "marts.fct_content_views",
            """
            select content_views.session_id
            from {batch} as content_views
            left join marts.fct_sessions as sessions on content_views.session_id = sessions.session_id
            where sessions.session_id is null
            """,
            description="Every content view belongs to a session.",
            behaviour="block",
        ),
    ]


def _vocabulary() -> list[Rule]:
    return [
        in_set("marts.fct_orders", "kind", ("sale", "refund", "cancel")),
        in_set("marts.fct_touchpoints", "stage", STAGES),
        in_set("marts.fct_touchpoints", "corner", CORNERS, behaviour="withhold"),
        in_set("marts.fct_touchpoints", "presence", PRESENCES, behaviour="withhold"),
        in_set("marts.fct_stage_entries", "stage", STAGES),
        in_set("marts.fct_customer_months", "state", ("prospect", "new", "retained", "reactivated", "lost", "former")),
        in_set("marts.dim_customers", "value_tier", ("top", "other")),
        in_set("marts.fct_survey_answers", "construct", CONSTRUCTS),
        in_set("marts.fct_expectation_gaps", "pillar", PILLARS, behaviour="withhold"),
        in_set("marts.fct_expectation_gaps", "pairing", ("same_response", "same_person", "none")),
        in_set("marts.fct_outcomes", "kind", OUTCOME_KINDS, behaviour="withhold"),
        in_set("marts.fct_mentions", "sentiment", ("positive", "neutral", "negative"), behaviour="withhold"),
        in_set("marts.fct_tickets", "ticket_satisfaction", ("good", "bad"), behaviour="withhold"),
        not_null("marts.fct_touchpoints", "occurred_on"),
        not_null("marts.fct_orders", "occurred_on"),
    ]


def _values() -> list[Rule]:
    return [
        between("marts.fct_orders", "amount", 0, None, behaviour="withhold"),
        between("marts.fct_survey_answers", "value_pct", 0, 100, behaviour="withhold"),
        between("marts.fct_expectation_gaps", "gap_pct", -100, 100, behaviour="withhold"),
        between("marts.fct_profile_index", "share_top", 0, 1, behaviour="withhold"),
        between("marts.fct_contracts", "amount_per_month", 0, None, behaviour="withhold"),
        between("marts.fct_tickets", "first_reply_hours", 0, None, behaviour="withhold"),
        between("marts.fct_mentions", "reply_hours", 0, None, behaviour="withhold"),
        between("marts.fct_journey_transitions", "share", 0, 1, behaviour="withhold"),
        between("marts.fct_satisfaction_drivers", "relative_weight", 0, 1, behaviour="withhold"),
        between("marts.fct_perception_growth", "share_below", 0, 1, behaviour="withhold"),
        no_rows(
            "value_at_stake_lies_in_its_interval",
            "marts.fct_perception_growth",
            """
            select growth_subject from {batch}
            where value_at_stake < value_at_stake_low or value_at_stake > value_at_stake_high
            """,
            description="A value at stake lies within its interval.",
            behaviour="withhold",
        ),
        no_rows(
            "quotes_hold_no_personal_data",
            "marts.fct_comment_quotes",
            """
            select quote from {batch}
            where
                regexp_matches(quote, '@|www[.]|https?:')
                or regexp_matches(quote, '[0-9][ /-]?[0-9][ /-]?[0-9][ /-]?[0-9][ /-]?[0-9]')
            """,
            description="No quote holds an address, a link or a long number.",
            behaviour="block",
        ),
        no_rows(
            "journeys_run_forward",
            "marts.fct_journeys",
            "select journey_id from {batch} where ended_at < started_at",
            description="A journey does not end before it starts.",
            behaviour="withhold",
        ),
        no_rows(
            "answers_are_on_their_scale",
            "marts.fct_survey_answers",
            """
            select answer_id from {batch}
            where value is not null and scale_min is not null and (value < scale_min or value > scale_max)
            """,
            description="A value lies on the scale that the codebook declares.",
            behaviour="withhold",
        ),
    ]


def _levels() -> list[Rule]:
    # Levels warn: they are news about the data, not faults of the warehouse.
    return [
        no_rows(
            "touchpoints_have_a_channel",
            "marts.fct_touchpoints",
            """
            select share from (
                select avg(case when channel is null then 1 else 0 end) as share from {batch}
            ) as shares
            where share > 0.05
            """,
            description="At least 95% of touchpoints have a channel.",
            behaviour="warn",
        ),
        no_rows(
            "perceptions_are_paired",
            "marts.fct_expectation_gaps",
            """
            select share from (
                select avg(case when pairing = 'none' then 1 else 0 end) as share from {batch}
            ) as shares
            where share > 0.5
            """,
            description="At least half of the perception answers have an expectation beside them.",
            behaviour="warn",
        ),
    ]
