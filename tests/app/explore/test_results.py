"""What the page shows, what its command prints and what its downloads hold are the same numbers."""

from __future__ import annotations

import csv
import io
import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from app.explore.choice import Choice, where_of
from app.explore.downloads import csv_of_result, parquet_of_result
from app.explore.drawing import commands, table_of
from app.explore.results import Result, answered, fit, read_view
from app.explore.sentences import headline
from app.kit.formatting import unavailable
from app.kit.page_session import PageSession
from app.kit.periods import CHOSEN_DAYS, PRIOR_PERIOD
from cli.main import app
from serving import UserError
from workspace.views import SavedView

CHOICES = {
    "one number": Choice(metric="revenue"),
    "by month": Choice(metric="orders", grain="month", comparison=PRIOR_PERIOD, period="Last 3 months"),
    "by one dimension": Choice(metric="expectation_gap", by=("segment",), period="All time"),
    "with hidden cells": Choice(metric="buyers", by=("segment", "region"), grain="quarter", period="All time"),
    "filtered": Choice(
        metric="orders", by=("channel",), period="All time",
        where=where_of({"region": ["Nord"], "segment": ["S0", "S1"]}),
    ),
    "a statistic": Choice(metric="profile_index"),
    "a refused period": Choice(
        metric="buyers", by=("segment",), period=CHOSEN_DAYS, since=pd.Timestamp("2024-02-03").date(),
        until=pd.Timestamp("2024-02-09").date(),
    ),
}  # fmt: skip


@pytest.fixture(params=CHOICES, ids=lambda name: name.replace(" ", "-"))
def result(session: PageSession, request: pytest.FixtureRequest) -> Result:
    return answered(session, fit(session, CHOICES[request.param])[0])


def printed(line: str) -> list[dict[str, Any]]:
    """What a copied command prints."""
    program, *arguments = shlex.split(line)
    assert program == "cx"
    ended = CliRunner().invoke(app, [*arguments, "--format", "json"])
    assert ended.exit_code == 0, ended.output
    return list(json.loads(ended.stdout))


def test_the_command_prints_the_rows_of_the_page(session: PageSession, result: Result) -> None:
    lines = commands(session, result)
    answers = [result.answer, *([result.earlier] if result.earlier else [])]
    assert len(lines) == len(answers)
    for line, answer in zip(lines, answers, strict=True):
        assert printed(line) == answer.records()


def test_downloads_hold_what_the_screen_shows(result: Result) -> None:
    shown = table_of(result)
    measure = result.definition.label
    rows = list(csv.DictReader(io.StringIO(csv_of_result(result))))
    frame = pd.read_parquet(io.BytesIO(parquet_of_result(result)))
    assert len(rows) == len(frame) == len(result.answer.rows) + (len(result.earlier.rows) if result.earlier else 0)
    now = frame.head(len(result.answer.rows))
    assert sorted(now["value"].dropna()) == pytest.approx(sorted(shown.numbers[measure].dropna().astype(float)))
    assert sorted(now["status"][now["status"] != "ok"].map(unavailable)) == sorted(
        text for text in shown.texts[measure] if text in map(unavailable, set(now["status"]) - {"ok"})
    )
    for row, (_, packed) in zip(rows, frame.iterrows(), strict=True):
        assert (row["value"] == "") == pd.isna(packed["value"]) == (row["status"] != "ok")
        assert float(row["value"] or 0) == pytest.approx(0 if pd.isna(packed["value"]) else packed["value"])


def test_downloads_say_their_period_filter_unit_and_release(session: PageSession) -> None:
    result = answered(session, CHOICES["filtered"])
    for row in csv.DictReader(io.StringIO(csv_of_result(result))):
        assert row["filters"] == "region=Nord; segment=S0; segment=S1"
        assert (row["unit"], row["release"], row["since"]) == ("count", "run-1", "")
    dated = answered(session, Choice(metric="revenue", period="Last month"))
    (row,) = csv.DictReader(io.StringIO(csv_of_result(dated)))
    assert (row["since"], row["until"], row["unit"]) == ("2024-09-01", "2024-09-30", "EUR")
    packed = pd.read_parquet(io.BytesIO(parquet_of_result(dated))).iloc[0]
    assert (str(packed["since"]), str(packed["until"]), packed["unit"]) == ("2024-09-01", "2024-09-30", "EUR")


def test_the_numbers_are_those_of_the_metrics_layer_with_and_without_a_filter(session: PageSession) -> None:
    whole = answered(session, Choice(metric="orders", by=("region",), period="All time"))
    part = answered(
        session, Choice(metric="orders", by=("region",), period="All time", where=where_of({"segment": ["S0"]}))
    )
    for result, where in ((whole, {}), (part, {"segment": ("S0",)})):
        assert result.answer.rows == session.ask("orders", by=("region",), where=where).rows
    assert whole.answer.rows != part.answer.rows


def test_a_release_that_is_not_live_is_named_in_the_command(session: PageSession, root: Path) -> None:
    (line,) = commands(replace(session, live_run_id="run-2"), answered(session, CHOICES["one number"]))
    assert line.endswith(f"--release run-1 --workspace {root}")
    assert printed(line) == answered(session, CHOICES["one number"]).answer.records()


def test_a_comparison_with_the_first_year_is_not_drawn_and_says_why(session: PageSession) -> None:
    result = answered(session, CHOICES["by month"])
    assert result.earlier is None
    assert "first 12 months" in result.not_compared
    assert "on the period before" not in str(headline(result))


def test_a_period_that_cuts_its_months_says_so(session: PageSession) -> None:
    whole = answered(session, Choice(metric="orders", grain="quarter", period="Last quarter"))
    assert whole.partial == ""
    cut = answered(session, Choice(metric="orders", grain="quarter", period="Last month"))
    assert cut.partial.startswith("The first quarter is shown only in part")
    open_end = answered(session, Choice(metric="orders", grain="month", period="All time"))
    assert open_end.partial.startswith("The last month is shown only in part")


def test_a_saved_view_names_itself_where_this_release_cannot_show_it(session: PageSession) -> None:
    good = SavedView("Good", "explore?metric=orders&by=segment")
    assert read_view(session, good) == Choice(metric="orders", by=("segment",))
    for address, what in (
        ("explore?metric=ordres", "no metric 'ordres'"),
        ("explore?metric=orders&by=planet", "dimension “planet”, which this metric does not have."),
        ("explore?metric=orders&where=region%3DMars", "value “Mars”"),
        ("explore?metric=orders&where=planet%3DMars", "filter “planet”"),
        ("explore?metric=orders&period=Soon", "period “Soon”"),
        ("explore?by=segment", "names no metric"),
    ):
        with pytest.raises(UserError, match=f"“Bad” cannot be shown as it was saved.*{what}") as error:
            read_view(session, SavedView("Bad", address))
        assert error.value.fix
