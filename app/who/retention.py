"""Who stays, and who moves between tiers. In: a session and the reader's filters. Out: drawn cards."""

from __future__ import annotations

import streamlit as st

from app.kit import cards, charts, initiatives, sentences
from app.kit.failures import part
from app.kit.findings import MIN_N
from app.kit.formatting import hidden_note, percent, words
from app.kit.grids import grid
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.kit.tables import pivot
from app.shell.page import period_in_words
from app.who import charts as value_charts
from app.who import sentences as who_sentences
from serving import Answer

# Months of a cohort that are shown; the download has all. Seven columns can be read on a telephone.
COHORT_MONTHS = ("1", "2", "3", "6", "9", "12", "18")


def retention(session: PageSession, filters: Filters) -> None:
    """Cohorts, as far as they are fully observed, and how long customers last."""
    left, right = st.columns([11, 9], gap="small")
    with left, part("Who orders again"):
        cohorts(session, filters)
    with right, part("How long customers last"):
        _lasting(session, filters)


def cohorts(session: PageSession, filters: Filters) -> None:
    """Who orders again, by the quarter in which they were won."""
    answer = session.ask("cohort_repurchase", by=("acquired_in", "months_since_acquired"), where=filters.where)
    title = who_sentences.cohorts(answer.rows)
    with cards.evidence(session, title, [answer], ["cohort_repurchase"], key="cohorts"):
        rows = [
            row
            for row in answer.rows
            if row.dimensions.get("acquired_in")
            and row.dimensions.get("months_since_acquired") in COHORT_MONTHS
            and row.value is not None
            and (row.n or 0) >= MIN_N
        ]
        if rows:
            cells = [
                {
                    "row": row.dimensions["acquired_in"],
                    "column": row.dimensions["months_since_acquired"],
                    "value": row.value,
                    "text": percent(row.value or 0.0),
                }
                for row in rows
            ]
            grid(
                charts.matrix(cells, columns=COHORT_MONTHS, pattern=".1%", across="Months since the first order"),
                cells,
                columns={"row": "Cohort", "column": "Month", "text": "Order"},
                alt_text=f"Grid of the share of a cohort that orders, by months since the first order. {title}.",
                key="cohorts_chart",
                note="Share of the customers won in a quarter who order in the month so many months later. Only "
                f"cells that are fully observed, of at least {MIN_N} customers."
                + (f" {hidden_note(session.min_cell)}" if _hides(answer) else ""),
            )
        else:
            cards.nothing_to_show(answer, what="Cohorts")


def _hides(answer: Answer) -> bool:
    """Whether a cell is hidden to protect people."""
    return any(row.status == "suppressed" for row in answer.rows)


def _lasting(session: PageSession, filters: Filters) -> None:
    active = f"stay active (within {session.settings.active_days} days of their last purchase)"
    curves = {"activity": active, "contract": "keep their contract"}
    group = ("segment", filters.segment) if filters.segment and not filters.region else ("all", "all")
    known = [name for name in curves if name in session.values("curve")]
    curve = known[0] if known else "activity"
    if len(known) > 1:
        curve = (
            st.segmented_control(
                "Curve",
                known,
                default=known[0],
                required=True,
                format_func=words,
                key="curve",
                bind="query-params",
                label_visibility="collapsed",
            )
            or curve
        )
    where = {"curve": (curve,), "curve_dimension": (group[0],), "curve_value": (group[1],)}
    answer = session.ask("survival_share", by=("months_since",), where=where)
    title = who_sentences.lasting(answer.rows, what=curves[curve])
    if group == ("all", "all"):
        title = sentences.of_all_customers(title, filters.where)
    with cards.evidence(session, title, [answer], ["survival_share"], key="lasting"):
        rows = [row for row in answer.rows if row.value is not None]
        if rows:
            cards.chart(
                value_charts.survival(
                    sorted(
                        (
                            {
                                "month": int(str(row.dimensions["months_since"])),
                                "value": row.value,
                                "low": row.low,
                                "high": row.high,
                                "note": sentences.interval_note(row, "share"),
                            }
                            for row in rows
                        ),
                        key=lambda record: int(str(record["month"])),
                    ),
                    axis="Share that lasts longer",
                ),
                alt_text=f"Kaplan-Meier curve. {title}.",
                key="lasting_chart",
                note="Kaplan-Meier: who still goes on is kept at risk as long as they were seen. The band is the 95% "
                f"interval. Who stays active leaves less than {session.settings.active_days} days between two sales: "
                "nobody can be lost sooner. How many order again is shown beside.",
            )
        else:
            cards.nothing_to_show(answer, what="How long customers last")


def tier_moves(session: PageSession, filters: Filters, *, split: str | None) -> None:
    """Who rose into the top tier and who fell out of it, and when."""
    monthly = [session.shown(name, filters, grain="month") for name in ("moved_up", "moved_down")]
    totals = [session.shown(name, filters).one(name) for name in ("moved_up", "moved_down", "entered_top")]
    title = who_sentences.tier_moves(*totals)
    left, right = st.columns([11, 9], gap="small")
    with left, cards.evidence(session, title, monthly, ["moved_up", "moved_down"], key="tier_moves"):
        up, down = ({row.period: row.value for row in answer.rows if row.value is not None} for answer in monthly)
        months = sorted(month for month in up if month is not None and month in down)
        if months:
            changed = initiatives.marks(session, "moved_up", filters.window)
            cards.chart(
                value_charts.moves(
                    [{"period": month, "up": up[month], "down": down[month]} for month in months], marks=changed
                ),
                alt_text=f"Bars of moves up and down between tiers by month. {title}.",
                key="tier_moves_chart",
                note="Moves between the tier at a month's beginning and at its end; a customer who rises and falls "
                f"again counts twice. {initiatives.note(changed)}"
                + (f" {hidden_note(session.min_cell)}" if any(_hides(answer) for answer in monthly) else ""),
            )
        else:
            cards.nothing_to_show(monthly[0], what="Moves between tiers")
    with right:
        names = ("moved_up", "moved_down", "top_tier_kept_share")
        answers = [session.shown(name, filters, by=(split,)) for name in names] if split else []
        with cards.evidence(session, "Who moved", answers, names, key="movers"):
            if split:
                cards.table(
                    pivot(answers, split, session.definitions, heading=words(split), currency=session.currency),
                    session,
                    alt_text=f"Moves between tiers by {words(split).lower()}",
                    key="movers_table",
                    note=f"{period_in_words(filters, session)}.",
                )
            else:
                st.info("No attribute of customers is known.", icon=":material/info:")
