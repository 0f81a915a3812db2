"""What a stage's card says. In: rows of governed answers. Out: short texts, each with the base that it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.kit.findings import MIN_N
from app.kit.formatting import count_of, days, number, percent, unavailable, words

if TYPE_CHECKING:
    from serving import AnswerRow

# Beside what is most common of what is shown: something hidden may be more common. The small print says so.
OTHERS_HIDDEN = "*"


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


def no_rate(rate: AnswerRow | None) -> str:
    """What stands where a stage has no rate: that it is hidden, or that no entry is old enough."""
    if rate is None or rate.status in ("ok", "no_data"):
        return "no rate yet"
    return f"share going on: {unavailable(rate.status)}"


def wait(row: AnswerRow | None) -> str:
    """The median time to the next stage, or why there is none."""
    if row is None or row.value is None or not is_readable(row):
        return unreadable(row)
    return f"{days(row.value)} to next"


def felt(row: AnswerRow | None) -> str:
    """The mean rating of the experience in the stage, or why there is none."""
    if row is None or row.value is None or not is_readable(row):
        return unreadable(row).replace("not known", "not rated")
    return f"{number(row.value, 'score')} of 100"


def loss(rate: AnswerRow | None) -> str:
    """The share that goes no further, or why there is none."""
    if rate is None or rate.value is None or not is_readable(rate):
        return unreadable(rate)
    return f"{percent(1 - rate.value)} go no further"


def place(channel: str, offline: AnswerRow | None) -> str:
    """Where people are met: the commonest channel, and how much of the stage is offline.

    Args:
        channel: as `most_common` says it.
        offline: `offline_share` of the stage.
    """
    if offline is None or offline.value is None or not is_readable(offline):
        return channel
    return f"{channel}; {percent(offline.value)} offline"


def unreadable(row: AnswerRow | None) -> str:
    """Why a rate, a mean or a median is not shown: nothing is known yet, too few, or hidden."""
    if row is None or row.status == "no_data" or (row.status == "ok" and row.value is None):
        return "not known"
    return "too few to say" if row.status == "ok" else unavailable(row.status)


def most_common(rows: Iterable[AnswerRow], dimension: str, stage: str) -> str:
    """The named value with most touchpoints in a stage, marked where others of the stage are hidden."""
    named = [row for row in rows if row.dimensions.get("stage") == stage and row.dimensions.get(dimension)]
    known = [row for row in named if row.status == "ok" and row.value]
    if not known:
        return unavailable("suppressed") if any(row.status == "suppressed" for row in named) else "not known"
    first = max(known, key=lambda row: (row.value or 0.0, str(row.dimensions[dimension])))
    name = words(str(first.dimensions[dimension]))
    return f"{name}{OTHERS_HIDDEN}" if any(row.status not in ("ok", "no_data") for row in named) else name


def both(first: str, second: str) -> str:
    """Two facts on one line; of two that are not shown, why once."""
    missing = (unavailable("suppressed"), "not known")
    if first in missing:
        return second
    return first if second in missing else f"{first}; {second[:1].lower()}{second[1:]}"
