"""The samples of all sources in, mapping lines that match nothing in the files out, with names that are near.

What cannot be right is an error: a question or column that no header has, an event that its source cannot have. What a
later file may bring is a warning: an event, a page or a channel that no record held.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from ingestion.checks.samples import Sample
from workspace import Workspace
from workspace.errors import Problem
from workspace.wording import is_made_of_header_words, nearly

_MOST_EACH: Final = 5
# Where a word of the record's own stands for the utm parameters, and what it is called.
_SPEAKING: Final = {"tickets": "channel", "mentions": "network"}
_MOST_SHOWN: Final = 60
_ATTRIBUTED: Final = ("contacts", "accounts")


def check_mappings(workspace: Workspace, samples: list[Sample]) -> list[Problem]:
    """Every mapping line that matches nothing; many of one kind become one problem."""
    problems: list[Problem] = []
    for check in _CHECKS:
        problems += _gathered(list(check(workspace, samples)))
    return problems


def _questions(workspace: Workspace, samples: list[Sample]) -> Iterator[Problem]:
    """Lines of the codebook, and of survey_values, about a question that was never asked."""
    surveys = [sample for sample in samples if sample.source.kind == "survey"]
    for name in ("survey_codebook", "survey_values"):
        for row in workspace.mappings.rows(name):
            question = row["question_id"]
            asked = [sample for sample in surveys if row["survey_id"] in ("", sample.source.name)]
            if not question or not _are_known(asked) or any(question in sample.question_ids for sample in asked):
                continue
            taken = next((sample.taken[question] for sample in asked if question in sample.taken), None)
            if taken is not None:
                if row.get("construct", "").lower() != "ignore":
                    what = f"Column '{_short(question)}' is read as '{taken}', not as a question."
                    fix = "Remove the line, or correct 'columns' of the source in cx.yml."
                    yield _problem(workspace, name, row, "question_id", what, fix)
                continue
            ids = sorted(set().union(*(sample.question_ids for sample in asked)))
            is_open = all(sample.entity == "long" for sample in asked)
            noun = "question" if is_open or any(sample.source.is_described for sample in asked) else "column"
            what = f"No {noun} of {_files(asked)} is called '{_short(question)}'."
            ignored = row.get("construct", "").lower() == "ignore"
            yield _problem(
                workspace,
                name,
                row,
                "question_id",
                what + _looked_at(asked, is_open=is_open),
                _hint(question, ids, "questions"),
                severity="warning" if is_open or ignored else "error",
            )


def _labels(workspace: Workspace, samples: list[Sample]) -> Iterator[Problem]:
    """Labels that never occur though one that is nearly the same does, without a line of its own."""
    surveys = [sample for sample in samples if sample.source.kind == "survey"]
    rows = workspace.mappings.rows("survey_values")
    for row in rows:
        asked = [sample for sample in surveys if row["survey_id"] in ("", sample.source.name)]
        if not _are_known(asked) or not all(sample.has_values for sample in asked):
            continue
        answers: set[str] = set()
        for sample in asked:
            questions = [row["question_id"]] if row["question_id"] else sample.question_ids
            for question in questions:
                answers |= {answer.lower() for answer in sample.answers(question)}
        label = row["label"].lower()
        if not answers or label in answers:
            continue
        mapped = {other["label"].lower() for other in rows}
        close = nearly(label, answers - mapped)
        if close:
            what = f"No answer is '{_short(row['label'])}'." + _looked_at(asked, is_open=True)
            fix = f"Did you mean '{_short(close)}', which has no line?"
            yield _problem(workspace, "survey_values", row, "label", what, fix, severity="warning")


def _events(workspace: Workspace, samples: list[Sample]) -> Iterator[Problem]:
    """Events of touchpoint_types and tasks that no source has."""
    for row in workspace.mappings.rows("touchpoint_types"):
        named = [sample for sample in samples if row["data_source"] in ("", sample.source.name)]
        yield from _event(workspace, "touchpoint_types", row, "event", named)
    for row in workspace.mappings.rows("tasks"):
        for column in ("start_event", "goal_event"):
            yield from _event(workspace, "tasks", row, column, samples)


def _event(
    workspace: Workspace, name: str, row: Mapping[str, str], column: str, asked: Sequence[Sample]
) -> Iterator[Problem]:
    event = row[column]
    if not event or not _are_known(asked):
        return
    known: set[str] = set()
    for sample in asked:
        if sample.implied_events is None and not sample.has_values:
            return
        known |= set(sample.implied_events) if sample.implied_events is not None else set(sample.events)
    if event in known:
        return
    is_closed = bool(row.get("data_source")) and all(sample.implied_events is not None for sample in asked)
    if is_closed:
        what = f"Source '{row['data_source']}' has no event '{_short(event)}'."
    else:
        what = f"No event is called '{_short(event)}'." + _looked_at(asked, is_open=True)
    severity = "error" if is_closed else "warning"
    yield _problem(workspace, name, row, column, what, _hint(event, sorted(known), "events"), severity=severity)


def _attributes(workspace: Workspace, samples: list[Sample]) -> Iterator[Problem]:
    """Lines of attributes.csv about a column that neither contacts, accounts nor a survey has."""
    stating = [sample for sample in samples if sample.entity in _ATTRIBUTED or sample.source.kind == "survey"]
    for row in workspace.mappings.rows("attributes"):
        column = row["column"]
        asked = [sample for sample in stating if row["data_source"] in ("", sample.source.name)]
        if not asked and row["data_source"]:
            what = f"Source '{row['data_source']}' states no attributes."
            fix = "Name a source of contacts, accounts or answers."
            yield _problem(workspace, "attributes", row, "data_source", what, fix)
            continue
        names = set().union(*(sample.question_ids | set(sample.taken) for sample in asked))
        if not _are_known(asked) or column in names:
            continue
        what = f"No column of {_files(asked)} is called '{_short(column)}'."
        is_open = any(sample.entity == "long" for sample in asked)
        yield _problem(
            workspace,
            "attributes",
            row,
            "column",
            what + _looked_at(asked, is_open=is_open),
            _hint(column, sorted(names), "columns"),
            severity="warning" if is_open else "error",
        )


def _channels(workspace: Workspace, samples: list[Sample]) -> Iterator[Problem]:
    """Lines of channels.csv whose utm_source or utm_medium no record has, though one nearly the same has no line."""
    rows = workspace.mappings.rows("channels")
    for column, place in (("utm_source", 0), ("utm_medium", 1)):
        mapped = {row[column].lower() for row in rows}
        for row in rows:
            word = row[column].lower()
            asked = [sample for sample in samples if row["data_source"] in ("", sample.source.name)]
            # Words in brackets and the like are placeholders.
            if not word[:1].isalnum() or not _are_known(asked) or not all(sample.has_values for sample in asked):
                continue
            seen = {pair[place] for sample in asked for pair in sample.channels}
            if not seen or word in seen:
                continue
            near = nearly(word, seen - mapped - {""}, cutoff=0.75)
            if near:
                what = f"No record has {column} '{_short(row[column])}'." + _looked_at(asked, is_open=True)
                fix = f"Did you mean '{_short(near)}', which has no line?"
                yield _problem(workspace, "channels", row, column, what, fix, severity="warning")


def _empty_channels(workspace: Workspace, samples: list[Sample]) -> Iterator[Problem]:
    """Lines of channels.csv for tickets or mentions whose two empty cells take nothing.

    Their own channel or network stands for the parameters, so that neither is there only where that is empty.
    """
    for row in workspace.mappings.rows("channels"):
        asked = [
            sample for sample in samples if row["data_source"] == sample.source.name and sample.entity in _SPEAKING
        ]
        if row["utm_source"] or row["utm_medium"] or not _are_known(asked):
            continue
        seen = {pair for sample in asked for pair in sample.channels}
        if seen and ("", "") not in seen:
            own = " or ".join(sorted({_SPEAKING[sample.entity] for sample in asked}))
            what = f"Every record of '{row['data_source']}' has a {own} of its own: two empty cells match none of them."
            fix = "Write * into both, if the row is for all of them."
            what += _looked_at(asked, is_open=True)
            yield _problem(workspace, "channels", row, "utm_source", what, fix, severity="warning")


def _pages(workspace: Workspace, samples: list[Sample]) -> Iterator[Problem]:
    """Lines of content and page_texts about a page without visits."""
    web = [sample for sample in samples if sample.source.kind == "web" and sample.entity == "events"]
    paths = sorted(set().union(*(sample.paths for sample in web)))
    if not paths or not _are_known(web) or not all(sample.has_values for sample in web):
        return
    for name, column in (("content", "url_pattern"), ("page_texts", "page_path")):
        for row in workspace.mappings.rows(name):
            fits = _pattern(row[column]) if name == "content" else re.compile(re.escape(row[column]))
            if row[column] and not any(fits.fullmatch(path) for path in paths):
                what = f"No page is like '{_short(row[column])}'." + _looked_at(web, is_open=True)
                yield _problem(
                    workspace, name, row, column, what, _hint(row[column], paths, "pages"), severity="warning"
                )


def _interactions(workspace: Workspace, samples: list[Sample]) -> Iterator[Problem]:
    """Interactions that neither a touchpoint, a question nor an answer is about."""
    used = {
        row["interaction"] for name in ("touchpoint_types", "survey_codebook") for row in workspace.mappings.rows(name)
    }
    surveys = [sample for sample in samples if sample.source.kind == "survey"]
    if not all(sample.is_known and sample.has_values for sample in surveys):
        return
    for sample in surveys:
        used |= set(sample.canonical.get("interaction", ())) | set(sample.canonical.get("wave", ()))
    for row in workspace.mappings.rows("interactions"):
        if row["interaction"] and row["interaction"] not in used:
            what = f"No touchpoint and no question is about '{_short(row['interaction'])}'."
            fix = "Name it in touchpoint_types.csv or survey_codebook.csv, or remove the line."
            yield _problem(workspace, "interactions", row, "interaction", what, fix, severity="warning")


_CHECKS: Final[tuple[Callable[[Workspace, list[Sample]], Iterable[Problem]], ...]] = (
    _questions,
    _labels,
    _events,
    _attributes,
    _channels,
    _empty_channels,
    _pages,
    _interactions,
)


def _are_known(asked: Sequence[Sample]) -> bool:
    """Whether there are sources that can answer, and all of their files could be read."""
    return bool(asked) and all(sample.is_known and (sample.files or not sample.has_values) for sample in asked)


def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of content.csv, as the macro fits_pattern reads it."""
    path = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*", "", pattern)
    return re.compile(".*".join(re.escape(part) for part in path.split("*")))


