"""The headline of the page for auditors. In: counts of checks. Out: a `Sentence`."""

from __future__ import annotations

from app.kit.sentences import Sentence


def quality(passed: int, total: int, *, day_of_run: str) -> Sentence:
    """The headline of the page for auditors."""
    if total == 0:
        return Sentence("No check is recorded for this release", claim=False)
    return Sentence(f"{passed:,} of {total:,} checks passed on the load of {day_of_run}", claim=passed == total)
