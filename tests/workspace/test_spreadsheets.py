"""No cell of a CSV file is a formula, and every number stays one."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace import spreadsheets

SIGNS = "=+-@\t\r\n\x00＝＋－＠"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("https://evil.example","x")', "=cmd|' /C calc'!A0", "\t=1", "\r=1",
     " =1", "\xa0=1", "-", "+", "--1", "-cmd", "+49 170 1", "-1;=1", "＝1", "\n", "-1e", "-1.2.", "=", "-٣a"],
)  # fmt: skip
def test_formula_prefixes_become_text(text: str) -> None:
    assert spreadsheets.cell(text) == f"'{text}".replace("\r", "\n")


@pytest.mark.parametrize(
    "value",
    [-1, -1.5, None, True, "-1", "-1.5", "-1,234.5", "+3.0", "-1e-7", "-.5", "-12%", "Nord", "a=b", "'", "", "−5"],
)  # fmt: skip
def test_numbers_and_words_are_unchanged(value: object) -> None:
    assert spreadsheets.cell(value) == value


@given(st.text(alphabet=st.sampled_from(SIGNS + "'12.,e%aü \xa0"), max_size=12))
def test_only_numbers_keep_a_leading_formula_sign(text: str) -> None:
    written = spreadsheets.cell(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert written in (lines, f"'{lines}")
    if written.lstrip().startswith(tuple(SIGNS)):
        float(written.lstrip().rstrip("%").replace(",", ""))


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "\ra"])
def test_a_carriage_return_does_not_start_a_record(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(["first", spreadsheets.cell(text)])
    assert len(list(csv.reader(io.StringIO(file.getvalue(), newline="")))) == 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_remain_numbers(value: float) -> None:
    assert spreadsheets.cell(repr(value)) == repr(value)
