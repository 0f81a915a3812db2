"""The four answers. In: a session and the reader's filters. Out: each as a sentence, with the cell that it is based on.

The home page and the monthly brief both read them here, so that they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.expectations import sentences as expectations_sentences
from app.expectations.findings import find_short_pillar, material_gap
from app.expectations.stakes import Stakes
from app.expectations.stakes import headline as stakes_headline
from app.journey import sentences as journey_sentences
from app.journey.findings import MATERIAL_STALL, Stall, find_stalled_stage, observed_stages
from app.kit.findings import MIN_N, Foremost, with_values
from app.kit.formatting import number, percent, signed, words
from app.kit.pages import QUESTIONS
from app.kit.sentences import Sentence
from app.outcomes import sentences as outcomes_sentences
from app.outcomes.findings import UNMET_SCORE, find_unmet_outcome
from app.who import sentences as who_sentences
from app.who.findings import find_marks
from app.who.sentences import MATERIAL_CONCENTRATION
from workspace.vocabulary import PILLARS, STAGES

if TYPE_CHECKING:
    from app.kit.page_session import PageSession
    from app.kit.selection import Filters
    from serving import AnswerRow


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One of the four questions, answered.

    Attributes:
        page: the view that shows the evidence.
        metric, where: the leading number, and the cell in which the sentence found it.
        label: what that number is called on a card.
        overturn: what would have to be otherwise for the sentence to fall.
    """

    page: str
    question: str
    sentence: Sentence
    metric: str
    where: dict[str, tuple[str, ...]]
    label: str
    overturn: str


# What the answer of each page is based on, as a phrase.
FACTS = {
    "who": "orders",
    "journey": "touchpoints",
    "outcomes": "answers about desired outcomes",
    "expectations": "answers about both expectation and experience",
}


def read_answers(session: PageSession, filters: Filters) -> tuple[Answered, ...]:
    """All four, in the order of the questions."""
    found = (
        _who(session, filters),
        _journey(session, filters),
        _outcomes(session, filters),
        _expectations(session, filters),
    )
    return tuple(answer if session.is_fed(answer.metric) else _without_source(answer) for answer in found)


def _without_source(answer: Answered) -> Answered:
    """An answer that no source feeds: there is nothing that could be too few, or missing in a period."""
    facts = FACTS[answer.page]
    return replace(
        answer,
        sentence=Sentence(f"No source has {facts}", claim=False),
        overturn=f"Nothing is claimed; a source with {facts} has to be connected first.",
    )


def at_stake(session: PageSession, stakes: Stakes) -> Sentence:
    """Where the most is at stake, of all customers."""
    if not session.is_fed("value_at_stake"):
        return Sentence("Value at stake: no source has both what customers rated and what they did next", claim=False)
    return stakes_headline(stakes.ranked, currency=session.currency, days=session.settings.active_days)


def _who(session: PageSession, filters: Filters) -> Answered:
    profile = session.ask("profile_index", by=("attribute", "attribute_value"))
    share = session.shown("top_tier_revenue_share", filters).one("top_tier_revenue_share")
    top = session.settings.top_tier
    marks = [mark for mark in find_marks(profile.rows) if mark.is_more_common][: who_sentences.MARKS_IN_A_SENTENCE]
    least = percent(top + MATERIAL_CONCENTRATION)
    overturn = f"Overturned if the top {percent(top)} brought less than {least} of revenue"
    if marks:
        nearest = min(marks, key=lambda mark: mark.low)
        overturn += (
            f"; of the marks, {who_sentences.name_of(nearest)} falls first: its index is {nearest.index:.0f} "
            f"({nearest.low:.0f} to {nearest.high:.0f}), and 100 would be as common as among all"
        )
    return Answered(
        page="who",
        question=QUESTIONS["who"],
        sentence=who_sentences.who(
            share, profile.rows, top_tier=top, as_of=session.document.as_of_on, scope=filters.scope
        ),
        metric="top_tier_revenue_share",
        where={},
        label=f"Revenue from top {percent(top)}",
        overturn=f"{overturn}."
        if who_sentences.is_readable(share)
        else f"Nothing is claimed; the share has to stand on at least {MIN_N} customers first.",
    )


