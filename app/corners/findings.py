"""What the credits by corner say. In: rows of governed answers. Out: shares of each movement."""

from __future__ import annotations

from collections.abc import Iterable

from serving import AnswerRow


def movement_shares(rows: Iterable[AnswerRow]) -> dict[tuple[str, str], float]:
    """(corner, movement) -> the corner's share of the credits of that movement, as far as cells are shown."""
    earned = {
        (str(row.dimensions["corner"]), str(row.dimensions["movement"])): row.value
        for row in rows
        if row.value is not None and row.dimensions.get("corner") and row.dimensions.get("movement")
    }
    totals: dict[str, float] = {}
    for (_, movement), credit in earned.items():
        totals[movement] = totals.get(movement, 0.0) + credit
    return {cell: credit / totals[cell[1]] for cell, credit in earned.items() if totals[cell[1]]}
