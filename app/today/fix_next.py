"""What to fix next. In: a session and the value at stake. Out: a drawn list of critical interactions, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app.expectations.findings import short_gaps
from app.expectations.stakes import METRICS, Stake, Stakes, amount, bounds, period
from app.kit import cards
from app.kit.findings import MIN_N
from app.kit.formatting import count_of, markdown_safe, number, percent, unavailable, words
from app.kit.sentences import Sentence, of_all_customers
from app.today.sentences import unpriced

if TYPE_CHECKING:
    from app.kit.page_session import PageSession
    from app.kit.selection import Filters
    from serving import AnswerRow

GAP = "expectation_gap"


def draw(session: PageSession, stakes: Stakes, filters: Filters) -> None:
    """The list, with what to look at in each interaction."""
    listed = ranked(stakes.ranked)
    title = of_all_customers(heading(listed), filters.where)
    gaps = session.ask(GAP, by=("interaction", "pillar"))
    with cards.evidence(session, title, [*stakes.answers, gaps], [*METRICS, GAP], key="fix_next"):
        if not listed:
            cards.nothing_to_show(stakes.answers[0], what="What to fix next")
            return
        year = period(session.settings.active_days)
        st.table(
            pd.DataFrame(
                {
                    "Interaction": markdown_safe(stake.label),
                    f"At stake {year}": markdown_safe(worth(stake, session.currency)),
                    "Below what they tolerate": markdown_safe(short(stake.below)),
                    "Look at": markdown_safe(look_at(gaps.rows, stake.subject)),
                }
                for stake in listed
            ).set_index("Interaction"),
            border="horizontal",
        )
        st.caption(
            markdown_safe(
                "All customers, over all time, without filters. First what is proven to cost, the most first; then the "
                "interactions that most people rate below what they tolerate. An association, not a cause."
            )
        )
        if worst := unpriced(stakes.ranked):
            st.caption(markdown_safe(worst))


def ranked(stakes: Iterable[Stake]) -> list[Stake]:
    """Critical interactions: first those proven to cost, by amount; then by the share below what is tolerated."""
    critical = [stake for stake in stakes if stake.is_critical]
    return sorted(
        critical,
        key=lambda one: (
            not one.is_proven,
            -(one.row.value or 0.0) if one.is_proven else -_share(one.below),
            one.label,
        ),
    )


def heading(listed: Sequence[Stake]) -> Sentence:
    """What is to be fixed first, if anything is proven to cost."""
    if not listed:
        return Sentence("Fix next: no critical interaction has been rated", claim=False)
    proven = [stake for stake in listed if stake.is_proven]
    if proven:
        return Sentence(f"Fix next: “{proven[0].label}”", claim=True)
    return Sentence(
        f"Fix next: none of {count_of(len(listed), 'critical interaction')} is proven to cost anything", claim=False
    )


def worth(stake: Stake, currency: str) -> str:
    """The value at stake with its interval, or why there is none."""
    if stake.row.value is None:
        return "too few to price" if stake.row.status in ("ok", "refused") else unavailable(stake.row.status)
    between = bounds(stake.row, currency)
    if not stake.is_proven:
        return f"not proven ({between})" if between else "not proven"
    return f"{amount(stake, currency)} of {stake.worth_in}" + (f" ({between})" if between else "")


def short(row: AnswerRow | None) -> str:
    """The share of those who rated it that are below what they tolerate."""
    if row is None or row.value is None:
        return unavailable(row.status if row is not None else "no_data")
    return percent(row.value) if (row.n or 0) >= MIN_N else "too few to say"


def look_at(gaps: Iterable[AnswerRow], interaction: str) -> str:
    """The pillar that falls short furthest of what is expected in an interaction, where one is proven to.

    Args:
        gaps: `expectation_gap` by interaction and pillar.
    """
    # Proven over all interactions and pillars that are looked at here.
    proven = [row for row in short_gaps(gaps, dimension="pillar") if row.dimensions.get("interaction") == interaction]
    if not proven:
        return "no pillar is proven short"
    first = min(proven, key=lambda row: row.value or 0.0)
    return f"{words(str(first.dimensions['pillar']))} ({number(first.value or 0.0, 'gap')} points)"


def _share(row: AnswerRow | None) -> float:
    """The share below what is tolerated, for the order; one on too few comes after those that can be compared."""
    if row is None or row.value is None:
        return -1.0
    return row.value if (row.n or 0) >= MIN_N else 0.0
