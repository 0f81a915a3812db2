"""Rows that count before a load and rows that it would end in, whether it may go through out. Pure.

An export that broke off, an API that answers with an empty list, a table that was emptied: each looks like data that
was deleted. One rule for all of them, over a source as a whole: rows that other files of the same load bring make up
for those that end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workspace import Source
from workspace.errors import Problem

# Below this many rows a share says little: two rows of three may well be deleted.
FEWEST_ROWS: Final = 20


@dataclass(frozen=True)
class Bound:
    """How many of a source's rows one load may end.

    Attributes:
        share: of the rows that count; 1 allows every load.
    """

    share: float = 1

    @classmethod
    def of(cls, source: Source, *, is_accepted: bool = False) -> Bound:
        """The bound of a source, or none where the user has accepted what this load ends."""
        return cls(1 if is_accepted else source.max_vanished)

    def forbids(self, *, before: int, after: int) -> bool:
        """Whether a load may not go through.

        Args:
            before: rows that count now.
            after: rows that would count with the load.
        """
        gone = before - after
        if self.share >= 1 or gone <= 0:
            return False
        # Where nothing is left there is no chance in small numbers: as where staging loses all rows.
        return after <= 0 or (gone >= FEWEST_ROWS and gone > self.share * before)

    def refusal(self, source: str, *, before: int, after: int, place: str, unit: str = "rows") -> Problem:
        """The problem of a load that may not go through.

        Args:
            source: its name in cx.yml.
            before: rows that count now.
            after: rows that would count with the load.
            place: how the user knows what was to be loaded.
            unit: what was counted.
        """
        gone = f"{before - after:,} of {before:,} {unit} of '{source}' would vanish with this load"
        if after <= 0:
            gone = f"All {before:,} {unit} of '{source}' would vanish with this load, and nothing would be left"
        return Problem(
            file=place,
            key=f"sources.{source}.max_vanished",
            what=f"{gone} (max_vanished is {self.share:.0%}). It was refused, and the earlier {unit} still count.",
            fix=f"See what the source holds now. If that is right, accept it: cx run --accept-vanished {source}",
        )
