"""A terminal shows data and executes none of it."""

from __future__ import annotations

import csv
import io

import pytest
from rich.markup import escape
from rich.table import Table

from cli import console
from cli.read import OutputFormat, _print_answer
from serving import Answer, Question
from tests.app.payloads import PAYLOADS, plain
from tests.app.rows import row
from workspace import Problem, spreadsheets

ATTACKS = (
    *PAYLOADS, "[bold]x[/bold]", "[link=https://evil.example]x[/link]", "[/]", "[red]", "x\\", "\\[bold]x",
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\", "\x9b31m", "a\rb",
    "a\x08b", "\u202egnp.exe", "=1+1", "@SUM(1)",
)  # fmt: skip
CONTROLS = {chr(code) for code in (*range(9), *range(11, 32), 127, *range(128, 160))}


@pytest.mark.parametrize("text", ATTACKS, ids=plain)
def test_control_characters_do_not_reach_the_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.out().print(escape(text), soft_wrap=True)
    table = Table(escape(text))
    table.add_row(escape(text))
    console.print_table(table)
    console.print_problems([Problem(file=text, what=text, fix=text)])
    printed = "".join(capsys.readouterr())
    assert not CONTROLS & set(printed)
    assert "\u202e" not in printed
    if "[" in text and "\x1b" not in text:
        assert console.printable(text).strip() in printed


@pytest.mark.parametrize("text", ATTACKS, ids=plain)
def test_a_query_prints_hostile_values_literally(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = Question(metrics=("orders",), by=("segment",))
    answer = Answer(asked, (row(-1.5, metric="orders", segment=text),), (), "r1")
    _print_answer(answer, OutputFormat.table)
    assert not CONTROLS & set(capsys.readouterr().out)
    _print_answer(answer, OutputFormat.csv)
    heading, record = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    cells = dict(zip(heading, record, strict=True))
    assert cells["value"] == "-1.5"
    if "\x00" not in text:
        assert cells["segment"] == spreadsheets.cell(text)
