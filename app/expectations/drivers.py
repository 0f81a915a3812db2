"""What an outcome goes with. In: a session. Out: its drivers in the survey with the most answers, and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kit.formatting import listing, percent, words
from app.kit.sentences import Sentence

if TYPE_CHECKING:
    from app.kit.page_session import PageSession
    from serving import Answer, AnswerRow

OUTCOMES = {
    "overall": "Overall satisfaction", "nps": "Recommendation", "csat": "Satisfaction with the moment", "ces": "Ease",
}  # fmt: skip
ITEM = "driver_item"


@dataclass(frozen=True, kw_only=True)
class Driver:
    """One item: its weight with the interval, how it is rated, and what the two together ask for."""

    label: str
    weight: AnswerRow
    rating: float
    coefficient: float | None
    status: str
    priority: str


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """The drivers of one outcome, the heaviest first, and the answers that they were read from."""

    outcome: str
    survey: str | None
    drivers: tuple[Driver, ...]
    n: int
    r_squared: float | None
    warnings: tuple[str, ...]
    refusal: str | None
    answers: tuple[Answer, ...]

    @property
    def weight_cut(self) -> float:
        """The average weight."""
        return sum(driver.weight.value or 0.0 for driver in self.drivers) / len(self.drivers)

    @property
    def rating_cut(self) -> float:
        """The average rating."""
        return sum(driver.rating for driver in self.drivers) / len(self.drivers)


def read_drivers(session: PageSession, outcome: str) -> Analysis:
    """The drivers of an outcome, in the survey with the most people behind them."""
    explained = session.ask("drivers_r_squared", by=("driver_survey",), where={"driver_outcome": (outcome,)})
    surveys = sorted(
        (row for row in explained.rows if row.dimensions.get("driver_survey")),
        key=lambda row: (row.value is None, -(row.n or 0), str(row.dimensions["driver_survey"])),
    )
    survey = str(surveys[0].dimensions["driver_survey"]) if surveys else None
    where = {"driver_outcome": (outcome,), **({"driver_survey": (survey,)} if survey else {})}
    weights, ratings, coefficients = (
        session.ask(metric, by=(ITEM,), where=where)
        for metric in ("relative_weight", "driver_rating", "driver_coefficient")
    )
    labels, status, priority, warning = (
        _words_by_item(session.ask("weighed_items", by=(ITEM, column), where=where), column)
        for column in ("driver_label", "driver_status", "driver_priority", "driver_warning")
    )
    rated, slopes = ({row.dimensions.get(ITEM): row.value for row in answer.rows} for answer in (ratings, coefficients))
    found = [
        Driver(
            label=words(labels.get(row.dimensions[ITEM]) or str(row.dimensions[ITEM])),
            weight=row,
            rating=rated.get(row.dimensions[ITEM]) or 0.0,
            coefficient=slopes.get(row.dimensions[ITEM]),
            status=status.get(row.dimensions[ITEM], "not significant"),
            priority=priority.get(row.dimensions[ITEM], "leave"),
        )
        for row in weights.rows
        if row.value is not None and row.dimensions.get(ITEM)
    ]
    return Analysis(
        outcome=outcome,
        survey=survey,
        drivers=tuple(sorted(found, key=lambda driver: (-(driver.weight.value or 0.0), driver.label))),
        n=max((driver.weight.n or 0 for driver in found), default=0),
        r_squared=surveys[0].value if surveys else None,
        warnings=tuple(dict.fromkeys(warning.values())),
        refusal=next((row.reason for row in weights.rows if row.status == "refused"), None),
        answers=(weights, ratings, coefficients, explained),
    )


def _words_by_item(answer: Answer, column: str) -> dict[str | None, str]:
    return {
        row.dimensions.get(ITEM): str(row.dimensions[column])
        for row in answer.rows
        if row.dimensions.get(column) is not None
    }


def headline(analysis: Analysis) -> Sentence:
    """What the outcome goes with, as one sentence."""
    what = OUTCOMES.get(analysis.outcome, words(analysis.outcome))
    if not analysis.drivers:
        why = f": {analysis.refusal}" if analysis.refusal else ""
        return Sentence(f"What {what.lower()} goes with cannot be said{why}", claim=False)
    proven = [driver for driver in analysis.drivers if driver.status == "significant"]
    if not proven:
        return Sentence(f"{what} clearly goes with none of {len(analysis.drivers)} items by itself", claim=False)
    first = proven[0]
    share = (first.weight.value or 0.0) / (analysis.r_squared or 1.0)
    urgent = [driver.label for driver in analysis.drivers if driver.priority == "fix first"]
    if urgent == [first.label]:
        act = ", and it is rated below average"
    else:
        act = f"; of weight, and rated below average: {listing(_quoted(urgent))}" if urgent else ""
    return Sentence(f"{what} goes most with “{first.label}” ({percent(share)} of what items explain){act}", claim=True)


def _quoted(labels: Sequence[str]) -> list[str]:
    return [f"“{label}”" for label in labels]
