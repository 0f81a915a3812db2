"""When people come, by weekday and hour. In: a session and the reader's filters. Out: a drawn card."""

from __future__ import annotations

from calendar import day_name
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.kit import cards, charts
from app.kit.findings import MIN_N
from app.kit.formatting import hidden_note, number, percent, unavailable
from app.kit.grids import grid
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from serving import AnswerRow

# Hours in blocks that can be distinguished on a telephone.
BLOCK = 4


def draw(session: PageSession, filters: Filters) -> None:
    """A grid of touchpoints by weekday and part of the day."""
    answer = session.shown("touchpoints", filters, by=("weekday", "hour_of_day"))
    cells = blocks(answer.rows)
    if not any(cell.count for cell in cells.values()):
        cards.nothing_to_show(answer, what="Touchpoints by weekday and hour")
        return
    title = busiest(cells, session.shown("touchpoints", filters).one("touchpoints"))
    with cards.evidence(session, title, [answer], ["touchpoints"], key="when"):
        records = [
            {
                "row": weekday,
                "column": _block(block),
                "value": cells[weekday, block].count or None,
                "text": cells[weekday, block].text,
            }
            for weekday in day_name
            for block in range(24 // BLOCK)
        ]
        grid(
            charts.matrix(
                records,
                columns=[_block(block) for block in range(24 // BLOCK)],
                rows=list(day_name),
                pattern=",.0f",
            ),
            records,
            columns={"row": "Weekday", "column": "Hours", "text": "Touchpoints"},
            alt_text=f"Grid of touchpoints by weekday and hour. {title}.",
            key="when_chart",
            note=f"Hours of {session.document.timezone}."
            + (f" +: more are hidden. {hidden_note(session.min_cell)}" if is_partly_hidden(cells) else ""),
        )


@dataclass(frozen=True)
class Cell:
    """The touchpoints of a weekday and block of hours.

    Attributes:
        count: those that are shown.
        is_hidden: whether an hour of it is hidden.
    """

    count: float = 0.0
    is_hidden: bool = False

    @property
    def text(self) -> str:
        """The number; what is hidden in it is not counted as none."""
        if self.is_hidden and not self.count:
            return unavailable("suppressed")
        return f"{number(self.count, 'count')}{'+' if self.is_hidden else ''}"


Cells = Mapping[tuple[str, int], Cell]


def blocks(rows: Iterable[AnswerRow]) -> Cells:
    """The grid, whole.

    Args:
        rows: `touchpoints` by weekday and hour_of_day.
    """
    cells = {(weekday, block): Cell() for weekday in day_name for block in range(24 // BLOCK)}
    for row in rows:
        hour, weekday = row.dimensions.get("hour_of_day"), row.dimensions.get("weekday")
        if hour is None or weekday is None:
            continue
        at = str(weekday), int(hour) // BLOCK
        is_hidden = row.status not in ("ok", "no_data")
        cells[at] = Cell(cells[at].count + (row.value or 0.0), cells[at].is_hidden or is_hidden)
    return cells


def busiest(cells: Cells, touchpoints: AnswerRow) -> str:
    """The busiest time in words, with its share of all touchpoints.

    Args:
        cells: the grid, not empty.
        touchpoints: all of them, also those of hidden hours and of none.
    """
    at = max(cells, key=lambda one: (cells[one].count, one))
    among = " of those that can be shown" if is_partly_hidden(cells) else ""
    title = f"{at[0]} {_block(at[1])} is the busiest time{among}"
    if not touchpoints.value or touchpoints.value < MIN_N or cells[at].is_hidden:
        return title
    return f"{title}, with {percent(cells[at].count / touchpoints.value)} of touchpoints"


def is_partly_hidden(cells: Cells) -> bool:
    """Whether any hour is hidden."""
    return any(cell.is_hidden for cell in cells.values())


def _block(block: int) -> str:
    return f"{block * BLOCK:02}–{(block + 1) * BLOCK:02} h"
