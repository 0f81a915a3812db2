"""One card of what is explored: finding, chart, table, downloads, command, SQL and link. In: a `Result`. Out: drawn.

The page Explore metrics and the pages of one's own draw the same card.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from shlex import quote
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from app.explore.downloads import csv_of_result, name_of, parquet_of_result
from app.explore.results import Result
from app.explore.sentences import headline
from app.kit import cards, charts, initiatives
from app.kit.bars import bar
from app.kit.downloads import download
from app.kit.failures import part
from app.kit.findings import is_too_few
from app.kit.formatting import count_of, interval, labels, listing, markdown_safe, number, unavailable
from app.kit.grids import grid
from app.kit.page_session import PageSession
from app.kit.pages import page_of
from app.kit.periods import PRIOR_YEAR, Window
from app.kit.sentences import Sentence, interval_note
from app.kit.tables import UNKNOWN, Table, cell
from serving import AnswerRow

EXPLORE_PAGE = page_of("explore").file
SERIES = len(charts.LINES)  # lines whose colours differ enough
PANELS = 4
BARS = 25
GRID_COLUMNS, GRID_ROWS = 8, 25
TABLE_ROWS = 500
AXIS_PATTERNS = {"share": ".0%", "count": ",.0f", "currency": ",.0f"}


def card(
    session: PageSession, result: Result, *, title: Sentence | str, key: str, name: str = "", is_open: bool = False
) -> None:
    """Draw a result.

    Args:
        title: of the card.
        key: its own on the page.
        name: of the saved view that it is, with the way to it in Explore metrics.
        is_open: whether the table stands open.
    """
    answers = [result.answer, *([result.earlier] if result.earlier else [])]
    with cards.evidence(session, title, answers, [result.choice.metric], key=key):
        if name:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                said = dict.fromkeys((name, title_of(result), result.days))
                st.caption(markdown_safe(" · ".join(said)), width="content")
                parameters = [(one, value) for one, some in result.choice.parameters.items() for value in some]
                st.page_link(EXPLORE_PAGE, label="Explore", icon=":material/query_stats:", query_params=parameters)
        with part("The chart"):
            _chart(session, result, key=key)
        with part("The table"):
            shown = table_of(result)
            with st.expander(count_of(len(shown.texts), "row"), icon=":material/table_rows:", expanded=is_open):
                _table(session, result, shown, key=key)
        with part("The way to these numbers"):
            _take_away(session, result, key=key)


def title_of(result: Result) -> str:
    """What is shown, in words: `Revenue by segment and month, region North`."""
    by = f" by {listing(result.by_words)}" if result.by_words else ""
    return f"{result.definition.label}{by}{f', {result.scope}' if result.scope else ''}"


def table_of(result: Result) -> Table:
    """Everything that the answer has, a row each, in the order of its periods and then its values."""
    choice, unit, currency = result.choice, result.unit, result.currency
    names = {word: labels(_values(result, word)) for word in choice.by}
    heads = [result.labels[word] for word in choice.by]
    measure = result.definition.label
    records: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for row in _ordered(result):
        first: dict[str, Any] = {"Period": period_text(row.period, choice.grain)} if choice.grain else {}
        for head, word in zip(heads, choice.by, strict=True):
            value = row.dimensions.get(word)
            first[head] = UNKNOWN if value is None else names[word][value]
        if not first:
            first["Period"] = result.days
        before = result.before_of(row)
        more: dict[str, Any] = {}
        figures: dict[str, Any] = {measure: row.value}
        said = {measure: cell(row, unit, currency=currency)}
        if row.low is not None and row.high is not None:
            more["95% interval"] = interval(row.low, row.high, unit, currency=currency)
        if row.n is not None:
            figures["n"], said["n"] = row.n, f"{row.n:,}"
        if result.earlier is not None:
            figures[before_label(result)] = before.value if before is not None else None
            said[before_label(result)] = cell(before, unit, currency=currency)
            more["Change"] = result.moved(row, before)
        if row.reason:
            more["Note"] = row.reason
        is_small = row.status == "ok" and is_too_few(row, result.definition)
        if is_small:
            more["Note"] = " ".join(filter(None, (row.reason, "Too few to rely on.")))
        records.append({**first, **figures, **more})
        texts.append({**first, **said, **more})
    used = {column for record in records for column in record}
    order = ["Period", *heads, measure, "95% interval", "n", before_label(result), "Change", "Note"]
    columns = [column for column in dict.fromkeys(order) if column in used]
    shown = pd.DataFrame(texts, columns=columns).fillna("")
    numbers = pd.DataFrame(records, columns=columns)
    spoken = [column for column in columns if column not in (measure, "n", before_label(result))]
    numbers[spoken] = numbers[spoken].fillna("")
    return Table(numbers, shown)


def before_label(result: Result) -> str:
    """What the column of the period compared with is called."""
    return "Year before" if result.choice.comparison == PRIOR_YEAR else "Period before"


def period_text(start: date | None, grain: str) -> str:
    """A period as text that sorts by time: `2026-06`, `2026 Q2`, `2026`."""
    if start is None:
        return UNKNOWN
    match grain:
        case "month":
            return f"{start:%Y-%m}"
        case "quarter":
            return f"{start.year} Q{(start.month - 1) // 3 + 1}"
        case "year":
            return str(start.year)
        case _:
            return start.isoformat()


def _table(session: PageSession, result: Result, shown: Table, *, key: str) -> None:
    rows = len(shown.texts)
    if rows > TABLE_ROWS:
        shown = Table(shown.numbers.head(TABLE_ROWS), shown.texts.head(TABLE_ROWS))
    notes = [result.partial]
    if rows > TABLE_ROWS:
        notes.append(f"The first {TABLE_ROWS:,} of {rows:,} rows; the downloads have all.")
    cards.table(
        shown,
        session,
        alt_text=f"Table of {result.definition.label}, {result.days}: {count_of(rows, 'row')}.",
        key=f"table_{key}",
        note=" ".join(filter(None, notes)),
    )


def _take_away(session: PageSession, result: Result, *, key: str) -> None:
    name = name_of(result)
    with st.container(horizontal=True, gap="small"):
        download("CSV", lambda: csv_of_result(result), name=f"{name}.csv", key=f"csv_{key}")
        download("Parquet", lambda: parquet_of_result(result), name=f"{name}.parquet", key=f"parquet_{key}")
    with st.expander("Command, SQL and link", icon=":material/terminal:"):
        st.markdown("**The same numbers in a terminal**")
        for line in commands(session, result):
            st.code(line, language="bash", wrap_lines=True)
        st.markdown("**A link that reopens these numbers**, with their release")
        st.code(link(session, result), language=None, wrap_lines=True)
        st.markdown("**SQL that was run**")
        st.caption("Groups that are too small are hidden after it, so that its own result must not be published.")
        if result.answer.sql:
            st.code(";\n\n".join(result.answer.sql), language="sql", height=320)
        else:
            st.caption("None: why there is no number follows from the definition or the period.")


def commands(session: PageSession, result: Result) -> list[str]:
    """The commands that give the rows shown and, after them, those compared with."""
    options = [f"--workspace {quote(str(session.paths.root))}"]
    if session.document.run_id != session.live_run_id:
        options.insert(0, f"--release {quote(session.document.run_id)}")
    answers = [result.answer, *([result.earlier] if result.earlier else [])]
    return [answer.question.command(*options) for answer in answers]


def link(session: PageSession, result: Result) -> str:
    """The whole address, where the server knows its own; else from the page's name on."""
    here = st.context.url or ""
    path = result.choice.link(session.document.run_id)
    return f"{here.rpartition('/')[0]}/{path}" if "/" in here else path


