"""What the credits by corner say. In: rows of governed answers. Out: shares of each movement, and who has most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kit.findings import MIN_N
from workspace.vocabulary import CORNERS

if TYPE_CHECKING:
    from serving import AnswerRow

UNATTRIBUTED = "unattributed"
# Credits are fractions of a customer that add up to whole ones.
_ROUNDING = 0.5


@dataclass(frozen=True, kw_only=True)
class Credited:
    """How one movement was shared out.

    Attributes:
        counted: how many it is, from the movement's own metric; None where that cannot be shown.
        credits: corner -> its credits, as far as they are shown.
        hidden: corners whose credits are hidden.
    """

    counted: float | None
    credits: Mapping[str, float] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @property
    def reconciles(self) -> bool | None:
        """Whether the credits add up to the count; None where one of them cannot be shown."""
        if self.counted is None or self.hidden:
            return None
        return abs(sum(self.credits.values()) - self.counted) < _ROUNDING

    @property
    def is_too_few(self) -> bool:
        """Whether the movement is of fewer than a share can stand on."""
        return self.counted is not None and self.counted < MIN_N

    def share(self, corner: str) -> float | None:
        """The corner's share of the whole movement, hidden credits included; None where it cannot be shown.

        A share of fewer than MIN_N is too few to say.
        """
        if self.is_too_few or not self.counted or corner not in self.credits:
            return None
        return self.credits[corner] / self.counted

    @property
    def most(self) -> tuple[str, float] | None:
        """Who has most credits, and which share; none where a hidden corner may have as many, or too few came."""
        if self.is_too_few or not self.counted or not self.credits:
            return None
        first = max(self.credits, key=lambda corner: (self.credits[corner], corner))
        left = self.counted - sum(self.credits.values())
        if self.hidden and left + _ROUNDING >= self.credits[first]:
            return None
        return first, self.credits[first] / self.counted


def credited(rows: Iterable[AnswerRow], counted: Mapping[str, AnswerRow]) -> dict[str, Credited]:
    """Movement -> how it was shared out.

    Args:
        rows: `growth_credits` by corner and movement.
        counted: movement -> the row of its own metric, under the same filters and period.
    """
    earned: dict[str, dict[str, float]] = {movement: {} for movement in counted}
    hidden: dict[str, set[str]] = {movement: set() for movement in counted}
    for row in rows:
        corner, movement = row.dimensions.get("corner"), row.dimensions.get("movement")
        if movement is None or movement not in counted or corner is None:
            if row.status not in ("ok", "no_data"):
                # Hidden as a whole: nothing says of which movement.
                for one in hidden.values():
                    one.update((*CORNERS, UNATTRIBUTED))
        elif row.value is not None:
            earned[movement][corner] = float(row.value)
        elif row.status != "no_data":
            hidden[movement].add(corner)
    return {
        movement: Credited(
            counted=None if row.value is None else float(row.value),
            credits=earned[movement],
            hidden=frozenset(hidden[movement]),
        )
        for movement, row in counted.items()
    }
