"""A source and the first values of its time columns in, what of them cannot be read as times out.

Values are read by the SQL that reads them in the warehouse, on the same engine, so that `cx check` and a run agree.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from ingestion.engine.time_formats import format_fault
from ingestion.engine.time_sql import time_expression
from ingestion.readers.delimited import WHITESPACE, HeaderError, read_head
from ingestion.readers.vendor import Shape
from ingestion.vendors.tables import positions_of_columns
from workspace import Source, Workspace
from workspace.errors import Problem
from workspace.vocabulary import CSV_ENTITIES

# Canonical columns that hold times.
TIME_COLUMNS: Final = frozenset(
    column
    for entities in CSV_ENTITIES.values()
    for entity in entities.values()
    for column in entity.columns
    if column.endswith("_at") or column == "date"
)
SAMPLED_RECORDS: Final = 1_000
# Below this share a few odd values are dirt, which staging counts.
_LEAST_SHARE: Final = 0.1
# A day or a clock in figures or with a month's name, and nothing else: neither a telephone number nor somebody's name.
_MONTH: Final = (
    r"(?:jan(?:uary|uar|v|vier)?|feb(?:ruary|ruar)?|f[eé]v(?:rier)?|mar(?:ch|s)?|m[aä]rz?|apr(?:il)?|avr(?:il)?|ma[iy]"
    r"|june?|juni|juin|july?|juli|juil(?:let)?|aug(?:ust)?|ao[uû]t|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?"
    r"|nov(?:ember|embre)?|de[cz](?:ember|embre)?|d[eé]c(?:embre)?)\.?"
)
_WEEKDAY: Final = (
    r"(?:mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_DAY: Final = rf"(?:(?:19|20)\d\d|\d{{1,2}})[-/. ]+(?:\d{{1,2}}|{_MONTH})[-/., ]+(?:(?:19|20)\d\d|\d{{1,2}})"
_LOOKS_LIKE_A_TIME: Final = re.compile(
    rf"(?:{_WEEKDAY}[., ]+)?"
    rf"(?:{_DAY}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))?"
    r"(?:(?:[T, ]|, ?| at )*\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,9})?)?"
    r"[ \u202f]*(?:[ap]\.?m\.?)?[ ]*(?:z|utc|gmt|[a-z]{2}s?t)?[ ]*(?:[+-]\d{1,2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_DAYS: Final = (
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y"),
    *("%a, %d %b %Y", "%a %b %d %Y", "%d-%b-%y"),
)
_CLOCKS: Final = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p", "%H.%M")
_BETWEEN: Final = (" ", ", ", "T")
_ZONES: Final = ("", " %z", "%z", " GMT%z", " %Z")
_OTHERS: Final = ("%a %b %d %H:%M:%S %z %Y", "%d/%b/%Y:%H:%M:%S %z", "%H:%M %d.%m.%Y", "%H:%M %d/%m/%Y")
# What only the whole expression of a time reads; and how many formats are tried at once.
_ZONE_NAME: Final = " %Z"
_AT_ONCE: Final = 200


def check_format(source: Source) -> Problem | None:
    """Why a format of times, the source's or a column's, cannot be used; None where all can."""
    said = {f"columns.{column}.format": pattern for column, pattern in source.formats.items()}
    said |= {"timestamp_format": source.timestamp_format} if source.timestamp_format else {}
    for key, pattern in said.items():
        fault = format_fault(pattern)
        if fault is not None:
            what = f"'{pattern}' cannot be used. {fault.what}."
            return Problem(file="cx.yml", key=f"sources.{source.name}.{key}", what=what, fix=fault.fix)
    return None


def check_times(text: Path, source: Source, shape: Shape, workspace: Workspace, *, shown: str) -> list[Problem]:
    """Look at the time columns of a readable file with canonical columns: its first records.

    Args:
        text: the file as UTF-8.
        shown: how the user knows the file.
    """
    if source.vendor != "csv" or check_format(source):
        return []
    earliest = workspace.config.earliest_on(date.today()).isoformat()
    zone = source.timezone or workspace.config.timezone
    problems = []
    for column, values in _first_values(text, source, shape).items():
        pattern = shape.formats.get(column, source.timestamp_format)
        problem = _problem_of(column, values, source, pattern, zone=zone, earliest=earliest, shown=shown)
        problems += [problem] if problem else []
    return problems


def _first_values(text: Path, source: Source, shape: Shape) -> Mapping[str, Mapping[str, int]]:
    """Canonical columns of times that the file has, with their values in the order of the file and how often."""
    assert source.entity is not None
    try:
        head = read_head(text, delimiter=shape.delimiter, header_rows=1 if shape.has_header else 0)
    except HeaderError:
        return {}
    read = positions_of_columns(head.keys, shape)
    positions = {column: position for column, position in read.items() if column in TIME_COLUMNS}
    found: dict[str, dict[str, int]] = {column: {} for column in positions}
    for cells in _records(text, shape.delimiter, head.last_line):
        if len(cells) == head.width:
            for column, position in positions.items():
                value = shape.meant(column, cells[position - 1].strip())
                if value:
                    found[column][value] = found[column].get(value, 0) + 1
    return found


def _records(text: Path, delimiter: str, header_end: int) -> Iterator[list[str]]:
    with text.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for _ in range(header_end):
            file.readline()
        records: Iterator[list[str]] = (
            (line.split() for line in file) if delimiter == WHITESPACE else csv.reader(file, delimiter=delimiter)
        )
        try:
            yield from itertools.islice(records, SAMPLED_RECORDS)
        except csv.Error:
            return


def _problem_of(
    column: str,
    values: Mapping[str, int],
    source: Source,
    pattern: str | None,
    *,
    zone: str,
    earliest: str,
    shown: str,
) -> Problem | None:
    readable = _readable(list(values), pattern, zone=zone, earliest=earliest)
    unreadable = {value: n for value, n in values.items() if value not in readable}
    total, n_unreadable = sum(values.values()), sum(unreadable.values())
    if n_unreadable < _LEAST_SHARE * total or not unreadable:
        return None
    first = next(iter(unreadable))
    value = f"'{first}'" if _may_be_shown(first) else "The first of them"
    own = column in source.formats
    reading = (
        f"by the {'format' if own else 'timestamp_format'} '{pattern}'" if pattern else "without a timestamp_format"
    )
    named = source.named_columns.get(column, column)
    place = f"column '{named}' ({column})" if named != column else f"column '{column}'"
    return Problem(
        file=shown,
        key=f"sources.{source.name}.{'timestamp_format' if pattern and not own else f'columns.{column}'}",
        what=f"{n_unreadable:,} of the first {total:,} times of {place} cannot be read {reading}: "
        f"{value} is not a time.",
        fix=_fix(list(unreadable), values, source, zone=zone, earliest=earliest),
        severity="error" if n_unreadable >= 0.5 * total else "warning",
    )


def _may_be_shown(value: str) -> bool:
    has_figures = sum(character.isdigit() for character in value) >= 3
    return has_figures and len(value) <= 60 and _LOOKS_LIKE_A_TIME.fullmatch(value) is not None


def _fix(unreadable: list[str], values: Mapping[str, int], source: Source, *, zone: str, earliest: str) -> str:
    """What would read the values, tried on all of them."""
    wanted = list(values)
    if source.timestamp_format and len(_readable(wanted, None, zone=zone, earliest=earliest)) == len(wanted):
        return f"Remove 'timestamp_format' of source '{source.name}': these times are read without one."
    fitting = _fitting_formats(wanted, zone=zone, earliest=earliest)
    if fitting:
        written = " or ".join(f"'{pattern}'" for pattern in fitting)
        unsure = " The values fit both: ask which is meant." if len(fitting) > 1 else ""
        return f"Set 'timestamp_format' of source '{source.name}' to {written}.{unsure}"
    if len(_readable(unreadable, None, zone=zone, earliest="0001-01-01")) == len(unreadable):
        return f"They are before {earliest}: export true times, or set 'earliest_date' in cx.yml."
    if re.search(r" [A-Z]{3,5}$", unreadable[0]):
        fix = "A zone's short name is read where the source's zone has it then: set 'timezone' of source"
        return f"{fix} '{source.name}', or export offsets such as +01:00."
    return "Export times as 2026-01-31T18:30:00+01:00; docs/configuration.md (Times) lists every form that is read."


def _fitting_formats(values: list[str], *, zone: str, earliest: str) -> list[str]:
    """Formats that read every value: one, or two where day and month cannot be distinguished."""
    found: list[str] = []
    with duckdb.connect() as connection:
        for pattern in _plausible(connection, values[:3]):
            if len(_readable(values, pattern, zone=zone, earliest=earliest)) == len(values):
                found.append(pattern)
                if len(found) == 2:
                    break
    is_one = len(found) == 2 and sorted(found[0]) != sorted(found[1])
    return found[:1] if is_one else found


def _plausible(connection: duckdb.DuckDBPyConnection, values: list[str]) -> Iterator[str]:
    """Formats that read these values but for the zone's name, which only the whole expression reads.

    Two thousand are tried, so many at once first: what none of them reads, no one does.
    """
    candidates = _candidates()
    while tried := list(itertools.islice(candidates, _AT_ONCE)):
        named = [pattern for pattern in tried if pattern.endswith(_ZONE_NAME)]
        bare = [value.rpartition(" ")[0] for value in values]
        is_read = {
            is_named: bool(patterns)
            and _fits(connection, texts[:1], [one.removesuffix(_ZONE_NAME) for one in patterns])
            for is_named, patterns, texts in ((True, named, bare), (False, [*{*tried} - {*named}], values))
        }
        for pattern in tried:
            is_named = pattern.endswith(_ZONE_NAME)
            texts = bare if is_named else values
            if is_read[is_named] and _fits(connection, texts, [pattern.removesuffix(_ZONE_NAME)]):
                yield pattern


def _candidates() -> Iterator[str]:
    yield from _DAYS
    for zone, clock, between, day in itertools.product(_ZONES, _CLOCKS, _BETWEEN, _DAYS):
        yield f"{day}{between}{clock}{zone}"
    yield from _OTHERS


def _fits(connection: duckdb.DuckDBPyConnection, values: list[str], patterns: list[str]) -> bool:
    """Whether each value is read by one of the patterns at least."""
    query = """
        select bool_and(try_strptime(text, $patterns::varchar[]) is not null)
        from (select unnest($values::varchar[]) as text)
    """
    return bool(connection.execute(query, {"patterns": patterns, "values": values}).fetchall()[0][0])


def _readable(values: list[str], pattern: str | None, *, zone: str, earliest: str) -> set[str]:
    """Those of the values that are times."""
    expression = time_expression(pattern, earliest)
    query = f"""
        select text
        from (select unnest($values::varchar[]) as text, $zone::varchar as zone)
        where {expression} is not null
    """  # noqa: S608 (our own macro and a validated format)
    with duckdb.connect() as connection:
        return {row[0] for row in connection.execute(query, {"values": values, "zone": zone}).fetchall()}