def _chart(session: PageSession, result: Result, *, key: str) -> None:
    rows = _drawable(result)
    said = str(headline(result))
    notes: list[str] = []
    if not rows:
        cards.nothing_to_show(result.answer, what=result.definition.label)
        if result.total is not None and result.total.status == "ok" and result.by_words:
            st.caption("Split it by less, or choose longer periods: larger groups can be shown.")
        return
    if result.choice.grain:
        _lines(session, result, rows, said, notes, key=key)
    elif len(result.choice.by) == 2:
        _grid(result, said, notes, key=key)
    elif result.choice.by:
        _bars(result, rows, said, notes, key=key)
    else:
        _one(result, rows[0])
    if result.not_compared:
        notes.append(result.not_compared)
    if result.partial:
        notes.append(result.partial)
    if notes:
        st.caption(markdown_safe(" ".join(notes)))


def _one(result: Result, row: AnswerRow) -> None:
    """One number, with its change."""
    moved, color = cards.delta(result.definition, row, result.total_before)
    st.metric(
        markdown_safe(result.definition.label),
        number(row.value or 0.0, result.unit, currency=result.currency),
        moved,
        delta_color=color,
        delta_arrow="auto" if moved and any(digit in moved for digit in "123456789") else "off",
        delta_description=result.asked.comparison_note if moved else None,
    )
    if note := interval_note(row, result.unit, currency=result.currency):
        st.caption(markdown_safe(note))


