"""Qualtrics' CSV export: three header rows, answers under the vendor's own question ids."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ingestion.workspaces import SURVEY, load, make_workspace, put, rows, unbalanced
from workspace import Workspace

IDS = 'EndDate,ResponseId,Q1,Q1\nEnd Date,Response ID,"How was it,\nall in all?",Why?\n'
IMPORT = '"{""ImportId"":""endDate"",""timeZone"":""Europe/Berlin""}","{""ImportId"":""_recordId""}",'
IMPORT += '"{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}"\n'
ANSWERS = '2026-02-11 09:02:31,R_1,9,"Fast,\n""really"""\n\n2026-02-12 09:00:00,R_2,,\n'


@pytest.fixture
def poll(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, SURVEY)


def test_answers_load_under_import_ids_with_the_timezone_of_row_three(poll: Workspace) -> None:
    put(poll, "poll.csv", IDS + IMPORT + ANSWERS)
    assert load(poll, "poll").problems == ()
    found = rows(poll, "select _line, _timezone, _record, _row, _response from raw_survey.wide order by _line")
    assert [(line, zone) for line, zone, *_ in found] == [(5, "Europe/Berlin"), (8, "Europe/Berlin")]
    assert json.loads(found[0][2]) == {
        "endDate": "2026-02-11 09:02:31",
        "_recordId": "R_1",
        "QID1": "9",
        "QID2_TEXT": 'Fast,\n"really"',
        "_timezone": "Europe/Berlin",
    }
    assert json.loads(found[0][3]) == {"QID1": "9", "QID2_TEXT": 'Fast,\n"really"'}
    assert json.loads(found[1][3]) == {"QID1": None, "QID2_TEXT": None}
    assert [response for *_, response in found] == ["R_1", "R_2"]
    assert rows(poll, "select records, loaded, rejected, skipped from ledger.loads") == [(6, 2, 0, 4)]


def test_a_tab_separated_export_in_utf_16(tmp_path: Path) -> None:
    poll = make_workspace(tmp_path, {**SURVEY, "encoding": "utf-16", "delimiter": "tab"})
    header = "ResponseId\tQ1\nResponse ID\tGrund?\n" + '"{""ImportId"":""_recordId""}"\t"{""ImportId"":""QID1""}"\n'
    put(poll, "poll.csv", (header + "R_1\tschön\n").encode("utf-16"))
    load(poll, "poll")
    found = rows(poll, "select _record, _row, _timezone from raw_survey.wide")
    assert found == [('{"_recordId":"R_1","QID1":"schön"}', '{"QID1":"schön"}', None)]


def test_another_delimiter_than_the_files_is_named(poll: Workspace) -> None:
    put(poll, "poll.csv", (IDS + IMPORT + ANSWERS).replace('""', "'").replace(",", ";"))
    report = load(poll, "poll")
    assert [(one.key, one.severity) for one in report.problems] == [("sources.poll.delimiter", "error")]


def test_a_cell_that_calls_itself_the_timezone_is_not_the_files(poll: Workspace) -> None:
    put(poll, "poll.csv", 'Q1,Q2\nA,B\n"{""ImportId"":""_recordId""}","{""ImportId"":""_timezone""}"\nR_1,Mars/North\n')
    load(poll, "poll")
    assert rows(poll, "select _timezone, _row from raw_survey.wide") == [(None, "{}")]


def test_times_in_the_form_of_a_spreadsheet_have_a_format(tmp_path: Path) -> None:
    config = {**SURVEY, "timestamp_format": "%m/%d/%Y %H:%M"}
    assert make_workspace(tmp_path, config).config.source("poll").timestamp_format == "%m/%d/%Y %H:%M"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "The file is empty."),
        ("EndDate,ResponseId\n", "fewer than 3 header rows"),
        (IDS + ANSWERS, "a header row is missing"),
        (IDS + IMPORT.replace("_recordId", "recipientEmail") + ANSWERS, "none of the columns '_recordId'"),
        (IDS + IMPORT.replace("Europe/Berlin", "Mars/North") + ANSWERS, "a time zone that cannot be used"),
        (IDS + "x\n" + ANSWERS, "differ in width"),
    ],
)
def test_a_file_of_another_format_is_refused_with_what_is_missing(poll: Workspace, content: str, what: str) -> None:
    put(poll, "poll.csv", content)
    report = load(poll, "poll")
    assert [file.outcome for file in report.files] == ["failed"]
    assert what in report.problems[0].what
    assert "three header rows" in report.problems[0].fix


def test_the_sample_of_the_vendors_shape(poll: Workspace, shared: Path) -> None:
    put(poll, "poll.csv", (shared / "samples" / "qualtrics" / "responses_export.csv").read_bytes())
    load(poll, "poll")
    assert not unbalanced(poll)
    found = rows(poll, "select _record ->> 'status', _row ->> 'QID1' from raw_survey.wide order by _line")
    assert found == [("0", "9"), ("0", None), ("1", "2"), ("8", "10")]
