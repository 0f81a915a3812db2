"""Deliberate faults in the files: clean rows in; rows with every kind of fault, and a count of each, out.

Faulty rows are added, clean ones are never changed, so that handling the faults gives the clean company.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from demo.setting.people import Ints

Row = Sequence[str]
FEW: Final = 0.001  # of the rows of a file
NO_DATE: Final = "31.02.2026 25:61"


@dataclass(frozen=True, kw_only=True)
class Dirt:
    """Which faults are wanted.

    Attributes:
        files: faults that reading and staging can see: repeated, late, impossible, broken.
        identity: devices and addresses that many people share, and junk addresses.
    """

    files: bool = True
    identity: bool = False


@dataclass
class DirtBook:
    """Which faults are wanted, and how many rows have been written of each kind."""

    wanted: Dirt
    counts: Counter[str] = field(default_factory=Counter)

    def pick(self, rng: np.random.Generator, size: int, *, share: float = FEW, least: int = 1) -> Ints:
        """Some rows to make a fault of, in order; none where no faults are wanted."""
        wanted = min(size, max(least, round(share * size))) if self.wanted.files else 0
        return np.sort(rng.choice(size, size=wanted, replace=False)).astype(np.int64)

    def note(self, kind: str, rows: int) -> None:
        """Count faulty rows; kinds without any are left out."""
        if rows:
            self.counts[kind] += rows

    def add(
        self,
        kind: str,
        rng: np.random.Generator,
        rows: list[Row],
        periods: list[str],
        spoil: Callable[[list[str], int], Row],
        *,
        share: float = FEW,
        least: int = 1,
    ) -> None:
        """Append spoilt copies of some rows, in the file of their period; `spoil` gets a copy and its number."""
        chosen = self.pick(rng, len(rows), share=share, least=least)
        for number, i in enumerate(chosen):
            rows.append(spoil(list(rows[i]), number))
            periods.append(periods[i])
        self.note(kind, len(chosen))


def as_it_is(row: list[str], _number: int) -> Row:
    """The same row once more."""
    return row


def with_cells(row: list[str], cells: dict[int, str]) -> Row:
    """The row with other cells, by position."""
    for position, cell in cells.items():
        row[position] = cell
    return row
