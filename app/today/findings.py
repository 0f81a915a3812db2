"""What changed in the last closed quarter. In: rows of it and of earlier quarters. Out: the moves that lead the page.

A count is compared with the bounds of a Poisson count, an amount with those of a sum of so many orders, net growth with
those of its parts; every other number has an interval of its own. All bounds are widened by the number of comparisons
that were looked at, since the largest of them is picked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kit.findings import MIN_N, bounds_of, is_clearly_above, usable
from serving.statistics.comparisons import Estimate, balance, count, difference_low, total, widened

if TYPE_CHECKING:
    from app.expectations.stakes import Stake
    from serving import AnswerRow

    Rows = Mapping[str, AnswerRow]

METRICS = ("revenue", "acquired", "lost", "net_growth", "retention_rate", "nps", "csat")
# What net growth is made of: its parts that add, and the one that takes away.
GAINED, LOST = ("acquired", "reactivated"), "lost"
# Less of these is good.
GOOD_DOWN = ("lost",)
# A fall of these is said beside good news even where it may be chance.
NEVER_HIDDEN = ("acquired", "lost", "net_growth")
# Shares and scores: the width of their scale. A change of theirs is measured against it, since their values may be near
# zero; a change of a count or an amount is measured against what it was before.
SCALES = {"retention_rate": 1.0, "csat": 1.0, "nps": 200.0}
# Counts and amounts move by a few percent from quarter to quarter by themselves; five is what a plan would name.
MATERIAL_CHANGE = 0.05
SUBJECT = "growth_subject"
# One point of a share, two of the 200 points of NPS.
MATERIAL_OF_SCALE = 0.01


@dataclass(frozen=True, kw_only=True)
class Move:
    """One number of the quarter beside that of an earlier one.

    Attributes:
        against: the earlier quarter in words.
        relative: the change as a share of the number before, or of the scale (`SCALES`).
    """

    metric: str
    now: float
    before: float
    against: str
    relative: float
    is_proven: bool

    @property
    def is_good(self) -> bool:
        return (self.relative > 0) != (self.metric in GOOD_DOWN)

    @property
    def is_material(self) -> bool:
        return abs(self.relative) >= (MATERIAL_OF_SCALE if self.metric in SCALES else MATERIAL_CHANGE)


@dataclass(frozen=True, kw_only=True)
class Moves:
    """The largest good and the largest bad move of a quarter; `bad` may be unproven, `good` never is."""

    good: Move | None
    bad: Move | None

    @property
    def said(self) -> list[Move]:
        """Both, as far as there are any, good news first."""
        return [move for move in (self.good, self.bad) if move is not None]


NO_MOVES = Moves(good=None, bad=None)


def find_moves(now: Rows, earlier: Mapping[str, Rows]) -> Moves:
    """The largest proven good and the largest proven bad move, by relative size.

    Where no bad move is proven, the largest fall of customers (`NEVER_HIDDEN`) that would matter is the bad one.

    Args:
        now: metric -> its row in the quarter; of METRICS and of what net growth is made of.
        earlier: an earlier quarter in words -> its rows, of those metrics only that may be compared with it.
    """
    pairs = [
        (metric, against, rows)
        for against, rows in earlier.items()
        for metric in METRICS
        if _is_known(now.get(metric)) and _is_known(rows.get(metric))
    ]
    moves = [_move(metric, now, rows, against, looks=len(pairs)) for metric, against, rows in pairs]
    material = [move for move in moves if move.is_material]
    proven = [move for move in material if move.is_proven]
    good = _largest(move for move in proven if move.is_good)
    bad = _largest(move for move in proven if not move.is_good) or _largest(
        move
        for move in material
        if not move.is_good and move.metric in NEVER_HIDDEN and max(move.now, move.before) >= MIN_N
    )
    return Moves(good=good, bad=bad)


def _is_known(row: AnswerRow | None) -> bool:
    return row is not None and row.status == "ok" and row.value is not None


def _move(metric: str, now: Rows, before: Rows, against: str, *, looks: int) -> Move:
    value, was = now[metric].value or 0.0, before[metric].value or 0.0
    # From zero no share can be taken: one is the least that was there.
    base = SCALES.get(metric, max(abs(was), 1.0))
    ends = [_estimate(metric, rows) for rows in (now, before)]
    later, first = (None if end is None else widened(end, looks) for end in ends)
    is_proven = (
        later is not None
        and first is not None
        and (difference_low(later, first) > 0 or difference_low(first, later) > 0)
    )
    return Move(
        metric=metric, now=value, before=was, against=against, relative=(value - was) / base, is_proven=is_proven
    )


def _estimate(metric: str, rows: Rows) -> Estimate | None:
    """A number with its bounds; None where there is nothing to compute them from."""
    row = rows[metric]
    assert row.value is not None
    if metric == "net_growth":
        parts = [rows.get(name) for name in (*GAINED, LOST)]
        if not all(_is_known(part) for part in parts):
            return None
        *gained, lost = (count(part.value or 0.0) for part in parts if part is not None)
        return balance(gained, [lost])
    if metric == "revenue":
        return total(row.value, row.n) if row.n else None
    if metric in SCALES:
        is_estimate = row.low is not None and row.high is not None and (row.n or 0) >= MIN_N
        return bounds_of(row) if is_estimate else None
    return count(row.value)


def _largest(moves: Iterable[Move]) -> Move | None:
    return max(moves, key=lambda move: abs(move.relative), default=None)


def find_unpriced(stakes: Sequence[Stake]) -> Stake | None:
    """The interaction with clearly the most customers below what they tolerate, where no amount can be put on it."""
    known = [stake for stake in stakes if stake.below is not None and usable([stake.below], SUBJECT)]
    first = max(known, key=_below, default=None)
    if first is None or first.row.value is not None or first.below is None:
        return None
    others = [stake.below for stake in known if stake is not first and stake.below is not None]
    return first if all(is_clearly_above(first.below, other) for other in others) else None


def _below(stake: Stake) -> float:
    return stake.below.value or 0.0 if stake.below is not None else 0.0
