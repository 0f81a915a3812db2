"""What the company changed, beside the trends it may have touched. In: a desk. Out: marks for charts, and a caption."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from app.desk import Desk
from app.filters import Filters
from app.formatting import day, listing

COLUMNS = ("label", "corner", "stage", "started", "ended")


def marks(desk: Desk, filters: Filters, *, corners: Collection[str] = ()) -> list[Mapping[str, Any]]:
    """Initiatives that began within the period shown, in order: `at` (first day) and `label`.

    Args:
        corners: only initiatives of these corners; those of no corner touch all of them. Empty: all.
    """
    rows = desk.ask("initiatives", by=COLUMNS).rows
    window = filters.window
    found = []
    for row in rows:
        named, corner = row.dimensions.get("started"), row.dimensions.get("corner")
        if row.status != "ok" or not named or (corners and corner and corner not in corners):
            continue
        at = date.fromisoformat(named)
        if (window.since is None or at >= window.since) and (window.until is None or at <= window.until):
            found.append({"at": at, "label": str(row.dimensions["label"]), "ended": row.dimensions.get("ended")})
    return sorted(found, key=lambda one: (one["at"], one["label"]))


def note(found: Collection[Mapping[str, Any]]) -> str:
    """The marks in words, for those who cannot see them."""
    if not found:
        return ""
    told = []
    for number, one in enumerate(found, start=1):
        until = f" to {day(date.fromisoformat(one['ended']))}" if one["ended"] else ""
        told.append(f"{number} {one['label']} ({day(one['at'])}{until})")
    return f"Dashed: {listing(told)}."
