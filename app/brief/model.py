"""The brief as data: what `write` fills, and what `html` and `pdf` draw.

Every number is a `Figure`: a governed answer with the `cx query` that gives it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.kit.periods import Window
from serving import Question

if TYPE_CHECKING:
    from serving import AnswerRow


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of the brief.

    Attributes:
        metric, where, window: the question that it answers, so that anybody can ask it again.
        row: the governed answer.
        text: as it is printed; why there is none, where there is none.
        badge: certified, provisional, needs review or withheld.
    """

    label: str
    metric: str
    where: Mapping[str, tuple[str, ...]]
    window: Window
    row: AnswerRow
    text: str
    badge: str

    @property
    def query(self) -> str:
        """The command that gives this number."""
        asked = Question(metrics=(self.metric,), where=self.where, since=self.window.since, until=self.window.until)
        return asked.command()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A question, its answer, the leading number, and what would overturn it."""

    question: str
    text: str
    figure: Figure
    overturn: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A number of the last whole month, the month before, and whether the change is more than chance."""

    now: Figure
    before: Figure
    moved: str
    is_proven: bool

    @property
    def said(self) -> str:
        """How to take the change: what is counted in full has no chance in it; what is asked of some has."""
        if not self.moved:
            return ""
        if self.now.row.low is None:
            return "counted"
        return "clear" if self.is_proven else "within chance"


@dataclass(frozen=True, kw_only=True)
class StakeLine:
    """What is at stake in one interaction."""

    figure: Figure
    interval: str
    below: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Brief:
    """One page about a release.

    Attributes:
        window: the days that the four answers are of.
        who: whose answers and changes these are, as a phrase; `is_filtered` where that is not everybody.
    """

    company: str
    run_id: str
    as_of: date
    published_at: datetime
    window: str
    who: str
    is_filtered: bool
    badge: str
    notices: tuple[str, ...]
    answers: tuple[Answer, ...]
    month: str
    month_before: str
    changes: tuple[Change, ...]
    stake: str
    stake_overturn: str
    stakes: tuple[StakeLine, ...]
    method: str

    @property
    def title(self) -> str:
        """Whose brief, and of which month."""
        return f"{self.company}: customer brief, {self.as_of:%B %Y}"

    @property
    def scope(self) -> str:
        """Whose the answers are, and of which days."""
        return f"{self.window}, {self.who}"

    @property
    def months_scope(self) -> str:
        """Whose the changes are."""
        return f"Whole months, {self.who}"

    @property
    def stake_scope(self) -> str:
        """Whom the values at stake are of: a filter does not narrow them, and a reader has to know."""
        filtered = "; this part does not follow the filter" if self.is_filtered else ""
        return f"Of all customers{filtered}"

    @property
    def origin(self) -> str:
        """Which release, how far it reaches, how far to trust it."""
        return (
            f"Numbers to {self.as_of} · {self.badge} · published {self.published_at:%Y-%m-%d %H:%M} · "
            f"release {self.run_id}"
        )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every number on the page."""
        return (
            *(answer.figure for answer in self.answers),
            *(figure for change in self.changes for figure in (change.now, change.before)),
            *(line.figure for line in self.stakes),
        )
