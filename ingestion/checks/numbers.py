"""A source's sample in, numbers that cx.yml's `decimal` makes unreadable out: a wrong mark, or thousands in its way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ingestion.checks.samples import Sample
from workspace import Workspace
from workspace.errors import Problem
from workspace.vocabulary import CONSTRUCTS, UNSCALED_CONSTRUCTS

# Canonical columns that hold numbers.
NUMBERS: Final = frozenset(
    (
        *("amount", "cost", "quantity", "value", "amount_per_month", "conversions", "non_conversions", "rating"),
        *("results", "unit_price", "order_total"),
    )
)
# What the macro parse_number reads, by decimal mark.
_READABLE: Final = {
    ",": re.compile(r"[+-]?([0-9]{1,3}([.][0-9]{3})+(,[0-9]+)?|[0-9]+(,[0-9]+)?)"),
    ".": re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?|[0-9]*[.]?[0-9]+)"),
}
# Nothing but a number as people write it: digits, marks, blanks, a sign, a currency. Only such a value is shown.
_LOOKS_LIKE_A_NUMBER: Final = re.compile(
    r"[A-Z]{0,3}[ \u00a0\u202f€$£¥%()+-]*[0-9][0-9.,'’ \u00a0\u202f]*[ \u00a0\u202f€$£¥%()+-]*[A-Z]{0,3}"
)
_MOST_DIGITS: Final = 10
# Below this share a few odd values are dirt, which staging counts.
_LEAST_SHARE: Final = 0.1


def check_numbers(workspace: Workspace, samples: list[Sample]) -> list[Problem]:
    """One problem a source, about the column of which most values are unreadable."""
    problems = []
    for sample in samples:
        found = [(share, problem) for share, problem in _of_source(workspace, sample) if share >= _LEAST_SHARE]
        if found:
            problems.append(max(found, key=lambda one: one[0])[1])
    return problems


def reads_as_number(text: str, decimal: str) -> bool:
    """Whether the macro parse_number makes a number of a text."""
    return _READABLE[decimal].fullmatch(text.strip()) is not None


def _of_source(workspace: Workspace, sample: Sample) -> Iterator[tuple[float, Problem]]:
    decimal = sample.source.decimal
    other = "." if decimal == "," else ","
    for column, values in _columns(workspace, sample).items():
        total = sum(values.values())
        unreadable = {value: n for value, n in values.items() if not reads_as_number(value, decimal)}
        numeric = {value: n for value, n in unreadable.items() if _LOOKS_LIKE_A_NUMBER.fullmatch(value)}
        if not numeric:
            continue
        n_numeric = sum(numeric.values())
        by_other = sum(n for value, n in numeric.items() if reads_as_number(value, other))
        file = sample.files[0] if len(sample.files) == 1 else sample.source.path
        counted = f"{n_numeric:,} of {total:,} values of column '{column}' are not numbers"
        if by_other >= 0.9 * n_numeric:
            shown = _example(value for value in numeric if reads_as_number(value, other))
            only = all(reads_as_number(value, other) for value in values)
            yield (
                n_numeric / total,
                Problem(
                    file=file,
                    key=f"sources.{sample.source.name}.decimal",
                    what=f"{shown} is not a number with decimal '{decimal}': is 'decimal' right? {counted}.",
                    fix=f"Set 'decimal' of source '{sample.source.name}' to '{other}'"
                    + ("." if only else ", or export all numbers in one way: some fit only the present one."),
                    severity="error" if by_other >= 0.5 * total else "warning",
                ),
            )
            continue
        shown = _example(numeric)
        yield (
            n_numeric / total,
            Problem(
                file=file,
                key=f"sources.{sample.source.name}.decimal",
                what=f"{shown} is not a number with decimal '{decimal}': {counted}.",
                fix=f"Export numbers without currency and blanks; only '{other}' may separate thousands, in threes.",
                severity="error" if n_numeric >= 0.5 * total else "warning",
            ),
        )


def _example(values: Iterable[str]) -> str:
    """The first value that is surely no telephone number or the like, in quotes."""
    for value in values:
        digits = re.sub("[^0-9]", "", value)
        is_amount = re.search(r"[0-9][.,'’][0-9]|[€$£¥%A-Z]", value) is not None or len(digits) <= 6
        if is_amount and len(digits) <= _MOST_DIGITS and not re.match(r"\+|0[0-9]", value.strip()):
            return f"'{value}'"
    return "A value"


def _columns(workspace: Workspace, sample: Sample) -> Mapping[str, Mapping[str, int]]:
    """Columns that hold numbers, with their values; labels that survey_values.csv turns into numbers left out."""
    source = sample.source
    if source.kind != "survey":
        return {
            source.named_columns.get(name, name): values for name, values in sample.canonical.items() if name in NUMBERS
        }
    found = {}
    for row in workspace.mappings.rows("survey_codebook"):
        question, construct = row["question_id"], row["construct"].lower()
        if row["survey_id"] not in ("", source.name) or construct in UNSCALED_CONSTRUCTS or construct not in CONSTRUCTS:
            continue
        labels = {
            value["label"].lower()
            for value in workspace.mappings.rows("survey_values")
            if value["survey_id"] in ("", source.name) and value["question_id"] in ("", question)
        }
        answers = {value: n for value, n in sample.answers(question).items() if value.lower() not in labels}
        if answers:
            found[question] = answers
    return found
