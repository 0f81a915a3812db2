"""What hidden cells leave open. In: rows of governed answers. Out: whether some are hidden, and words that say so.

A sentence must be true whatever the hidden cells hold: an extreme of the shown ones is said to be one of those, and a
share is never one of their sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving import AnswerRow

KNOWN = ("ok", "no_data")


def hides(rows: Iterable[AnswerRow], dimension: str) -> bool:
    """Whether any row of a named value of `dimension` is neither a number nor the absence of facts.

    Args:
        rows: all rows of an answer, as they were given.
        dimension: the column whose values a sentence compares; rows of a missing value are not compared.
    """
    return any(row.dimensions.get(dimension) is not None and row.status not in KNOWN for row in rows)


def among_shown(rows: Iterable[AnswerRow], dimension: str, what: str) -> str:
    """` of the {what} that can be shown` where a row is hidden, else nothing.

    Args:
        rows, dimension: as in `hides`.
        what: the things compared, in the plural: `channels`.
    """
    return f" of the {what} that can be shown" if hides(rows, dimension) else ""