def _bars(result: Result, rows: Sequence[AnswerRow], said: str, notes: list[str], *, key: str) -> None:
    (dimension,) = result.choice.by
    names = labels(_values(result, dimension))
    drawn = rows if _is_numeric(result, dimension) else sorted(rows, key=lambda row: -(row.value or 0.0))
    if len(drawn) > BARS:
        notes.append(f"The chart has {BARS} of {len(drawn)}; the table has all.")
    records = []
    is_claim = result.definition.metric_class == "additive" and headline(result).claim
    most = max(row.value or 0.0 for row in drawn)
    for row in drawn[:BARS]:
        value = row.dimensions.get(dimension)
        record = bar(
            row,
            UNKNOWN if value is None else names[value],
            result.unit,
            currency=result.currency,
            stands_out=is_claim and value is not None and row.value == most,
        )
        moved = result.moved(row, result.before_of(row))
        text = number(row.value or 0.0, result.unit, currency=result.currency)
        records.append({**record, "text": f"{text} ({moved})" if moved else text})
    axis = f"{result.definition.label}{f', {result.currency}' if result.definition.unit == 'currency' else ''}"
    _draw(charts.ranked(records, axis=axis, unit=result.unit, is_praise=True), said, key=key)
    if result.earlier is not None:
        notes.append(f"In brackets: the change on the {before_label(result).lower()}.")
    _say_left_out(result, notes)


def _grid(result: Result, said: str, notes: list[str], *, key: str) -> None:
    one, other = result.choice.by
    down, across = (one, other) if len(_values(result, one)) >= len(_values(result, other)) else (other, one)
    rows, columns = (_by_size(result, word) for word in (down, across))
    if len(rows) > GRID_ROWS or len(columns) > GRID_COLUMNS:
        rows, columns = rows[:GRID_ROWS], columns[:GRID_COLUMNS]
        notes.append("The grid has the largest; the table has all.")
    row_names, column_names = (_named(result, word) for word in (down, across))
    records = []
    for row in result.answer.rows:
        at, over = row.dimensions.get(down), row.dimensions.get(across)
        if at not in rows or over not in columns:
            continue
        is_small = row.status == "ok" and is_too_few(row, result.definition)
        is_shown = row.status == "ok" and row.value is not None and not is_small
        text = number(row.value or 0.0, result.unit, currency=result.currency) if is_shown else ""
        records.append(
            {
                "row": row_names(at),
                "column": column_names(over),
                "value": row.value if is_shown else None,
                "text": text
                or ("too few" if is_small else unavailable(row.status if row.status != "ok" else "no_data")),
            }
        )
    drawn = charts.matrix(
        records,
        columns=[column_names(value) for value in columns],
        rows=[row_names(value) for value in rows],
        pattern=AXIS_PATTERNS.get(result.unit, ",.1f"),
    )
    heads = {"row": result.labels[down], "column": result.labels[across], "text": result.definition.label}
    grid(drawn, records, columns=heads, alt_text=f"{said}.", key=f"chart_{key}")


def _lines(
    session: PageSession, result: Result, rows: Sequence[AnswerRow], said: str, notes: list[str], *, key: str
) -> None:
    """Lines over time: the period and the one compared with; or the largest values; or a panel for each of a second."""
    pattern = AXIS_PATTERNS.get(result.unit, ",.1f")
    by = result.choice.by
    if not by:
        earlier = [(result.before_of(row), row.period) for row in result.answer.rows]
        is_beside = any(_is_drawable(result, before) for before, _ in earlier if before is not None)
        series = "This period" if is_beside else ""
        records = [_point(result, row, series) for row in _ordered(result) if row.period]
        if is_beside:
            records += [
                {**_point(result, before, before_label(result)), "period": period}
                for before, period in earlier
                if before is not None
            ]
        days = Window(min(row.period for row in rows if row.period), result.asked.window.until or result.asked.as_of)
        marks = initiatives.marks(session, result.choice.metric, days, where=result.asked.where)
        _draw(charts.lines(records, pattern=pattern, marks=marks), _course(result, said), key=key)
        if marks:
            notes.append(initiatives.note(marks))
        _say_left_out(result, notes)
        return
    name, known = _named(result, by[0]), {row.dimensions.get(by[0]) for row in rows}
    largest = [value for value in _by_size(result, by[0]) if value in known]
    if len(largest) > SERIES:
        notes.append(f"The chart has the {SERIES} largest of {len(largest)}; the table has all.")
    panels: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for row in _ordered(result):
        if row.dimensions.get(by[0]) in largest[:SERIES] and row.period is not None:
            panel = row.dimensions.get(by[1]) if len(by) == 2 else None
            panels[panel].append(_point(result, row, name(row.dimensions.get(by[0]))))
    if len(by) == 1:
        _draw(charts.lines(panels[None], pattern=pattern), _course(result, said), key=key)
    else:
        drawn = {row.dimensions.get(by[1]) for row in rows if row.dimensions.get(by[0]) in largest[:SERIES]}
        title, order = _named(result, by[1]), [one for one in _by_size(result, by[1]) if one in drawn]
        values = [float(row.value or 0.0) for row in rows]
        reach = (min(0.0, *values), max(0.0, *values))
        if len(order) > PANELS:
            notes.append(f"Charts are of the {PANELS} largest of {len(order)}; the table has all.")
        with st.grid(2, min_column_width=300, gap="small"):
            for nth, value in enumerate(order[:PANELS]):
                with st.container():
                    st.markdown(f"**{markdown_safe(title(value))}**")
                    text = f"{result.labels[by[1]]} {title(value)}. {_course(result, said)}"
                    filled = {point["series"] for point in panels[value] if point["value"] is not None}
                    records = [point for point in panels[value] if point["series"] in filled]
                    _draw(charts.lines(records, pattern=pattern, reach=reach), text, key=f"{key}_{nth}")
    _say_left_out(result, notes)


