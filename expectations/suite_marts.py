"""What must hold of the marts before readers may see them: marts in, as their YAML declares them, rules out.

Keys, references, conditions of a row and control totals come from the YAML. Reconciliations of marts with each other
stand here and nowhere else; those that need staging are dbt's tests.

Three behaviours: keys, reconciliations and privacy block the release; a broken value withholds the metrics that depend
on it; a surprising level warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from expectations.marts import Mart, Reference
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

_TOTALS = "marts.fct_control_totals"


def _total(mart: Mart, total: str, aggregate: str) -> Rule:
    """A total that staging does not count fails, too: it could hold anything."""
    return no_rows(
        f"{total}_agree_with_control_total",
        mart.table,
        # Names and aggregates come from a mart's YAML, not from input.
        f"""
        select '{total}' as total
        from (select {aggregate} as value from {{batch}} as mart) as counted
        left join {_TOTALS} as totals
            on totals.total = '{total}' and totals.mart = '{mart.table.split(".")[-1]}'
        where coalesce(abs(totals.value - counted.value) > 0.005, true)
        """,  # noqa: S608
        description=f"{total.capitalize()} counted from staging equal {total} in the mart.",
        behaviour="block",
    )


def _every_total_is_compared(marts: Iterable[Mart]) -> Rule:
    known = ", ".join(f"'{mart.table.split('.')[-1]}.{total}'" for mart in marts for total, _ in mart.control_totals)
    return no_rows(
        "every_total_is_compared_with_its_mart",
        _TOTALS,
        f"select total from {{batch}} where mart || '.' || total not in ({known})",  # noqa: S608
        description="Every control total is one that its mart declares, and so compares itself with.",
        behaviour="block",
    )


def _reference(mart: Mart, reference: Reference) -> Rule:
    return no_rows(
        f"{reference.column}_is_in_{reference.table.split('.')[-1]}",
        mart.table,
        f"""
        select fact.{reference.column}
        from {{batch}} as fact
        left join {reference.table} as named on fact.{reference.column} = named.{reference.field}
        where fact.{reference.column} is not null and named.{reference.field} is null
        """,  # noqa: S608
        description=f"Every {reference.column} is in {reference.table.split('.')[-1]}.",
        behaviour="block",
    )


def _conditions(mart: Mart) -> Rule:
    broken = " or ".join(f"not coalesce({_literally(condition)}, false)" for condition in mart.conditions)
    return no_rows(
        "rows_keep_what_the_mart_declares",
        mart.table,
        f"select 1 as broken from {{batch}} where {broken}",  # noqa: S608
        description=f"Every row keeps: {'; '.join(mart.conditions)}.",
        behaviour="block",
    )


def _literally(sql: str) -> str:
    """SQL whose braces and colons GX and SQLAlchemy take for no parameters of theirs."""
    return re.sub(r"(?<!:):(?=\w)", r"\\:", sql.replace("{", "{{").replace("}", "}}"))


def rules(marts: Iterable[Mart]) -> list[Rule]:
    """Rules of the marts gate, in the order in which they are reported.

    Args:
        marts: all marts, each with what its YAML declares; the rules below are those that no YAML can declare.
    """
    suite: list[Rule] = []
    marts = tuple(marts)
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
        suite += [
            _reference(mart, reference)
            for reference in mart.references
            if (reference.column, reference.table) != ("person_id", _PEOPLE)
        ]
        suite += [_conditions(mart)] if mart.conditions else []
        suite += [_total(mart, total, aggregate) for total, aggregate in mart.control_totals]
    suite += [_every_total_is_compared(marts)] if any(mart.control_totals for mart in marts) else []
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
            "journeys_hold_every_touchpoint_once",
            "marts.fct_journeys",
            """
            with by_touchpoint as (
                select
                    person_id,
                    count(*) as touchpoints,
                    count(distinct case when is_conversion_event then journey_id end) as converted_journeys,
                    sum(case when presence = 'offline' then 1 else 0 end) as offline_touchpoints
                from marts.fct_touchpoints
                where is_step
                group by person_id
            ),
            by_journey as (
                select
                    person_id,
                    sum(touchpoints) as touchpoints,
                    sum(case when is_converted then 1 else 0 end) as converted_journeys,
                    sum(offline_touchpoints) as offline_touchpoints
                from {batch} as mart
                group by person_id
            )
            select coalesce(by_touchpoint.person_id, by_journey.person_id) as person_id
            from by_touchpoint
            full outer join by_journey on by_touchpoint.person_id = by_journey.person_id
            where
                by_touchpoint.touchpoints is distinct from by_journey.touchpoints
                or by_touchpoint.converted_journeys is distinct from by_journey.converted_journeys
                or by_touchpoint.offline_touchpoints is distinct from by_journey.offline_touchpoints
            """,
            description="A person's journeys hold the person's steps and conversions, each once.",
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
        no_rows(
            "order_lines_add_up_to_their_orders",
            "marts.fct_order_line_totals",
            """
            select share from (
                select avg(case when agreement = 'differs' then 1 else 0 end) as share
                from {batch}
                where agreement <> 'unknown'
            ) as shares
            where share > 0.05
            """,
            description="At least 95% of orders differ from their lines by no more than tax, delivery and discount.",
            behaviour="warn",
        ),
    ]
