"""Initiatives of the company beside the trends that they may affect. In: a session. Out: chart marks and a caption."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from app.kit.formatting import day, listing
from app.kit.page_session import PageSession
from app.kit.periods import Window

COLUMNS = ("label", "corner", "stage", "started", "ended")
# What an initiative can be meant for. A number asked for one of them is touched by that one's initiatives alone.
AIMS = ("corner", "stage")
# Marts that know no corner, though only some corners move them: customers speak of what service and marketing do.
CORNERS_BEHIND = {"fct_mentions": ("marketing", "service")}


def marks(
    session: PageSession, metric: str, window: Window, *, where: Mapping[str, Sequence[str]] | None = None
) -> list[Mapping[str, Any]]:
    """Initiatives that may have touched `metric` and began within `window`, in order.

    Args:
        metric: the number of the trend; of several in one chart, any: they are based on the same mart.
        where: the cell that the trend is of. One of a corner or a stage is touched by its own initiatives, and by those
            that are meant for no corner or stage.

    Returns:
        `at` (first day), `label` and `ended` (last day as text, or None).
    """
    aims = {aim: (where or {}).get(aim) for aim in AIMS}
    behind = {corner for model in session.definitions[metric].model for corner in CORNERS_BEHIND.get(model, ())}
    aims["corner"] = aims["corner"] or sorted(behind)
    found = []
    for row in session.ask("initiatives", by=COLUMNS).rows:
        named = row.dimensions.get("started")
        if row.status != "ok" or not named or not all(_meant(row.dimensions.get(aim), aims[aim]) for aim in AIMS):
            continue
        at = date.fromisoformat(named)
        if (window.since is None or at >= window.since) and (window.until is None or at <= window.until):
            found.append({"at": at, "label": str(row.dimensions["label"]), "ended": row.dimensions.get("ended")})
    return sorted(found, key=lambda one: (one["at"], one["label"]))


def note(found: Collection[Mapping[str, Any]], *, numbered: bool = True) -> str:
    """The marks in words, for those who cannot see them; numbered where the chart numbers them."""
    if not found:
        return ""
    parts = []
    for number, one in enumerate(found, start=1):
        until = f" to {day(date.fromisoformat(one['ended']))}" if one["ended"] else ""
        parts.append(f"{f'{number} ' if numbered else ''}{one['label']} ({day(one['at'])}{until})")
    return f"Dashed: {listing(parts)}."


def _meant(aim: str | None, shown: Sequence[str] | None) -> bool:
    """Whether an initiative meant for `aim` (None: for all) touches what is `shown` (nothing: all of it)."""
    return not aim or not shown or aim in shown
