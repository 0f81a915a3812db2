"""Survey files in, what `cx check` says of them out: a second header row, and words that stand for no answer.

Looks at the first records of a file only. A message names columns and the word that stands for nothing, no answer.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from ingestion.readers.delimited import WHITESPACE, distinct_names, is_blank
from ingestion.readers.vendor import Shape
from workspace import Source, Workspace
from workspace.configuration.mappings import Mappings
from workspace.errors import Problem
from workspace.vocabulary import NO_ANSWERS, NO_ANSWERS_LEAST, NO_ANSWERS_SHARE

SAMPLED_RECORDS: Final = 2_000
# What SurveyMonkey and its like write beneath a question that takes one answer, in lower case.
SECOND_HEADERS: Final = frozenset(
    {"response", "open-ended response", "open ended response", "other (please specify)", "responses"}
)
# Codes that say why there is no answer, where the scale does not reach them.
NO_ANSWER_CODES: Final = frozenset({"99", "-99", "98", "-98", "999", "-999", "9999", "-9999", "-1", "-77", "-88"})
UNMEASURED: Final = ("ignore",)


def check_survey_file(path: Path, source: Source, shape: Shape, workspace: Workspace, *, shown: str) -> list[Problem]:
    """What the first records of a delimited survey file say about its header and its missing answers.

    Args:
        path: the file as readable UTF-8 text.
        shown: how the user knows the file.

    Returns:
        Warnings; none where the head of the file cannot be read, of which others speak.
    """
    if source.kind != "survey" or source.vendor != "csv" or shape.delimiter == WHITESPACE:
        return []
    try:
        records = list(islice(_records(path, shape.delimiter), SAMPLED_RECORDS))
    except csv.Error:
        return []
    head = shape.header_rows if shape.has_header else 0
    if len(records) <= head:
        return []
    names = _names(records, head)
    problems = _second_header(records, head, source, shown) if head == 1 else []
    rows = records[head + 1 :] if problems else records[head:]
    return [*problems, *_no_answers(rows, names, source, workspace.mappings, shown)]


def _records(path: Path, delimiter: str) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        yield from (cells for cells in csv.reader(file, delimiter=delimiter) if not is_blank(cells))


def _names(records: Sequence[Sequence[str]], head: int) -> tuple[str, ...]:
    width = max(len(record) for record in records[: max(head, 1)])
    rows = [[cell.strip() for cell in record] for record in records[:head]]
    return distinct_names([next((row[at] for row in rows if at < len(row) and row[at]), "") for at in range(width)])


def _second_header(records: Sequence[Sequence[str]], head: int, source: Source, shown: str) -> list[Problem]:
    """A record beneath the header that names answers by the usual words."""
    first = [cell.strip() for cell in records[head]]
    usual = [cell for cell in first if cell.lower() in SECOND_HEADERS]
    if not usual:
        return []
    later = {cell.strip().lower() for record in records[head + 1 :] for cell in record}
    # Answers repeat and hold numbers; a header does neither.
    if later & SECOND_HEADERS or any(_is_number(cell) for cell in first):
        return []
    return [
        Problem(
            file=shown,
            line=2,
            key=f"sources.{source.name}.header_rows",
            what=f"The row beneath the header looks like a second header ('{usual[0]}').",
            fix=(
                f"Set 'header_rows: 2' for source '{source.name}': both rows are skipped then. A column without a name "
                "in the first row takes the name from the second."
            ),
            severity="warning",
        )
    ]


def _no_answers(
    rows: Sequence[Sequence[str]], names: Sequence[str], source: Source, mappings: Mappings, shown: str
) -> list[Problem]:
    """Columns in which a word that usually stands for no answer is given often, and is not declared as missing."""
    lines = {
        row["question_id"]: row
        for row in sorted(mappings.rows("survey_codebook"), key=lambda row: bool(row["survey_id"]))
        if row["survey_id"] in ("", source.name)
    }
    found: list[tuple[str, str, int]] = []
    for question, cells in _questions(rows, names, source):
        line = lines.get(question)
        if line is None or line["construct"].lower() in UNMEASURED:
            continue
        counted = Counter(cell.strip() for cell in cells if cell.strip())
        for word, n in counted.items():
            is_none = word.lower() in NO_ANSWERS or (word in NO_ANSWER_CODES and _is_off_scale(word, line))
            is_often = n >= NO_ANSWERS_LEAST or n >= NO_ANSWERS_SHARE * counted.total()
            if is_none and is_often and not _is_declared(word, question, source, mappings):
                found.append((question, word, n))
    return [_undeclared(word, found, source, shown) for word in dict.fromkeys(word for _, word, _ in found)]


def _questions(
    rows: Sequence[Sequence[str]], names: Sequence[str], source: Source
) -> Iterator[tuple[str, Sequence[str]]]:
    """Each question with its cells: a column of a wide file, the rows of one id of a long one."""
    if source.entity != "long":
        own = {*source.named_columns.values()}
        for at, name in enumerate(names):
            if name not in own:
                yield name, [row[at] for row in rows if at < len(row)]
        return
    at_question, at_value = (
        names.index(column) if column in names else None
        for column in (source.named_columns.get(name, name) for name in ("question_id", "value"))
    )
    if at_question is None or at_value is None:
        return
    given: dict[str, list[str]] = {}
    for row in rows:
        if len(row) > max(at_question, at_value):
            given.setdefault(row[at_question].strip(), []).append(row[at_value])
    yield from given.items()


def _is_off_scale(code: str, line: dict[str, str]) -> bool:
    """Only a question with a scale says that a code is not one of its answers; an attribute may well be 99."""
    if not (_is_number(line["scale_min"]) and _is_number(line["scale_max"])):
        return line["construct"].lower() == "comment"
    return not float(line["scale_min"]) <= float(code) <= float(line["scale_max"])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_declared(word: str, question: str, source: Source, mappings: Mappings) -> bool:
    return any(
        row["label"].lower() == word.lower()
        and row["survey_id"] in ("", source.name)
        and row["question_id"] in ("", question)
        for row in mappings.rows("survey_values")
    )


def _undeclared(word: str, found: Sequence[tuple[str, str, int]], source: Source, shown: str) -> Problem:
    where = [(question, n) for question, other, n in found if other == word]
    total = sum(n for _, n in where)
    listed = ", ".join(f"'{question}' {n}" for question, n in where[:5]) + (", ..." if len(where) > 5 else "")
    answers = "answer is" if total == 1 else "answers are"
    return Problem(
        file=shown,
        key=f"survey_values.{word}",
        what=f"{total} {answers} '{word}', which usually stands for no answer, and would count as given ({listed}).",
        fix=f"If it does, add the line '{source.name},,{word},,true' to survey_values.csv: it is missing then.",
        severity="warning",
    )