def _draw(drawn: alt.LayerChart, said: str, *, key: str) -> None:
    cards.chart(drawn, alt_text=f"{said}.", key=f"chart_{key}")


def _course(result: Result, said: str) -> str:
    return f"{said}. By {result.choice.grain}, {result.days}"


def _point(result: Result, row: AnswerRow, series: str) -> dict[str, Any]:
    """A point of a line; without a value where there is none to rely on, so that the line is broken there."""
    return {"period": row.period, "value": row.value if _is_drawable(result, row) else None, "series": series}


def _say_left_out(result: Result, notes: list[str]) -> None:
    """How many rows are not drawn, and why."""
    small = sum(row.status == "ok" and is_too_few(row, result.definition) for row in result.answer.rows)
    hidden = sum(row.status not in ("ok", "no_data") for row in result.answer.rows)
    if small:
        notes.append(f"Not drawn: {count_of(small, 'number')} on too few to rely on.")
    if hidden:
        notes.append(f"Not drawn: {count_of(hidden, 'number')} hidden or refused; the table says why.")


def _drawable(result: Result) -> list[AnswerRow]:
    """Rows that hold a number to rely on, in order."""
    return [
        row
        for row in _ordered(result)
        if _is_drawable(result, row) and (result.choice.grain is None or row.period is not None)
    ]


def _is_drawable(result: Result, row: AnswerRow) -> bool:
    return row.status == "ok" and row.value is not None and not is_too_few(row, result.definition)


def _ordered(result: Result) -> list[AnswerRow]:
    """The rows by period and then by value, numbers in their own order, what is not known last."""
    numeric = {word: _is_numeric(result, word) for word in result.choice.by}

    def place(row: AnswerRow) -> tuple[Any, ...]:
        parts: list[Any] = [row.period or date.min]
        for word in result.choice.by:
            value = row.dimensions.get(word)
            parts.append((value is None, float(value) if value is not None and numeric[word] else 0.0, value or ""))
        return tuple(parts)

    return sorted(result.answer.rows, key=place)


def _is_numeric(result: Result, word: str) -> bool:
    """Whether all values of a dimension are numbers, such as months since a purchase."""
    values = _values(result, word)
    return bool(values) and all(value.lstrip("-").replace(".", "", 1).isdecimal() for value in values)


def _values(result: Result, word: str) -> list[str]:
    found = dict.fromkeys(row.dimensions.get(word) for row in result.answer.rows)
    return [value for value in found if value is not None]


def _by_size(result: Result, word: str) -> list[str | None]:
    """The values of a dimension: numbers in their order, else by how many people or how much stands behind them."""
    sizes: dict[str | None, float] = defaultdict(float)
    is_sum = result.definition.metric_class == "additive"
    for row in result.answer.rows:
        sizes[row.dimensions.get(word)] += abs(float((row.value if is_sum else row.n) or 0.0))
    if _is_numeric(result, word):
        return sorted(sizes, key=lambda value: (value is None, float(value or 0)))
    return sorted(sizes, key=lambda value: (-sizes[value], value is None, value or ""))


def _named(result: Result, word: str) -> Any:
    names = labels(_values(result, word))
    return lambda value: UNKNOWN if value is None else names[value]
