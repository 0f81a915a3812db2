"""What a sentence may say where some of its rows are hidden. In: rows of governed answers. Out: whether, and in words.

A hidden row holds a number that readers may not see, and it may be the largest or the smallest of all. A sentence that
compares rows speaks of all of them, so that with a hidden one it has to say of which it speaks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving import AnswerRow

# A row without facts holds nothing that could be compared.
_NOTHING_HIDDEN = ("ok", "no_data")


def hides(rows: Iterable[AnswerRow], dimension: str) -> bool:
    """Whether a number is kept from readers for any named value of `dimension`."""
    return any(row.status not in _NOTHING_HIDDEN and row.dimensions.get(dimension) is not None for row in rows)


def among_shown(rows: Iterable[AnswerRow], dimension: str, what: str) -> str:
    """Of which rows a sentence speaks: ` of the {what} that can be shown`, or nothing where all are shown.

    Args:
        what: what the values of the dimension are, in the plural, such as `channels`.
    """
    return f" of the {what} that can be shown" if hides(rows, dimension) else ""


def compares_all(rows: Iterable[AnswerRow], dimension: str, compared: Collection[str]) -> bool:
    """Whether every named value of `dimension` that has facts is among those compared: none is hidden, none too small.

    Args:
        compared: the values whose numbers a sentence compares.
    """
    named = (row for row in rows if row.dimensions.get(dimension) is not None and row.status != "no_data")
    return all(row.dimensions[dimension] in compared for row in named)


def among_compared(
    rows: Iterable[AnswerRow], dimension: str, compared: Iterable[AnswerRow], what: str = "", *, comma: bool = False
) -> str:
    """Of which rows a sentence speaks: ` of the {what} that can be compared`, or nothing where all are compared.

    Args:
        compared: the rows whose numbers the sentence compares.
        what: what the values of the dimension are, in the plural; `those` where it is empty.
        comma: whether a comma stands before it.
    """
    if compares_all(rows, dimension, {str(row.dimensions[dimension]) for row in compared}):
        return ""
    return f"{',' if comma else ''} of {f'the {what}' if what else 'those'} that can be compared"


def of_compared(rows: Iterable[AnswerRow], dimension: str, compared: Collection[AnswerRow], what: str) -> str:
    """How many are compared: `12 outcomes`, or `the 9 outcomes that can be compared` where others are not.

    Args:
        compared: the rows whose numbers the sentence compares.
        what: what the values of the dimension are, in the plural.
    """
    among = among_compared(rows, dimension, compared, what)
    return f"{len(compared)} {what}" if not among else f"the {len(compared)} {what} that can be compared"
