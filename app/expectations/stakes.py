"""Value at stake where customers are below what they tolerate. In: a session. Out: ranked stakes, and sentences.

A stake is a claim only where those below tolerance stay significantly less often; the mart has tested that over all of
its comparisons. Everything else is measured and said without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kit.formatting import MINUS, count_of, money, percent, words
from app.kit.sentences import Sentence

if TYPE_CHECKING:
    from app.kit.page_session import PageSession
    from serving import Answer, AnswerRow

METRICS = ("value_at_stake", "below_tolerance_customer_share", "below_tolerance_customers", "retained_customer_worth")
AT_STAKE = "at stake"


@dataclass(frozen=True, kw_only=True)
class Stake:
    """What is at stake with one subject: `row` holds the value with its interval, or why there is none."""

    subject: str
    label: str
    row: AnswerRow
    status: str | None
    is_critical: bool
    worth_in: str
    below: AnswerRow | None

    @property
    def is_proven(self) -> bool:
        return self.status == AT_STAKE and self.row.value is not None and self.row.value > 0


@dataclass(frozen=True, kw_only=True)
class Stakes:
    """All stakes of one kind of subject, the greatest first, and the answers that they were read from."""

    ranked: tuple[Stake, ...]
    answers: tuple[Answer, ...]

    @property
    def proven(self) -> tuple[Stake, ...]:
        return tuple(stake for stake in self.ranked if stake.is_proven)


def read_stakes(session: PageSession, kind: str = "interaction") -> Stakes:
    """The stakes of a kind of subject (all, pillar, corner, interaction, stage and corner)."""
    where = {"growth_subject_kind": (kind,)}
    values, below = (
        session.ask(metric, by=("growth_subject",), where=where)
        for metric in ("value_at_stake", "below_tolerance_customer_share")
    )
    labels, statuses, critical, worth_in = (
        _words_by_subject(session.ask("growth_comparisons", by=("growth_subject", column), where=where), column)
        for column in ("growth_subject_label", "stake_status", "is_critical", "worth_in")
    )
    shares = {row.dimensions.get("growth_subject"): row for row in below.rows}
    found = [
        Stake(
            subject=str(row.dimensions["growth_subject"]),
            label=words(labels.get(row.dimensions["growth_subject"]) or str(row.dimensions["growth_subject"])),
            row=row,
            status=statuses.get(row.dimensions["growth_subject"]),
            is_critical=critical.get(row.dimensions["growth_subject"]) == "true",
            worth_in=worth_in.get(row.dimensions["growth_subject"]) or "revenue",
            below=shares.get(row.dimensions["growth_subject"]),
        )
        for row in values.rows
        if row.dimensions.get("growth_subject") is not None
    ]
    ranked = sorted(
        found, key=lambda one: (not one.is_proven, one.row.value is None, -(one.row.value or 0.0), one.label)
    )
    return Stakes(ranked=tuple(ranked), answers=(values, below))


def _words_by_subject(answer: Answer, column: str) -> dict[str | None, str]:
    """Subject -> the word that its row says in a column."""
    return {
        row.dimensions.get("growth_subject"): str(row.dimensions[column])
        for row in answer.rows
        if row.dimensions.get(column) is not None
    }


def headline(stakes: Sequence[Stake], *, currency: str, days: int) -> Sentence:
    """Where the most is at stake, as one sentence."""
    proven = [stake for stake in stakes if stake.is_proven]
    if proven:
        first = proven[0]
        worth = f"{amount(first, currency)} of {first.worth_in} {period(days)}"
        return Sentence(f"Poor {quoted(first)} experiences put {worth} at risk", claim=True)
    estimated = [stake for stake in stakes if stake.row.value is not None]
    if not estimated:
        return Sentence("Too few customers were observed after they answered to say what is at stake", claim=False)
    return Sentence(
        f"None of {_estimated(stakes, estimated)} is proven to put value at stake: those below what they "
        f"tolerate stay as often within {days} days, as far as the answers show",
        claim=False,
    )


def _estimated(stakes: Sequence[Stake], estimated: Sequence[Stake]) -> str:
    """`3 interactions`, or `the 3 interactions that can be compared` where others have no estimate."""
    counted = count_of(len(estimated), "interaction")
    return counted if len(estimated) == len(stakes) else f"the {counted} that can be compared"


def period(days: int) -> str:
    """The days over which it was observed what followed, as people say it."""
    return "a year" if days in (365, 366) else f"in {days} days"


def quoted(stake: Stake) -> str:
    """The subject as a phrase of a sentence."""
    return f"“{stake.label}”"


def amount(stake: Stake, currency: str) -> str:
    """The value, in money."""
    return money(stake.row.value or 0.0, currency)


def bounds(row: AnswerRow, currency: str) -> str:
    """The interval in words: `€4,000 to €9,000`."""
    if row.low is None or row.high is None:
        return ""
    return f"{money(row.low, currency)} to {money(row.high, currency)}".replace("-", MINUS)


def note(stake: Stake, currency: str) -> str:
    """The small print: interval, customers, and how many of them are below tolerance."""
    parts = [f"95% interval {bounds(stake.row, currency)}"] if stake.row.low is not None else []
    if stake.row.n is not None:
        parts.append(f"{stake.row.n:,.0f} customers answered")
    if stake.below is not None and stake.below.value is not None:
        parts.append(f"{percent(stake.below.value)} below tolerance")
    return ", ".join(parts)


def overturn(stakes: Sequence[Stake], *, currency: str) -> str:
    """What would have to be otherwise for the headline to fall."""
    proven = [stake for stake in stakes if stake.is_proven]
    if proven:
        first = proven[0]
        return (
            f"Overturned if customers below tolerance stayed as often as others of equal tenure and prior value: the "
            f"interval, now {bounds(first.row, currency)}, would include zero. It is an association: a "
            "trial that lifts some of them above tolerance would show whether they stay."
        )
    estimated = [stake for stake in stakes if stake.row.value is not None]
    if not estimated:
        return "Nothing is claimed; more customers have to be observed after their answer."
    widest = estimated[0]
    return (
        f"Nothing is claimed; it would be if the interval of {quoted(widest)}, now {bounds(widest.row, currency)}, lay "
        "above zero after allowing for all comparisons."
    )