def _journey(session: PageSession, filters: Filters) -> Answered:
    days = session.settings.conversion_days
    stages = session.shown("stage_conversion", filters, by=("stage",))
    entries = session.shown("stage_entries", filters, by=("stage",))
    entered = observed_stages(entries.rows)
    stall = find_stalled_stage(stages.rows, observed=entered)
    stage = stall.stage if stall else _extreme(stages.rows, "stage", STAGES[:-1], lowest=True)
    return Answered(
        page="journey",
        question=QUESTIONS["journey"],
        sentence=journey_sentences.journey(stages.rows, days=days, observed=entered),
        metric="stage_conversion",
        where={"stage": (stage,)} if stage else {},
        label=f"{words(stage)} to next stage" if stage else "Go on to a later stage",
        overturn=_stall_overturned(stall),
    )


def _stall_overturned(stall: Stall | None) -> str:
    if stall is None:
        return (
            "Nothing is claimed; it would be if one stage lay at least "
            f"{MATERIAL_STALL * 100:.0f} points below the others, intervals considered."
        )
    needed = percent(stall.elsewhere - MATERIAL_STALL)
    return (
        f"Overturned if {needed} or more went on from {stall.stage}; now {percent(stall.rate)} do "
        f"({percent(stall.low)} to {percent(stall.high)}), n = {stall.n:,}."
    )


def _outcomes(session: PageSession, filters: Filters) -> Answered:
    opportunity, importance, satisfaction = (
        session.shown(metric, filters, by=("item_label",))
        for metric in ("opportunity_score", "outcome_importance", "outcome_satisfaction")
    )
    unmet = find_unmet_outcome(opportunity.rows)
    outcome = unmet.name if unmet else _extreme(opportunity.rows, "item_label", None, lowest=False)
    return Answered(
        page="outcomes",
        question=QUESTIONS["outcomes"],
        sentence=outcomes_sentences.outcomes(opportunity.rows, importance.rows, satisfaction.rows),
        metric="opportunity_score",
        where={"item_label": (outcome,)} if outcome else {},
        label=f"Opportunity: {outcome}" if outcome else "Opportunity",
        overturn=_unmet_overturned(unmet),
    )


def _unmet_overturned(unmet: Foremost | None) -> str:
    if unmet is None:
        return f"Nothing is claimed; it would be if an outcome scored clearly above {UNMET_SCORE:.0f} of 20."
    return (
        f"Overturned if its opportunity score fell to {UNMET_SCORE:.0f}; now {unmet.value:.1f} "
        f"({unmet.low:.1f} to {unmet.high:.1f}), n = {unmet.n:,}."
    )


def _expectations(session: PageSession, filters: Filters) -> Answered:
    gaps = session.shown("expectation_gap", filters, by=("pillar",))
    short = find_short_pillar(gaps.rows)
    pillar = short.name if short else _extreme(gaps.rows, "pillar", PILLARS, lowest=True)
    return Answered(
        page="expectations",
        question=QUESTIONS["expectations"],
        sentence=expectations_sentences.expectations(gaps.rows),
        metric="expectation_gap",
        where={"pillar": (pillar,)} if pillar else {},
        label=f"{words(pillar)}: gap to expectation" if pillar else "Gap to expectation",
        overturn=_short_overturned(short),
    )


def _short_overturned(short: Foremost | None) -> str:
    least = signed(-material_gap("expectation_gap"))
    if short is None:
        return f"Nothing is claimed; it would be if a pillar's gap were {least} points or wider, clearly below zero."
    return (
        f"Overturned if the gap of {short.name} were narrower than {least} points; now {number(short.value, 'gap')} "
        f"({number(short.low, 'gap')} to {number(short.high, 'gap')}), n = {short.n:,}."
    )


def _extreme(rows: Iterable[AnswerRow], dimension: str, among: Sequence[str] | None, *, lowest: bool) -> str | None:
    """The value of a dimension where the number is lowest (or highest), where nothing is proven; of enough people."""
    known = [row for row in with_values(rows, dimension) if among is None or row.dimensions[dimension] in among]
    if not known:
        return None
    pick = min if lowest else max
    return str(pick(known, key=lambda row: row.value or 0.0).dimensions[dimension])
