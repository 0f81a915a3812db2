"""What a stage's card says. In: rows of governed answers. Out: short texts, each with the base that it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.kit.findings import MIN_N
from app.kit.formatting import count_of, days, number, unavailable, words

if TYPE_CHECKING:
    from serving import AnswerRow


def reached(entries: AnswerRow | None) -> str:
    """How many entries the stage has in the period.

    Args:
        entries: `stage_entries` of the stage; None where the answer has no such row.
    """
    if entries is not None and entries.value:
        return count_of(entries.value, "entry", "entries")
    if entries is None or entries.status in ("ok", "no_data"):
        return "not observed"
    return unavailable(entries.status)


def is_readable(row: AnswerRow | None) -> bool:
    """Whether a rate or a median holds a number, from at least MIN_N."""
    return row is not None and row.value is not None and (row.n or 0) >= MIN_N


def base_of(rate: AnswerRow, *, conversion_days: int) -> str:
    """What the stage's rate stands on: the entries old enough to tell, not all entries of the period.

    Args:
        rate: `stage_conversion` of the stage, with a value.
        conversion_days: how long an entry has to reach a later stage.
    """
    base = f"{number(rate.n or 0, 'count')} at least {conversion_days} days old"
    return f"of the {base}" if is_readable(rate) else f"too few to say: {base}"


def wait(row: AnswerRow | None) -> str | None:
    """The median time to the next stage; None where there is none, or too few went on."""
    if row is None or row.value is None or not is_readable(row):
        return None
    return f"{days(row.value)} to next"


def most_common(rows: Iterable[AnswerRow], dimension: str, stage: str) -> str | None:
    """The named value with most touchpoints in a stage; it says so where others of the stage are hidden."""
    named = [row for row in rows if row.dimensions.get("stage") == stage and row.dimensions.get(dimension)]
    known = [row for row in named if row.status == "ok" and row.value]
    if not known:
        return None
    first = max(known, key=lambda row: (row.value or 0.0, str(row.dimensions[dimension])))
    name = words(str(first.dimensions[dimension]))
    return f"{name} (others hidden)" if any(row.status not in ("ok", "no_data") for row in named) else name
