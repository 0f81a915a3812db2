"""What a reader explores. In: an address. Out: a `Choice`, its address again, and what of it a release does not have.

The address is the only place where a choice is kept: a link, a saved view and the page itself are one and the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode

from app.kit.formatting import listing, shortened
from app.kit.periods import (
    CHOSEN_DAYS,
    COMPARISON_NOTES,
    COMPARISONS,
    DEFAULT_PERIOD,
    EXPLORED,
    NO_COMPARISON,
    Window,
    earlier,
    explored,
)

if TYPE_CHECKING:
    from serving import Offers
    from serving.question import Grain

# Parameters of the address. A page has others, too, such as the release.
KEYS: Final = ("metric", "by", "grain", "where", "period", "since", "until", "compare")
PATH: Final = "explore"
GRAINS: Final = ("day", "week", "month", "quarter", "year")
Where = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is asked for, whether or not a release has it.

    Attributes:
        by: dimensions to split by, at most two.
        grain: period of each row; None for one number over the whole period.
        where: dimension -> the values that are kept, both in order.
        since, until: the days where the period is CHOSEN_DAYS; None otherwise.
    """

    metric: str
    by: tuple[str, ...] = ()
    grain: Grain | None = None
    where: Where = ()
    period: str = DEFAULT_PERIOD
    since: date | None = None
    until: date | None = None
    comparison: str = NO_COMPARISON

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The choice as parameters of an address; what is not chosen is left out."""
        found: dict[str, list[str]] = {
            "metric": [self.metric],
            "by": list(self.by),
            "grain": [self.grain] if self.grain else [],
            "where": [f"{dimension}={value}" for dimension, values in self.where for value in values],
            "period": [self.period],
            "since": [self.since.isoformat()] if self.since else [],
            "until": [self.until.isoformat()] if self.until else [],
            "compare": [self.comparison],
        }
        return {key: values for key, values in found.items() if values}

    @property
    def address(self) -> str:
        """The address below the app's own, without a release: a saved view follows the newest numbers."""
        return f"{PATH}?{urlencode(self.parameters, doseq=True)}"

    def link(self, release: str) -> str:
        """The address with its release, which reopens the same numbers on another day."""
        return f"{self.address}&{urlencode({'release': release})}"

    def keeping(self, dimension: str, values: Iterable[str]) -> Choice:
        """The choice with these values of a dimension alone; with none, without a filter on it."""
        kept = {**dict(self.where), dimension: tuple(values)}
        return replace(self, where=where_of(kept))


@dataclass(frozen=True)
class Asked:
    """A choice on the day of a release: a `Selection`, as every page has one.

    Attributes:
        has_dates: whether the metric has dates of its own; without them it belongs to no period.
    """

    choice: Choice
    as_of: date
    has_dates: bool = True

    @property
    def where(self) -> Mapping[str, tuple[str, ...]]:
        return dict(self.choice.where)

    @property
    def window(self) -> Window:
        if not self.has_dates:
            return Window(None, None)
        return explored(self.choice.period, Window(self.choice.since, self.choice.until), self.as_of)

    @property
    def before(self) -> Window | None:
        return earlier(self.window, self.choice.comparison)

    @property
    def comparison_note(self) -> str:
        return COMPARISON_NOTES.get(self.choice.comparison, "")


def choice_of(parameters: Mapping[str, Sequence[str]]) -> tuple[Choice, list[str]]:
    """Read the parameters of an address.

    Returns:
        The choice, without a metric where the address names none; and what of the address is left out, in sentences.
    """
    left_out: list[str] = []

    def one(key: str, known: Sequence[str], default: Any) -> Any:
        given = (parameters.get(key) or [""])[-1]
        if not given or given in known:
            return given or default
        left_out.append(_unknown({"compare": "comparison"}.get(key, key), given))
        return default

    def day(key: str) -> date | None:
        given = (parameters.get(key) or [""])[-1]
        try:
            found = date.fromisoformat(given) if given else None
        except ValueError:
            found = None
        if given and (found is None or found.year < 1900):
            left_out.append(_unknown("day", given))
            return None
        return found

    kept: dict[str, list[str]] = {}
    for text in parameters.get("where") or ():
        dimension, sign, value = text.partition("=")
        if sign and dimension:
            kept.setdefault(dimension, []).append(value)
        else:
            left_out.append(_unknown("filter", text))
    period = one("period", EXPLORED, DEFAULT_PERIOD)
    since, until = (day("since"), day("until")) if period == CHOSEN_DAYS else (None, None)
    if since and until and since > until:
        since, until = until, since
    choice = Choice(
        metric=(parameters.get("metric") or [""])[-1],
        by=tuple(dict.fromkeys(word for word in parameters.get("by") or () if word)),
        grain=one("grain", GRAINS, None),
        where=where_of(kept),
        period=period,
        since=since,
        until=until,
        comparison=one("compare", COMPARISONS, NO_COMPARISON),
    )
    return choice, left_out


