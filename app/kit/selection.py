"""What a reader chose to look at. In: the filters of a page. Out: how a question is narrowed, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.kit.formatting import named
from app.kit.periods import COMPARISON_NOTES, Window, compared, window

# Labels for no filter. `outside` makes another of them where a company has a segment or region of that name, so that
# what is chosen, and what the address says, is always one thing alone.
ALL = "All"
ALL_REGIONS = "All regions"


class Selection(Protocol):
    """How a page narrows its questions: rows, period, and the period compared with."""

    @property
    def where(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def window(self) -> Window: ...
    @property
    def before(self) -> Window | None: ...


@dataclass(frozen=True)
class Filters:
    """What the reader chose to look at.

    Attributes:
        segment, region: the company's own value; None for no filter, however the page names it.
        everybody, everywhere: what no filter is called.
    """

    segment: str | None
    region: str | None
    period: str
    comparison: str
    as_of: date
    everybody: str = ALL
    everywhere: str = ALL_REGIONS

    @property
    def where(self) -> Mapping[str, tuple[str, ...]]:
        chosen = {"segment": self.segment, "region": self.region}
        return {dimension: (value,) for dimension, value in chosen.items() if value is not None}

    @property
    def window(self) -> Window:
        return window(self.period, self.as_of)

    @property
    def before(self) -> Window | None:
        return compared(self.period, self.comparison, self.as_of)

    @property
    def comparison_note(self) -> str:
        return COMPARISON_NOTES.get(self.comparison, "")

    @property
    def scope(self) -> str:
        """The filters in words, for the end of a sentence: ` among Business customers in Nord`."""
        segment = f" among {named(self.segment)}" if self.segment else ""
        region = f" in {named(self.region)}" if self.region else ""
        return f"{segment}{region}"
