"""What the best customers are and will be worth. In: a session and the reader's filters. Out: drawn cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from app.kit import cards, charts, sentences
from app.kit.findings import MIN_N
from app.kit.formatting import count_of, day, markdown_safe, number, percent, words
from app.kit.grids import grid
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.kit.tables import pivot
from app.who import charts as value_charts
from app.who import sentences as who_sentences
from app.who.findings import Mark, find_contexts, find_marks
from serving import Answer, AnswerRow

# Beyond this many dots the chart is a list: the strongest are shown, the download has all.
DOTS = 14
WANTS = 9
PROFILE, CONTEXT = "profile_index", "context_index"
MODEL_ERRORS = ("value_model_total_error", "value_model_error")
# Bands of the number of orders without a repeat purchase.
NO_REPEAT = ("0", "1")
# Answers that are compared in pairs are shown by the one that says something.
STRONG_ANSWERS = ("important", "expected highly")
OTHER_ANSWERS = ("less important", "expected less")


def predicted(session: PageSession, filters: Filters, *, label: str) -> None:
    """Predicted value per customer with its interval: of the top tier, or of the segment or region chosen.

    Bounds are drawn for one dimension at a time: with two filters no number has an interval.
    """
    chosen = {"segment": filters.segment, "region": filters.region}
    named = [(dimension, value) for dimension, value in chosen.items() if value is not None]
    missed = who_sentences.missed(session.one("value_backtest_error"), is_filtered=bool(named))
    if len(named) > 1:
        name = "Predicted value per customer"
        cards.stated(session, "predicted_value_per_customer", where=filters.where, label=name, note=missed)
        return
    dimension, value = named[0] if named else ("value_tier", "top")
    cards.stated(
        session,
        "predicted_value_mean",
        where={"interval_dimension": (dimension,), "interval_value": (value,)},
        label=label if not named else f"Predicted value, {value}",
        note=f"the coming {session.settings.horizon_months} months; {missed}",
    )


def repurchase(session: PageSession, filters: Filters) -> None:
    """Who orders again some months after the first order: beside retention, which one purchase is enough for."""
    month = who_sentences.COHORT_MONTH
    cards.stated(
        session,
        "cohort_repurchase",
        where={**filters.where, "months_since_acquired": (str(month),)},
        label=f"Order again in month {month}",
        note=f"who order in month {month} after their first order, of all who became customers so long ago",
    )


def concentration(session: PageSession, share: AnswerRow | None) -> None:
    """The Pareto curve, over all customers."""
    answer = session.ask("revenue_concentration", by=("top_percent",))
    top = session.settings.top_tier
    title = who_sentences.pareto(answer.rows, top_tier=top)
    with cards.evidence(session, title, [answer], ["revenue_concentration"], key="pareto"):
        steps = [row for row in answer.rows if row.value is not None]
        if not steps:
            cards.nothing_to_show(answer, what="Revenue by customer")
            return
        point = round(100 * top)
        marked = next((row for row in steps if row.dimensions["top_percent"] == str(point)), None)
        text = f"Top {percent(top)} = {percent(marked.value or 0.0)}" if marked else ""
        cards.chart(
            value_charts.pareto(
                [{"customers": int(str(row.dimensions["top_percent"])) / 100, "revenue": row.value} for row in steps],
                point=point,
                text=text,
            ),
            alt_text=f"Curve of cumulative revenue over customers. {title}.",
            key="pareto_chart",
            # Steps come in the order of their names: the one of all customers is not the last.
            note=f"All {count_of(max(row.n or 0 for row in steps), 'customer')} with revenue in the twelve months to "
            f"{day(session.document.as_of_on)}, independent of the filter. The dashed line is an even spread."
            + (
                f" Within the filter the tier brings {percent(share.value)}."
                if share and share.value and who_sentences.is_readable(share)
                else ""
            ),
        )


def profile(session: PageSession, answer: Answer) -> None:
    """What the best are, against all: index dots."""
    marks = find_marks(answer.rows)
    title = who_sentences.marks_found(answer.rows)
    with cards.evidence(session, title, [answer], [PROFILE], key="profile"):
        rows = [row for row in answer.rows if row.status == "ok" and row.value is not None]
        found: dict[tuple[str, ...], Mark] = {(mark.attribute, mark.value): mark for mark in marks}
        labels = {
            id(row): f"{words(str(row.dimensions['attribute']))}: {row.dimensions['attribute_value']}" for row in rows
        }
        keys = {id(row): (str(row.dimensions["attribute"]), str(row.dimensions["attribute_value"])) for row in rows}
        if not _index_chart(
            rows,
            labels,
            keys,
            found,
            key="profile_chart",
            alt=f"Dot plot of attribute values: {title}.",
            note=f"All customers, independent of the filter: {len(marks)} of "
            f"{who_sentences.compared(answer.rows, ('attribute', 'attribute_value'), 'values') or 'none'} differ "
            "clearly (95%, corrected for the number of comparisons).",
        ):
            cards.nothing_to_show(answer, what="The profile")


def context(session: PageSession) -> None:
    """What the best want, expect and first looked at, against all."""
    answer = session.ask(CONTEXT, by=("context", "context_value"))
    asked = [row for row in answer.rows if row.dimensions.get("context_value") not in OTHER_ANSWERS]
    rows = [row for row in asked if row.status == "ok" and row.value is not None]
    found = [mark for mark in find_contexts(answer.rows) if mark.value not in OTHER_ANSWERS]
    shown: dict[tuple[str, ...], Mark] = {(mark.attribute, mark.value): mark for mark in found}
    title = who_sentences.context(len(shown), asked)
    with cards.evidence(session, title, [answer], [CONTEXT], key="context"):
        labels = {id(row): _context_label(row) for row in rows}
        keys = {id(row): (str(row.dimensions["context"]), str(row.dimensions["context_value"])) for row in rows}
        if not _index_chart(
            rows,
            labels,
            keys,
            shown,
            key="context_chart",
            dots=WANTS,
            alt=f"Dot plot: {title}.",
            note="Outcomes called important, expectations in the two highest boxes, and the content "
            "that was looked at first; all customers, independent of the filter, corrected for the number of "
            "comparisons.",
        ):
            cards.nothing_to_show(answer, what="What the best want and expect")


def _context_label(row: AnswerRow) -> str:
    """`Want: get it fast`; of content, which one."""
    what, value = str(row.dimensions["context"]), str(row.dimensions["context_value"])
    return words(what) if value in STRONG_ANSWERS else f"{words(what)}: {value}"


def _index_chart(
    rows: Sequence[AnswerRow],
    labels: Mapping[int, str],
    keys: Mapping[int, tuple[str, ...]],
    found: Mapping[tuple[str, ...], Mark],
    *,
    key: str,
    alt: str,
    note: str,
    dots: int = DOTS,
) -> bool:
    """Dots of the marks first, then of the furthest from 100; False where there is none."""
    ordered = sorted(rows, key=lambda row: (keys[id(row)] not in found, -abs((row.value or 100.0) - 100.0)))[:dots]
    records = []
    for row in sorted(ordered, key=lambda row: -(row.value or 0.0)):
        value = row.value or 0.0
        records.append(
            {
                "label": labels[id(row)],
                "value": value,
                "low": row.low if row.low is not None else value,
                "high": row.high if row.high is not None else value,
                "text": number(value, "index"),
                "note": sentences.interval_note(row, "index"),
                "direction": "Not proven"
                if keys[id(row)] not in found
                else "More common"
                if value > 100
                else "Less common",
            }
        )
    if not records:
        return False
    cards.chart(
        charts.index_dots(records, axis="Index (all customers: 100)"),
        alt_text=alt,
        key=key,
        note="Circles are more common in the top tier, diamonds less, squares not proven. Lines are 95% intervals. "
        + note,
    )
    return True


def forecast(session: PageSession, filters: Filters) -> None:
    """The back-test: forecast against fact by tenth, and the model beside going on as before."""
    total, errors = (_of_models(session.ask(name, by=("value_model",))) for name in MODEL_ERRORS)
    known = {str(row.dimensions.get("value_model")): row for row in errors.rows if row.value is not None}
    candidates: dict[str, float] = {
        name: known[name].value or 0.0 for name in (*who_sentences.CANDIDATES, "naive") if name in known
    }
    model = min(candidates, key=lambda name: candidates[name]) if candidates else None
    of_chosen = next(
        (row for row in total.rows if row.dimensions.get("value_model") == model),
        AnswerRow(metric="value_model_total_error", status="no_data"),
    )
    left, right = st.columns([11, 9], gap="small")
    with left:
        tenths = [session.ask(name, by=("value_tenth",)) for name in ("value_forecast_by_tenth", "value_fact_by_tenth")]
        title = sentences.of_all_customers(who_sentences.back_test(of_chosen, model=model), filters.where)
        names = ["value_forecast_by_tenth", "value_fact_by_tenth", "value_backtest_error", "value_calibration_error"]
        with cards.evidence(session, title, tenths, names, key="calibration"):
            expected, bought = ({row.dimensions.get("value_tenth"): row for row in answer.rows} for answer in tenths)
            records = [
                {
                    "tenth": int(str(tenth)),
                    "forecast": row.value,
                    "fact": bought[tenth].value,
                    "note": count_of(row.n or 0, "customer"),
                }
                for tenth, row in expected.items()
                if tenth is not None and row.value is not None and tenth in bought and bought[tenth].value is not None
            ]
            if records:
                cards.chart(
                    value_charts.calibration(records, axis=f"{session.currency} per customer", pattern=",.0f"),
                    alt_text=f"Forecast and fact of net revenue by tenth of the customers. {title}.",
                    key="calibration_chart",
                    note="Net revenue per customer of the held-out months, by tenth of the forecast: what the model "
                    "said before it saw them, and what was bought.",
                )
            else:
                cards.nothing_to_show(tenths[0], what="The back-test")
    with right:
        title = sentences.of_all_customers(who_sentences.chosen_model(errors.rows), filters.where)
        with cards.evidence(session, title, [errors, total], MODEL_ERRORS, key="value_models"):
            _models(session, errors, total)
            definition = session.definitions["predicted_value_12m"]
            if definition.badge == "provisional":
                why = markdown_safe(definition.badge_reason)
                st.info(f"Predicted values are provisional: {why}.", icon=":material/experiment:")


def _of_models(answer: Answer) -> Answer:
    """Rows of models that forecast orders; the others have no back-test of their own."""
    rows = tuple(
        row for row in answer.rows if row.dimensions.get("value_model", "") in ("", *who_sentences.MODEL_NAMES)
    )
    return replace(answer, rows=rows)


def _models(session: PageSession, errors: Answer, total: Answer) -> None:
    if not any(row.value is not None for row in errors.rows):
        cards.nothing_to_show(errors, what="The comparison of models")
        return
    cards.table(
        pivot(
            [errors, total],
            "value_model",
            session.definitions,
            heading="Forecast",
            currency=session.currency,
            spoken=who_sentences.MODEL_NAMES,
        ),
        session,
        alt_text="Error of each forecast for a single customer and for the total",
        key="value_models_table",
        note="The forecast with the smaller error for a single customer (root mean square) values customers; the check "
        "model is never chosen. Contracts are valued by how long contracts last.",
    )


def worth_by_group(session: PageSession, filters: Filters) -> None:
    """Predicted value by what customers are like and who they are."""
    answer = session.ask("predicted_value_per_customer", by=("motivation", "age_band"), where=filters.where)
    rows = [row for row in answer.rows if row.dimensions.get("motivation") and row.dimensions.get("age_band")]
    title = sentences.spread(
        [
            AnswerRow(
                metric=row.metric,
                value=row.value,
                n=row.n,
                status=row.status,
                dimensions={"group": f"{row.dimensions['motivation']}, {row.dimensions['age_band']}"},
            )
            for row in rows
        ],
        "group",
        what="Predicted value per customer",
        unit="currency",
        currency=session.currency,
    )
    with cards.evidence(session, title, [answer], ["predicted_value_per_customer"], key="worth"):
        shown = [
            {
                "row": row.dimensions["motivation"],
                "column": row.dimensions["age_band"],
                "value": row.value if (row.n or 0) >= MIN_N else None,
                "text": number(row.value, "currency", currency=session.currency)
                if row.value is not None and (row.n or 0) >= MIN_N
                else "too few"
                if row.value is not None
                else "hidden",
            }
            for row in rows
        ]
        if any(cell["value"] is not None for cell in shown):
            grid(
                charts.matrix(shown, columns=sorted({str(cell["column"]) for cell in shown}), pattern=",.0f"),
                shown,
                columns={"row": "Motivation", "column": "Age", "text": "Per customer"},
                alt_text=f"Grid of predicted value by motivation and age. {title}.",
                key="worth_chart",
                note=f"What a customer is expected to bring in the coming {session.settings.horizon_months} months, by "
                f"motivation and age. Too few: under {MIN_N} customers.",
            )
        else:
            cards.nothing_to_show(answer, what="Value by motivation and age")


def recency_and_frequency(session: PageSession, filters: Filters) -> None:
    """Customers by recency and frequency of purchases."""
    names = ("customers", "lifetime_revenue_per_customer", "predicted_value_per_customer")
    answers = [session.ask(name, by=("rfm_segment",), where=filters.where) for name in names]
    repeated = bought_again(session.values("order_band"))
    if repeated:
        where = {**filters.where, "order_band": repeated}
        answers.append(session.ask("p_alive", by=("rfm_segment",), where=where))
    alive = session.definitions["p_alive"]
    definitions = {**session.definitions, "p_alive": replace(alive, label=f"{alive.label} (repeat buyers)")}
    order = ("champions", "loyal", "recent", "fading", "at risk", "lapsed")
    cards.breakdown(
        session,
        answers,
        "rfm_segment",
        heading="Segment",
        alt_text="Customers, revenue and predicted value by recency and frequency",
        key="rfm",
        order=order,
        definitions=definitions,
        note=f"As of {day(session.document.as_of_on)}. Fifths by rank among all who ever ordered; equal customers "
        "share the lowest of their ranks, so that ties are not broken by chance. One purchase cannot tell whether a "
        "customer will come back: the probability of being alive leaves out who bought once.",
    )


def bought_again(bands: Sequence[str]) -> tuple[str, ...]:
    """The bands of the number of orders that hold repeat purchases only; the model takes who bought once as alive."""
    return tuple(band for band in bands if band not in NO_REPEAT)