def parameters_of(address: str) -> dict[str, list[str]]:
    """The parameters of an address as it is saved or copied."""
    return parse_qs(address.partition("?")[2], keep_blank_values=True)


def where_of(kept: Mapping[str, Iterable[str]]) -> Where:
    """Filters in order, each value once; a dimension without values is none."""
    pairs = ((dimension, tuple(sorted(dict.fromkeys(values)))) for dimension, values in kept.items())
    return tuple(sorted((dimension, values) for dimension, values in pairs if values))


def fitted(
    choice: Choice,
    offers: Offers,
    values_of: Callable[[str], Sequence[str]],
    fullest: Callable[[Choice, str], str],
    why_not: Callable[[Choice], str],
) -> tuple[Choice, list[str]]:
    """A choice as its metric can be asked: the rest is left out, and what the metric needs is filled in.

    Args:
        offers: of the choice's metric.
        values_of: the values of one of its dimensions.
        fullest: the value of a dimension with most numbers at a choice that is filtered on any of it.
        why_not: why a choice cannot be asked in this shape; empty where it can be.

    Returns:
        The choice, and what was left out, in sentences.
    """
    by: list[str] = []
    left_out: list[str] = []
    for word in choice.by:
        if offers.axis(word) is None:
            left_out.append(_unknown("dimension", word, of_metric=True))
        elif len(by) == offers.most_splits:
            left_out.append(f"It is split by at most {offers.most_splits} at once: {_named(word)} is left out.")
        else:
            by.append(word)
    kept: dict[str, tuple[str, ...]] = {}
    for dimension, values in choice.where:
        if offers.axis(dimension) is None:
            left_out.append(_unknown("filter", dimension, of_metric=True))
            continue
        known = set(values_of(dimension))
        left_out += [_unknown("value", value, of_metric=True) for value in values if value not in known]
        if offered := tuple(value for value in values if value in known):
            kept[dimension] = offered
    by, kept = _with_needed(replace(choice, by=tuple(by), where=where_of(kept)), offers, values_of, fullest)
    while len({*by, *kept}) > offers.most_axes:
        dropped = next(one for one in reversed(kept) if one not in by and one not in offers.needed)
        del kept[dropped]
        left_out.append(f"At most {offers.most_axes} dimensions are asked at once: {_named(dropped)} is left out.")
    grain = choice.grain if choice.grain in offers.grains else None
    if choice.grain and grain is None:
        left_out.append(f"It has no numbers by {choice.grain}.")
    if grain is None and not offers.has_total and offers.grains:
        grain = "month" if "month" in offers.grains else offers.grains[0]
    found = replace(choice, by=tuple(by), where=where_of(kept), grain=grain)
    # Groups of people are not shown by day or week.
    if found.grain in ("day", "week") and why_not(found) and not why_not(replace(found, grain="month")):
        left_out.append(f"Groups of people are not shown by {found.grain}: it is shown by month.")
        found = replace(found, grain="month")
    return found, left_out


def _with_needed(
    choice: Choice,
    offers: Offers,
    values_of: Callable[[str], Sequence[str]],
    fullest: Callable[[Choice, str], str],
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """What the metric needs is split by where nothing else is, else filtered on one value.

    It is split by what has no value for everybody, and most values.
    """
    by, kept = list(choice.by), dict(choice.where)
    open_ones = [axis for axis in offers.needed if axis not in by and len(kept.get(axis, ())) != 1]
    if open_ones and not by:
        by = [max(open_ones, key=lambda axis: ("all" not in values_of(axis), len(values_of(axis)), axis))]
        open_ones.remove(by[0])
    whole = {axis: kept[axis] if axis in kept else _first(values_of(axis)) for axis in open_ones}
    kept |= {axis: values[:1] for axis, values in whole.items()}
    for axis in open_ones:
        if len(by) == 1 and len(whole[axis]) == 1:
            kept[axis] = (fullest(replace(choice, by=tuple(by), where=where_of(kept)), axis),)
    return by, kept


def _first(values: Sequence[str]) -> tuple[str, ...]:
    """What stands for everybody, else the first value."""
    return ("all",) if "all" in values else tuple(values[:1])


def _unknown(what: str, word: str, *, of_metric: bool = False) -> str:
    where = "this metric does not have" if of_metric else "is not known here"
    said = f"The address asks for the {what} {_named(word)}, which "
    return f"{said}{where}: it is left out."


def _named(word: str) -> str:
    return f"“{shortened(word)}”"


def filters_in_words(choice: Choice, labels: Mapping[str, str]) -> str:
    """The filters of a choice: `segment Consumer or Enterprise, region North`.

    Args:
        labels: dimension -> its label.
    """
    parts = [
        f"{labels.get(dimension, dimension).lower()} {listing([shortened(value) for value in values], joint='or')}"
        for dimension, values in choice.where
    ]
    return listing(parts)
