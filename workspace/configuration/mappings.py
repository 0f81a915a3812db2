"""The company's own vocabulary: `mappings/*.csv`, validated against the words of the field.

In: a folder of CSV files. Out: rows with their line numbers, and every problem with file, line, column and fix.
The same files are loaded into the warehouse as governed data; here they are only checked.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from workspace.configuration import limits
from workspace.errors import Problem
from workspace.paths import WorkspacePaths
from workspace.texts import clean_text
from workspace.vocabulary import (
    ATTRIBUTE_KINDS,
    BOX_CONSTRUCTS,
    CHOICE_CONSTRUCTS,
    CONSTRUCTS,
    CORNERS,
    IDENTIFIER_TYPES,
    ITEM_CONSTRUCTS,
    NPS_SCALE,
    OCCURRENCES,
    OUTCOME_KINDS,
    PEOPLE_DIMENSIONS,
    PILLARS,
    PRESENCES,
    RESERVED_CHANNELS,
    ROLES,
    STAGE_ALIASES,
    STAGES,
    UNSCALED_CONSTRUCTS,
)
from workspace.wording import Names, cause_of, quoted

BOOLEANS: Final = ("true", "false")
# What floating point may add to a whole number of points.
_ROUNDING: Final = 1e-9
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, kw_only=True)
class MappingFile:
    """The columns of one mapping file.

    Attributes:
        required: columns whose cells may not be empty.
        words: column -> the words it may hold (empty cells are allowed unless the column is required).
        numbers: columns that hold a number or nothing.
        dates: columns that hold a day (2026-01-31) or nothing.
        together: columns of which a row fills all or none.
        reserved: column -> reserved words of answers, in any case.
        needed: the file must be there.
        key: columns that together name a row; two rows with one key are a mistake.
    """

    columns: tuple[str, ...]
    required: tuple[str, ...]
    key: tuple[str, ...]
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    reserved: dict[str, tuple[str, ...]] = field(default_factory=dict)
    needed: bool = False


_STAGE_WORDS: Final = (*STAGES, *STAGE_ALIASES)
MAPPING_FILES: Final[dict[str, MappingFile]] = {
    "touchpoint_types": MappingFile(
        columns=("data_source", "event", "role", "occurrence", "touchpoint", "stage", "corner", "interaction"),
        required=("event", "role", "occurrence", "touchpoint", "stage"),
        key=("data_source", "event", "occurrence"),
        words={"role": ROLES, "occurrence": OCCURRENCES, "stage": _STAGE_WORDS, "corner": CORNERS},
        needed=True,
    ),
    "interactions": MappingFile(
        columns=("interaction", "label", "stage", "corner", "critical", "controlled"),
        required=("interaction", "label"),
        key=("interaction",),
        words={"stage": _STAGE_WORDS, "corner": CORNERS, "critical": BOOLEANS, "controlled": BOOLEANS},
    ),
    "channels": MappingFile(
        columns=("data_source", "utm_source", "utm_medium", "channel", "presence", "method"),
        required=("channel", "presence"),
        key=("data_source", "utm_source", "utm_medium"),
        words={"presence": PRESENCES},
        reserved={"channel": RESERVED_CHANNELS},
        needed=True,
    ),
    "survey_codebook": MappingFile(
        columns=(
            "survey_id",
            "question_id",
            "construct",
            "item",
            "item_label",
            "pillar",
            "outcome_kind",
            "interaction",
            "scale_min",
            "scale_max",
            "reversed",
            "separator",
            "choice",
            "dimension",
        ),
        required=("question_id", "construct"),
        # A question may measure several constructs: one line for each.
        key=("survey_id", "question_id", "construct"),
        words={
            "construct": CONSTRUCTS,
            "pillar": PILLARS,
            "outcome_kind": OUTCOME_KINDS,
            "reversed": BOOLEANS,
        },
        numbers=("scale_min", "scale_max"),
    ),
    "survey_values": MappingFile(
        columns=("survey_id", "question_id", "label", "value", "missing"),
        required=("label",),
        key=("survey_id", "question_id", "label"),
        words={"missing": BOOLEANS},
        numbers=("value",),
    ),
    "attributes": MappingFile(
        columns=("data_source", "column", "attribute", "kind", "bands", "dimension"),
        required=("column", "attribute", "kind"),
        key=("data_source", "column"),
        words={"kind": ATTRIBUTE_KINDS, "dimension": PEOPLE_DIMENSIONS},
    ),
    "content": MappingFile(
        columns=("url_pattern", "content_group", "topic", "gated"),
        required=("url_pattern", "content_group"),
        key=("url_pattern",),
        words={"gated": BOOLEANS},
    ),
    "page_texts": MappingFile(
        columns=("page_path", "text"),
        required=("page_path", "text"),
        key=("page_path",),
    ),
    "fx_rates": MappingFile(
        columns=("currency", "valid_from", "rate"),
        required=("currency", "valid_from", "rate"),
        key=("currency", "valid_from"),
        numbers=("rate",),
        dates=("valid_from",),
    ),
    "tasks": MappingFile(
        columns=("task", "label", "start_event", "goal_event"),
        required=("task", "start_event", "goal_event"),
        key=("task",),
    ),
    "initiatives": MappingFile(
        columns=("initiative", "label", "started_on", "ended_on", "corner", "stage"),
        required=("initiative", "started_on"),
        key=("initiative",),
        words={"corner": CORNERS, "stage": _STAGE_WORDS},
        dates=("started_on", "ended_on"),
    ),
    "targets": MappingFile(
        columns=("metric", "dimension", "dimension_value", "target", "valid_from"),
        required=("metric", "target"),
        key=("metric", "dimension", "dimension_value", "valid_from"),
        numbers=("target",),
        dates=("valid_from",),
        together=("dimension", "dimension_value"),
    ),
    "identity_vetoes": MappingFile(
        columns=("id_type_1", "id_1", "id_type_2", "id_2"),
        required=("id_type_1", "id_1", "id_type_2", "id_2"),
        key=("id_type_1", "id_1", "id_type_2", "id_2"),
        words={"id_type_1": IDENTIFIER_TYPES, "id_type_2": IDENTIFIER_TYPES},
    ),
}


@dataclass(frozen=True)
class Mappings:
    """Rows of every mapping file that is there, as text, each with its 1-based line under the key `_line`."""

    folder: Path
    files: dict[str, tuple[dict[str, str], ...]]

    def rows(self, name: str) -> tuple[dict[str, str], ...]:
        return self.files.get(name, ())


def read_mappings(
    folder: Path, *, paths: WorkspacePaths, shown_as: str, sources: dict[str, str]
) -> tuple[Mappings, list[Problem]]:
    """Read and check every mapping file below `folder`.

    Args:
        folder: where the files are.
        paths: the workspace, out of which no link may lead.
        shown_as: how a message names the folder.
        sources: name -> kind of the sources in cx.yml; `data_source` and `survey_id` must be one of the names.

    Returns:
        The rows, and every problem (errors and warnings).
    """
    problems: list[Problem] = []
    files: dict[str, tuple[dict[str, str], ...]] = {}
    for name, shape in MAPPING_FILES.items():
        path = folder / f"{name}.csv"
        shown = f"{shown_as}/{name}.csv"
        if not path.is_file():
            if shape.needed:
                fix = f"Create it with the columns {','.join(shape.columns)}."
                problems.append(Problem(file=shown, what="The mapping file is missing.", fix=fix))
            continue
        if not paths.holds(path):
            what = "The mapping file is a link, or is in a linked folder, and leads outside the workspace."
            problems.append(Problem(file=shown, what=what, fix="Put the file itself there."))
            continue
        rows, found = _read(path, shown, shape)
        problems += found
        if not found:
            problems += _first_ones(_check_rows(rows, shown, shape, sources), shown)
        files[name] = tuple(rows)
    if folder.is_dir():
        for path in sorted(folder.glob("*.csv")):
            if path.stem not in MAPPING_FILES:
                near = difflib.get_close_matches(path.stem, MAPPING_FILES, n=1)
                hint = f" Did you mean {near[0]}.csv?" if near else ""
                fix = f"Known files: {', '.join(MAPPING_FILES)}.{hint}"
                what = "This mapping file is not read."
                problems.append(Problem(file=f"{shown_as}/{path.name}", what=what, fix=fix, severity="warning"))
    mappings = Mappings(folder, files)
    problems += _check_interactions(mappings, shown_as)
    problems += _check_codebook(mappings, shown_as)
    problems += _check_rates(mappings, shown_as)
    problems += _check_initiatives(mappings, shown_as)
    return mappings, problems


def _read(path: Path, shown: str, shape: MappingFile) -> tuple[list[dict[str, str]], list[Problem]]:
    try:
        size = path.stat().st_size
        if size > limits.MAPPING_BYTES:
            most = limits.in_words(limits.MAPPING_BYTES)
            what = f"The file has {limits.in_words(size)}; a mapping has at most {most}."
            return [], [Problem(file=shown, what=what, fix="Check that it is the right file.")]
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fix = "Save the file as UTF-8."
        return [], [Problem(file=shown, what=f"The file is not UTF-8 (byte {error.start}).", fix=fix)]
    except OSError as error:
        what = f"The file cannot be read: {cause_of(error)}."
        return [], [Problem(file=shown, what=what, fix="Check that it may be read.")]
    if "\0" in text:
        nul_line = text.count("\n", 0, text.index("\0")) + 1
        what = "The file contains a NUL byte: it is not text."
        return [], [Problem(file=shown, line=nul_line, what=what, fix="Save it as CSV in UTF-8.")]
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        return _rows_of(reader, shown, shape)
    except csv.Error:
        longest = csv.field_size_limit()
        what = f"A cell has more than {longest:,} characters: a quote is never closed, or this is another file."
        return [], [Problem(file=shown, line=reader.line_num, what=what, fix="Check the quotes before this line.")]


def _rows_of(reader: Any, shown: str, shape: MappingFile) -> tuple[list[dict[str, str]], list[Problem]]:
    """The rows of a mapping file, by its header, and what is wrong with their form."""
    header = [clean_text(cell) for cell in next(reader, [])]
    other = next((mark for mark in ";\t|" if len(header) == 1 and mark in header[0]), None)
    if other is not None:
        what = f"The columns are separated by '{'tab' if other == chr(9) else other}', not by commas."
        return [], [Problem(file=shown, line=1, what=what, fix="Save the file as CSV with commas.")]
    problems = []
    unknown = [column for column in header if column not in shape.columns]
    named = Names(header, shape.columns)
    for column in unknown[: limits.MAPPING_PROBLEMS]:
        near = difflib.get_close_matches(column[:_LONGEST_NAME], shape.columns, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known columns: {', '.join(shape.columns)}."
        what = f"Unknown {named.of(column)}."
        problems.append(Problem(file=shown, line=1, key=named.key(column), what=what, fix=hint))
    for column in dict.fromkeys((*shape.required, *shape.key)):
        if column not in header and not any(problem.key == column for problem in problems):
            what = f"Column '{column}' is missing."
            problems.append(Problem(file=shown, line=1, key=column, what=what, fix="Add it to the header."))
    if len(unknown) > limits.MAPPING_PROBLEMS:
        return [], problems
    rows: list[dict[str, str]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= limits.MAPPING_ROWS:
            what = f"The file has more than {limits.MAPPING_ROWS:,} rows."
            problems.append(
                Problem(file=shown, line=reader.line_num, what=what, fix="Check that it is the right file.")
            )
            break
        if len(cells) != len(header):
            what = f"The row has {len(cells)} cells, the header {len(header)}."
            fix = "Quote cells that hold a comma, and fill up empty ones."
            problems.append(Problem(file=shown, line=reader.line_num, what=what, fix=fix))
            if len(problems) > limits.MAPPING_PROBLEMS:
                break
            continue
        row = {column: clean_text(cell) for column, cell in zip(header, cells, strict=True)}
        rows.append({**dict.fromkeys(shape.columns, ""), **row, "_line": str(reader.line_num)})
    return rows, problems


def _first_ones(problems: list[Problem], shown: str) -> list[Problem]:
    """The first problems of a file, and how many more there are."""
    more = len(problems) - limits.MAPPING_PROBLEMS
    if more <= 0:
        return problems
    what = f"There are {more:,} more problems in this file."
    rest = Problem(file=shown, what=what, fix="Correct the ones above first; they often have one cause.")
    return [*problems[: limits.MAPPING_PROBLEMS], rest]


def _check_rows(rows: list[dict[str, str]], shown: str, shape: MappingFile, sources: dict[str, str]) -> list[Problem]:
    problems = []
    seen: dict[tuple[str, ...], str] = {}
    for row in rows:
        line = int(row["_line"])
        for column in shape.required:
            if not row[column]:
                what, fix = f"'{column}' is empty.", "Every row needs it."
                problems.append(Problem(file=shown, line=line, key=column, what=what, fix=fix))
        for column, words in shape.words.items():
            value = row[column].lower()
            if value and value not in words:
                near = difflib.get_close_matches(value, words, n=1)
                hint = f" Did you mean '{near[0]}'?" if near else ""
                what = f"{quoted(row[column])} is not a known {column}."
                problems.append(
                    Problem(file=shown, line=line, key=column, what=what, fix=f"Use one of {', '.join(words)}.{hint}")
                )
        for column, words in shape.reserved.items():
            if row[column].lower() in words:
                what = f"'{row[column]}' is a reserved word of answers: {', '.join(words)} cannot name a {column}."
                fix = f"Give it a name of its own, such as '{row[column]} {column}'."
                problems.append(Problem(file=shown, line=line, key=column, what=what, fix=fix))
        for column in shape.numbers:
            if row[column] and not _is_number(row[column]):
                what, fix = f"{quoted(row[column])} is not a number.", "Write it with a decimal point."
                problems.append(Problem(file=shown, line=line, key=column, what=what, fix=fix))
        for column in shape.dates:
            if row[column] and not _is_day(row[column]):
                what, fix = f"{quoted(row[column])} is not a day.", "Write it as year-month-day, such as 2026-01-31."
                problems.append(Problem(file=shown, line=line, key=column, what=what, fix=fix))
        blank = [column for column in shape.together if not row[column]]
        if blank and len(blank) < len(shape.together):
            what, fix = f"'{blank[0]}' is empty.", f"Fill in all of {', '.join(shape.together)}, or none of them."
            problems.append(Problem(file=shown, line=line, key=blank[0], what=what, fix=fix))
        for column in ("data_source", "survey_id"):
            if row.get(column) and row[column] not in sources:
                what = f"{quoted(row[column])} is not a source of cx.yml."
                near = difflib.get_close_matches(row[column], sources, n=1)
                hint = f" Did you mean '{near[0]}'?" if near else ""
                fix = f"Use one of {', '.join(sources)}, or leave it empty for any.{hint}"
                problems.append(Problem(file=shown, line=line, key=column, what=what, fix=fix))
        survey = row.get("survey_id", "")
        if survey in sources and sources[survey] != "survey":
            surveys = ", ".join(name for name, kind in sources.items() if kind == "survey") or "none here"
            what, fix = f"Source '{survey}' is not a survey.", f"Surveys are {surveys}."
            problems.append(Problem(file=shown, line=line, key="survey_id", what=what, fix=fix))
        key = tuple(row[column] for column in shape.key)
        if key in seen:
            what = f"The row repeats line {seen[key]} ({', '.join(shape.key)})."
            problems.append(Problem(file=shown, line=line, what=what, fix="Keep one of the two."))
        seen.setdefault(key, row["_line"])
    return problems


def _check_interactions(mappings: Mappings, shown_as: str) -> list[Problem]:
    known = {row["interaction"] for row in mappings.rows("interactions")}
    problems = []
    for name in ("touchpoint_types", "survey_codebook"):
        for row in mappings.rows(name):
            if row.get("interaction") and row["interaction"] not in known:
                problems.append(
                    Problem(
                        file=f"{shown_as}/{name}.csv",
                        line=int(row["_line"]),
                        key="interaction",
                        what=f"{quoted(row['interaction'])} is not an interaction.",
                        fix="Add it to interactions.csv, or fix the name.",
                    )
                )
    return problems


def _check_codebook(mappings: Mappings, shown_as: str) -> list[Problem]:
    problems = []
    for row in mappings.rows("survey_codebook"):
        shown, line = f"{shown_as}/survey_codebook.csv", int(row["_line"])
        construct = row["construct"].lower()
        if construct in ITEM_CONSTRUCTS and not row["item"]:
            what, fix = f"A question of construct '{construct}' has no item.", "Say in 'item' what it is about."
            problems.append(Problem(file=shown, line=line, key="item", what=what, fix=fix))
        if row["separator"] and construct in CONSTRUCTS and construct not in CHOICE_CONSTRUCTS:
            what = f"'{row['question_id']}' of construct '{construct}' has a separator, but takes one answer a cell."
            fix = (
                "Leave 'separator' empty; if several choices may be ticked, call the question "
                f"{' or '.join(CHOICE_CONSTRUCTS)}: those are counted, and never averaged."
            )
            problems.append(Problem(file=shown, line=line, key="separator", what=what, fix=fix))
        problems += _check_choice(row, construct, shown=shown)
        if construct in BOX_CONSTRUCTS and _is_number(row["scale_min"]) and _is_number(row["scale_max"]):
            length = float(row["scale_max"]) - float(row["scale_min"])
            if abs(length - round(length)) > _ROUNDING:
                what = f"'{row['question_id']}' is called {construct} on a scale of {length:g} points."
                fix = (
                    "Boxes are one point apart, so no share of them is computed on this scale. Give each step a "
                    "whole number by survey_values.csv, or call the question 'overall', of which a mean is made."
                )
                problems.append(Problem(file=shown, line=line, key="scale_max", what=what, fix=fix, severity="warning"))
        if construct in CONSTRUCTS and construct not in UNSCALED_CONSTRUCTS:
            if not (_is_number(row["scale_min"]) and _is_number(row["scale_max"])):
                what, fix = f"'{row['question_id']}' has no scale.", "Fill in scale_min and scale_max."
                problems.append(Problem(file=shown, line=line, key="scale_min", what=what, fix=fix))
                continue
            low, high = float(row["scale_min"]), float(row["scale_max"])
            if low >= high:
                what, fix = "scale_min is not below scale_max.", "Swap them, or mark the question as reversed."
                problems.append(Problem(file=shown, line=line, key="scale_min", what=what, fix=fix))
            if construct == "nps" and (low, high) != NPS_SCALE:
                problems.append(
                    Problem(
                        file=shown,
                        line=line,
                        key="scale_max",
                        what=f"'{row['question_id']}' is called nps on a {low:g}-{high:g} scale.",
                        fix="NPS is defined on 0-10 only: it will be refused. Call the question 'overall' instead.",
                        severity="warning",
                    )
                )
    return problems


def _check_choice(row: dict[str, str], construct: str, *, shown: str) -> list[Problem]:
    """A column that stands for one choice: of a question that is counted, which its item names."""
    if not row["choice"] or construct not in CONSTRUCTS:
        return []
    line, question = int(row["_line"]), row["question_id"]
    if construct not in CHOICE_CONSTRUCTS:
        what = f"'{question}' of construct '{construct}' stands for the choice '{row['choice']}'."
        fix = f"Leave 'choice' empty, or call the question {' or '.join(CHOICE_CONSTRUCTS)}: those are counted."
        return [Problem(file=shown, line=line, key="choice", what=what, fix=fix)]
    if row["separator"]:
        what = f"'{question}' has a separator and stands for one choice."
        fix = "Fill in one of the two: 'separator' for several choices a cell, 'choice' for a column a choice."
        return [Problem(file=shown, line=line, key="choice", what=what, fix=fix)]
    if not row["item"]:
        what = f"'{question}' stands for the choice '{row['choice']}', but of no question."
        fix = "Name the question in 'item', the same for all columns of its choices."
        return [Problem(file=shown, line=line, key="item", what=what, fix=fix)]
    return []


def _check_rates(mappings: Mappings, shown_as: str) -> list[Problem]:
    problems = []
    for row in mappings.rows("fx_rates"):
        if _is_number(row["rate"]) and not 0 < float(row["rate"]) < math.inf:
            what, fix = f"A rate of '{row['rate']}' converts nothing.", "A rate is above 0: one unit in your currency."
            line = int(row["_line"])
            problems.append(Problem(file=f"{shown_as}/fx_rates.csv", line=line, key="rate", what=what, fix=fix))
    return problems


def _check_initiatives(mappings: Mappings, shown_as: str) -> list[Problem]:
    problems = []
    for row in mappings.rows("initiatives"):
        started, ended = row["started_on"], row["ended_on"]
        if _is_day(started) and _is_day(ended) and date.fromisoformat(ended) < date.fromisoformat(started):
            what, fix = f"The initiative ends on {ended}, before it starts.", "Swap the days, or fix one."
            line = int(row["_line"])
            problems.append(Problem(file=f"{shown_as}/initiatives.csv", line=line, key="ended_on", what=what, fix=fix))
    return problems


def _is_number(text: str) -> bool:
    """Whether a text is a number as people write it: Python also takes `nan`, `inf`, `1_000` and `1e400`."""
    return re.fullmatch(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?", text) is not None and math.isfinite(
        float(text)
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
