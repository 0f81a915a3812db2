"""What a definition is once it is read: a metric, a dimension, a semantic model, a look back. They look nothing up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from serving.definitions.meta import MetricClass, MetricMeta
from serving.question import Grain

# MetricFlow's name of a person, an entity of every mart that has people in it.
PERSON: Final = "person"


@dataclass(frozen=True)
class Dimension:
    """A column to group or filter by. `qualified` is its name to MetricFlow: entity and column.

    Attributes:
        nested_in: qualified names of dimensions of the same mart of which each of its values is a part, by the words of
            the company: a touchpoint of its stage.
    """

    name: str
    qualified: str
    model: str
    personal: bool
    label: str
    description: str
    nested_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A semantic model: its mart, its entities (name -> type), its own dimensions, the grain of its time columns.

    Attributes:
        person_column: the mart's column of people; None where it has no people in it.
    """

    name: str
    mart: str
    entities: Mapping[str, str]
    dimensions: tuple[Dimension, ...]
    time_grains: Mapping[str, Grain]
    person_column: str | None = None


@dataclass(frozen=True)
class LookBack:
    """How a part of a metric reaches back in time.

    Attributes:
        kind: `offset` by so many periods; `offset_to` the first of a longer period; a trailing `window`; `to_date`
            since the beginning of a period; `ever` since the first fact.
    """

    kind: Literal["offset", "offset_to", "window", "to_date", "ever"]
    count: int = 1
    grain: Grain = "day"


@dataclass(frozen=True)
class Metric:
    """A metric as it is defined.

    Attributes:
        inputs: metrics this one is computed from.
        model: semantic model of a simple metric; None for others.
        time_column: the model's column that dates a simple metric.
        is_state: a simple metric of a state: over several periods the last one counts, not their sum.
        parts: metrics this one is computed from, with how each reaches back in time; one may stand there twice.
        is_on_calendar: MetricFlow joins it to all days, also to those without facts.
        fault: what is wrong with its `config.meta`; such a metric is refused with that reason; its meta is left out.
    """

    name: str
    label: str
    description: str
    kind: str
    formula: str
    meta: MetricMeta
    inputs: tuple[str, ...]
    numerator: str | None
    denominator: str | None
    model: str | None
    time_column: str | None
    is_state: bool
    parts: tuple[tuple[str, LookBack | None], ...] = ()
    is_on_calendar: bool = False
    fault: str | None = None

    @property
    def part_by(self) -> tuple[str, ...]:
        """Dimensions that say what is part and what is not: sliced by them a share of a whole is all or nothing."""
        return self.meta.part_by

    @property
    def metric_class(self) -> MetricClass:
        return self.meta.metric_class

    @property
    def n(self) -> str | None:
        return self.meta.n

    @property
    def people(self) -> str | None:
        return self.meta.people or self.meta.n

    @property
    def identity(self) -> str | None:
        """A word that metrics share which add up to each other: small cells of one are hidden in all of them."""
        return self.meta.identity

    @property
    def feeds(self) -> tuple[str, ...]:
        return self.meta.feeds

    @property
    def needs_feeds(self) -> tuple[str, ...]:
        """Feeds of which none may be empty: of a rate, those of its numerator."""
        return self.meta.needs_feeds