def _files(asked: Sequence[Sample]) -> str:
    files = [file for sample in asked for file in sample.files or [f"source '{sample.source.name}'"]]
    return files[0] if len(files) == 1 else f"the {len(files)} files of {', '.join(s.source.name for s in asked)}"


def _looked_at(asked: Sequence[Sample], *, is_open: bool) -> str:
    """How much was looked at, where that was not all and values were sought."""
    if not is_open or all(sample.is_whole for sample in asked):
        return ""
    return f" The first {sum(sample.records for sample in asked):,} records were looked at, not all."


def _hint(word: str, known: Sequence[str], noun: str) -> str:
    near = nearly(word, known, cutoff=0.6)
    if near:
        return f"Did you mean '{_short(near)}'?"
    if not known:
        return f"There are no {noun}."
    # What the files hold may be somebody where columns are shifted: listed are names of everyday words only.
    shown = [f"'{_short(name)}'" for name in known if is_made_of_header_words(name)][:_MOST_EACH]
    if not shown:
        return f"There are {len(known):,} {noun}, and none of them is similar."
    more = f" and {len(known) - len(shown):,} more" if len(known) > len(shown) else ""
    return f"Known {noun} are {', '.join(shown)}{more}."


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _problem(
    workspace: Workspace,
    name: str,
    row: Mapping[str, str],
    key: str,
    what: str,
    fix: str,
    *,
    severity: str = "error",
) -> Problem:
    folder = workspace.config.mappings.rstrip("/")
    return Problem(
        file=f"{folder}/{name}.csv",
        line=int(row["_line"]),
        key=key,
        what=what,
        fix=fix,
        severity="error" if severity == "error" else "warning",
    )


def _gathered(problems: list[Problem]) -> list[Problem]:
    """A few problems as they are; of many of one file and column the first ones, and how many more there are."""
    kept: list[Problem] = []
    groups: dict[tuple[str, str | None, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.key, problem.severity), []).append(problem)
    for (file, key, _), found in groups.items():
        kept += found[:_MOST_EACH]
        if len(found) > _MOST_EACH:
            lines = ", ".join(str(problem.line) for problem in found[_MOST_EACH : 4 * _MOST_EACH])
            more = ", ..." if len(found) > 4 * _MOST_EACH else ""
            what = f"{len(found) - _MOST_EACH} more lines match nothing in the files, for the same reason."
            kept.append(
                Problem(file=file, key=key, what=what, fix=f"See lines {lines}{more}.", severity=found[0].severity)
            )
    return kept
