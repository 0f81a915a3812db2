"""What the answers about growth prove: which corner keeps customers, which channels only assist, are slow or cost more.

In: rows of governed answers. Out: one finding, or None where nothing is proven. As in `findings`, a finding needs an
interval that supports it and a size that matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kit.findings import usable, widen
from app.kit.hidden import compares_all
from serving.statistics import comparisons
from serving.statistics.comparisons import Estimate, difference_low

if TYPE_CHECKING:
    from serving import AnswerRow

# Fifteen points of a share: what one gate, corner or service desk must differ by before it is worth a change.
MATERIAL_SHARE = 0.15
# Below this even Wilson's interval of a share says little. The difference itself must be proven anyway.
LEAST_OF_A_SHARE = 20
# A channel below a twentieth of the touches on paths is not part of a plan.
MATERIAL_CHANNEL = 0.05
# Closing half of what its place in paths leads to expect is still within what the order of a few visits makes.
ASSISTS_BELOW = 0.5


# Five points of all conversions: less would move no budget.
MATERIAL_DISAGREEMENT = 0.05


@dataclass(frozen=True, kw_only=True)
class Apart:
    """The one value whose share differs from that of all others together.

    Attributes:
        elsewhere: the share of the others that it was compared with.
        compares_all: whether these are all others; others may be hidden, or too few to be compared.
    """

    value: str
    share: float
    low: float
    high: float
    n: int
    elsewhere: float
    compares_all: bool = True

    def others(self, what: str) -> str:
        """The others in words, as far as they were compared.

        Args:
            what: such as `the other corners`.
        """
        return what if self.compares_all else f"{what} that can be compared"


@dataclass(frozen=True, kw_only=True)
class Assist:
    """A channel that takes part in many conversions and closes few of them."""

    channel: str
    closes: float
    expected: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A gate that more people leave than any other, and after which fewer go on."""

    topic: str
    leaves: Apart
    goes_on: Apart


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """The channel on which models differ most: the model that gives it most, and the one that gives it least."""

    channel: str
    most_by: str
    most: float
    least_by: str
    least: float


def find_apart(
    rows: Iterable[AnswerRow],
    dimension: str,
    *,
    highest: bool,
    by: float = MATERIAL_SHARE,
    least: int = LEAST_OF_A_SHARE,
    families: int = 1,
) -> Apart | None:
    """The value of a dimension whose share is highest (or lowest), if it stands apart from all others.

    Args:
        rows: shares of one with their n, by `dimension`.
        by: how far it must lie from the share of all others together.
        least: values with fewer are left out.
        families: groups of values that are searched one by one for the same kind of finding.

    Returns:
        None unless the 95% interval of the difference to the others together (Newcombe 1998, from Wilson's intervals,
        after Bonferroni over the values and families) excludes 0, the difference is at least `by`, and the plain 95%
        interval of the difference to the next value excludes 0, too.
    """
    side, rows = 1 if highest else -1, list(rows)
    shares = [
        (str(row.dimensions[dimension]), side * row.value, row.n)
        for row in rows
        if row.status == "ok" and row.value is not None and row.dimensions.get(dimension) and (row.n or 0) >= least
        if row.n is not None
    ]
    if len(shares) < 2:
        return None
    first, following, *_ = sorted(shares, key=lambda one: (-one[1], one[0]))
    rest_n = sum(n for value, _, n in shares if value != first[0])
    rest = sum(share * n for value, share, n in shares if value != first[0]) / rest_n

    def estimate(turned: float, n: int, *, together: int = 1) -> Estimate:
        found = comparisons.share(side * turned, n, z=comparisons.quantile_of(together))
        return found if highest else found.negated()

    many = len(shares) * families
    proven = difference_low(estimate(*first[1:], together=many), estimate(rest, rest_n, together=many)) > 0
    clear = difference_low(estimate(*first[1:]), estimate(*following[1:])) > 0
    if first[1] - rest < by or not proven or not clear:
        return None
    share, low, high = comparisons.share(side * first[1], first[2])
    return Apart(
        value=first[0],
        share=share,
        low=low,
        high=high,
        n=first[2],
        elsewhere=side * rest,
        compares_all=compares_all(rows, dimension, {value for value, _, _ in shares}),
    )


def find_assist(closing: Iterable[AnswerRow], linear: Iterable[AnswerRow]) -> Assist | None:
    """The channel that assists: it is on the way to many conversions and closes fewer than its place leads to expect.

    Args:
        closing: `closing_share` by channel.
        linear: `attributed_conversions` by channel of the model `linear`: what a channel would close if the order of
            touches did not matter.

    Returns:
        The channel with most conversions among those whose closing share lies, its interval widened for all channels,
        below ASSISTS_BELOW of the expected one.
    """
    expected = {
        str(row.dimensions["channel"]): row.value
        for row in linear
        if row.status == "ok" and row.value is not None and row.dimensions.get("channel")
    }
    whole = sum(expected.values())
    rows = [row for row in usable(closing, "channel") if expected.get(str(row.dimensions["channel"]))]
    found = []
    for row in rows:
        channel, n = str(row.dimensions["channel"]), int(row.n or 0)
        due = expected[channel] / n
        material = expected[channel] >= MATERIAL_CHANNEL * whole
        if material and widen(row, len(rows))[1] < ASSISTS_BELOW * due:
            found.append(Assist(channel=channel, closes=float(row.value or 0.0), expected=due, n=n))
    return max(found, key=lambda one: (one.n, one.channel), default=None)


def find_costly_gate(abandonment: Iterable[AnswerRow], continuation: Iterable[AnswerRow]) -> Gate | None:
    """The gate that costs more than it brings: most leave it, and fewest go on after it.

    Args:
        abandonment: `gate_abandonment` by topic.
        continuation: `gate_continuation` by topic.
    """
    leaves = find_apart(abandonment, "topic", highest=True)
    goes_on = find_apart(continuation, "topic", highest=False)
    if leaves is None or goes_on is None or leaves.value != goes_on.value:
        return None
    return Gate(topic=leaves.value, leaves=leaves, goes_on=goes_on)


def find_disagreement(shares: Mapping[str, Mapping[str, float]]) -> Disagreement | None:
    """The channel on which attribution models differ most.

    Args:
        shares: model -> channel -> share of all conversions. A channel that a model does not name has none in it. The
            last touch that is not direct is left out: that it gives direct visits little is its definition, no finding.

    Returns:
        None unless the greatest difference is at least MATERIAL_DISAGREEMENT. Models look at the same conversions, so
        that a difference is not due to chance: its size alone decides.
    """
    shares = {model: given for model, given in shares.items() if model != "last_non_direct"}
    channels = sorted({channel for given in shares.values() for channel in given})
    found = []
    for channel in channels:
        given = {model: shares[model].get(channel, 0.0) for model in shares}
        if given:
            most, least = max(given, key=lambda name: given[name]), min(given, key=lambda name: given[name])
            found.append(
                Disagreement(channel=channel, most_by=most, most=given[most], least_by=least, least=given[least])
            )
    widest = max(found, key=lambda one: one.most - one.least, default=None)
    return widest if widest and widest.most - widest.least >= MATERIAL_DISAGREEMENT else None
