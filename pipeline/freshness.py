"""Whether a source still delivers: its loads and its freshness limit in, one check out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from workspace import Source
from workspace.records.documents import Check

FRESH_CHECK: Final = "is_fresh"


def freshness(source: Source, loads: Iterable[Mapping[str, Any]], *, now: datetime) -> Check | None:
    """A warning where the newest rows of a source came in longer ago than it promises.

    Args:
        source: the source; its `fresh_within_hours` is the promise.
        loads: rows of `ledger.loads`.
        now: the present instant, with its zone.

    Returns:
        None where the source promises nothing.
    """
    if source.fresh_within_hours is None:
        return None
    came = [_utc(load["loaded_at"]) for load in loads if load["source"] == source.name and load["loaded"] > 0]
    newest = max(came, default=None)
    late = newest is None or now - newest > timedelta(hours=source.fresh_within_hours)
    since = f"the newest came on {newest:%Y-%m-%d %H:%M} UTC" if newest else "nothing ever came"
    return Check(
        name=FRESH_CHECK,
        asset=f"sources.{source.name}",
        behaviour="warn",
        status="failed" if late else "passed",
        description=f"New rows come at least every {source.fresh_within_hours:g} hours.",
        engine="pipeline",
        observed=f"New rows are expected every {source.fresh_within_hours:g} hours; {since}." if late else None,
    )


def _utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
