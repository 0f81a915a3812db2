"""The last closed quarter beside earlier ones. In: a session and the reader's filters. Out: its moves."""

from __future__ import annotations

from app.kit.formatting import RANGE
from app.kit.page_session import PageSession
from app.kit.periods import Window, last_quarter, shifted
from app.kit.selection import Filters
from app.today.findings import GAINED, METRICS, NO_MOVES, Moves, find_moves
from serving import AnswerRow

ASKED = tuple(dict.fromkeys((*METRICS, *GAINED)))
# Earlier quarters, in words -> how many months before.
EARLIER = {"the quarter before": 3, "the same quarter a year before": 12}


def read_moves(session: PageSession, filters: Filters) -> Moves:
    """What moved, of customers within the filters; a quarter that the data does not cover is compared with none."""
    quarter = last_quarter(filters.as_of)
    asked = [name for name in ASKED if session.is_fed(name) and session.covers(name, quarter)]
    if not asked:
        return NO_MOVES

    def rows(names: list[str], window: Window) -> dict[str, AnswerRow]:
        return {name: session.one(name, where=filters.where, window=window, undated="none") for name in names}

    earlier = {}
    for words, months in EARLIER.items():
        before = shifted(quarter, -months)
        earlier[words] = rows([name for name in asked if not session.no_baseline(name, before)], before)
    return find_moves(rows(asked, quarter), earlier)


def name_of(quarter: Window) -> str:
    """The quarter as a sentence names it: `Apr–Jun 2026`."""
    assert quarter.since is not None
    assert quarter.until is not None
    return f"{quarter.since:%b}{RANGE}{quarter.until:%b %Y}"
