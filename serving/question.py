"""A question to the metrics layer: named metrics, dimensions, filters, grain and period. Nothing is looked up here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from shlex import quote
from typing import Any, Final, Literal, get_args

from serving.errors import UserError, did_you_mean

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = get_args(Grain)

# MetricFlow's name of time, which a question asks by its grain.
TIME: Final = "metric_time"

# How a missing value is written where only words can be; a company's own value of that name comes first.
MISSING_WORD = "(missing)"

# Filter: dimension -> the values that are kept; None stands for a missing value.
Filters = tuple[tuple[str, tuple[str | None, ...]], ...]


@dataclass(frozen=True)
class Question:
    """One question. Frozen and hashable, so that equal questions share one cached answer.

    Attributes:
        metrics: names from the catalogue.
        by: dimensions to group by, by column name (or qualified, `person__segment`).
        where: dimension -> values to keep; given as a mapping, kept as a sorted tuple.
        grain: period of each row, or None for the whole time.
        since, until: first and last business day, both included.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: Any = ()
    grain: Grain | None = None
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "metrics", tuple(dict.fromkeys(self.metrics)))
        object.__setattr__(self, "by", tuple(dict.fromkeys(self.by)))
        object.__setattr__(self, "where", _filters(self.where))
        if not self.metrics:
            raise UserError("The question names no metric.", "Name at least one; the catalogue lists them.")
        grain: object = self.grain
        if grain is not None and not isinstance(grain, str):
            named = ", ".join(map(str, grain)) if isinstance(grain, Iterable) else str(grain)
            raise UserError(f"The question names {named} as its grain.", "Name one grain, and ask once for each.")
        timed = [word for word in self.by if word == TIME or word.startswith(f"{TIME}__")]
        if timed:
            raise UserError(
                f"Time is not a dimension to group by ('{timed[0]}').", f"Name one grain instead: {', '.join(GRAINS)}."
            )
        if self.grain is not None and self.grain not in GRAINS:
            raise UserError(f"There is no grain '{self.grain}'.", did_you_mean(str(self.grain), GRAINS))
        if self.since and self.until and self.since > self.until:
            what = f"The period ends ({self.until}) before it starts ({self.since})."
            raise UserError(what, "Swap since and until.")

    @property
    def filters(self) -> Filters:
        filters: Filters = self.where
        return filters

    def command(self, *options: str) -> str:
        """The `cx query` that asks the same, to be pasted into a terminal.

        Args:
            options: of the command besides the question, such as the workspace, each as it is typed.
        """
        by = [f"--by {quote(word)}" for word in self.by]
        pairs = [(word, value or "") for word, values in self.filters for value in values]
        where = [f"--where {quote(f'{word}={value}')}" for word, value in pairs]
        grain = [f"--grain {self.grain}"] if self.grain else []
        days = [f"--since {self.since}"] if self.since else []
        days += [f"--until {self.until}"] if self.until else []
        return " ".join(["cx query", *map(quote, self.metrics), *by, *where, *grain, *days, *options])


def _filters(where: Mapping[str, Iterable[str | None] | str | None] | Filters) -> Filters:
    pairs = where.items() if isinstance(where, Mapping) else where
    kept: dict[str, tuple[str | None, ...]] = {}
    for dimension, values in pairs:
        listed = [values] if values is None or isinstance(values, str) else list(values)
        if not listed:
            raise UserError(f"The filter on '{dimension}' names no value.", "Name one, or leave the filter out.")
        unique = {None if value == "" else value for value in listed}
        kept[dimension] = tuple(sorted(unique, key=lambda value: (value is None, value or "")))
    return tuple(sorted(kept.items()))
