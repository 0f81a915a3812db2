"""`cx check` proposes what a survey's file shows: a second header row, and words that mean no answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion import check_sources
from tests.ingestion.workspaces import load, make_workspace, rows, write_workspace
from workspace import Problem, load_workspace

WIDE = {"name": "poll", "kind": "survey", "vendor": "csv", "entity": "wide", "path": "inbox/*.csv"}
LONG = {**WIDE, "entity": "long"}
CODEBOOK = (
    "survey_id,question_id,construct,item,scale_min,scale_max\n"
    "poll,Score,nps,,0,10\npoll,Why,comment,,,\npoll,Age,attribute,,,\npoll,Other,ignore,,,\n"
)
MONKEY = (
    "Respondent ID,How likely?,Which devices?,,Why?\n"
    ",Response,Phone,Tablet,Open-Ended Response\n"
    "1,9,Phone,,Quick\n"
    "2,7,,Tablet,Slow\n"
)


def warnings(root: Path, text: str, source: dict[str, Any] = WIDE, values: str = "") -> list[Problem]:
    write_workspace(root, source)
    (root / "mappings" / "survey_codebook.csv").write_text(CODEBOOK)
    (root / "mappings" / "survey_values.csv").write_text(f"survey_id,question_id,label,value,missing\n{values}")
    (root / "inbox" / "a.csv").write_text(text)
    # What the codebook names and a file lacks is another check's.
    return [one for one in check_sources(load_workspace(root)) if not one.file.startswith("mappings/")]


def wide(*whys: str, scores: tuple[str, ...] = ()) -> str:
    scores = scores or ("9",) * len(whys)
    lines = (f'{at},{score},"{why}",99,NA' for at, (score, why) in enumerate(zip(scores, whys, strict=True)))
    return "\n".join(["respondent,Score,Why,Age,Other", *lines, ""])


def test_a_second_header_row_is_proposed_and_then_skipped(tmp_path: Path) -> None:
    [found] = warnings(tmp_path / "before", MONKEY)
    assert (found.severity, found.line, found.key) == ("warning", 2, "sources.poll.header_rows")
    assert "header_rows: 2" in found.fix
    source = {**WIDE, "header_rows": 2}
    assert warnings(tmp_path / "after", MONKEY, source) == []
    workspace = make_workspace(tmp_path / "after", source)
    report = load(workspace, "poll")
    [file] = report.files
    assert (file.books.loaded, file.books.skipped, file.books.rejected) == (2, 2, 0)
    # A choice beneath a question names its column where the first row leaves it without a name.
    names = rows(workspace, "select json_keys(_row) from raw_survey.wide limit 1")[0][0]
    assert names == ["Respondent ID", "How likely?", "Which devices?", "Tablet", "Why?"]


@pytest.mark.parametrize(
    "text",
    [
        "respondent,Why\n1,Response\n2,Response\n",
        "respondent,Score,Why\n1,9,Response\n2,8,Slow\n",
        "respondent,Why\na,Slow\nb,Quick\n",
        "respondent,Why\n",
        "",
    ],
)
def test_a_row_of_answers_is_not_a_second_header(tmp_path: Path, text: str) -> None:
    assert not [one for one in warnings(tmp_path, text) if str(one.key).endswith("header_rows")]


@pytest.mark.parametrize("word", ["NA", "N/A", "null", "-", "n.a.", ".", "-99"])
def test_a_missing_marker_is_suggested_until_it_is_declared(tmp_path: Path, word: str) -> None:
    text = wide(*["Slow", word] * 6)
    [found] = warnings(tmp_path / "before", text)
    assert (found.severity, found.key) == ("warning", f"survey_values.{word}")
    assert found.what.startswith(f"6 answers are '{word}'")
    assert "Slow" not in str(found)
    assert f"'poll,,{word},,true'" in found.fix
    assert warnings(tmp_path / "after", text, values=f"poll,,{word},,true\n") == []


def test_a_missing_code_is_suggested_only_off_the_scale(tmp_path: Path) -> None:
    assert warnings(tmp_path / "on", wide(*["Slow"] * 12, scores=("9", "8") * 6)) == []
    [found] = warnings(tmp_path / "off", wide(*["Slow"] * 12, scores=("9", "99") * 6))
    assert "'Score' 6" in found.what


def test_a_rare_dash_in_comments_is_not_reported(tmp_path: Path) -> None:
    assert warnings(tmp_path, wide(*["Slow"] * 300, "-")) == []


def test_answers_of_a_long_file_are_checked_by_question(tmp_path: Path) -> None:
    lines = [f"{at},Why,{'NA' if at % 2 else 'Slow'}" for at in range(12)]
    [found] = warnings(tmp_path, "\n".join(["respondent,question_id,value", *lines, ""]), LONG)
    assert "'Why' 6" in found.what


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"header_rows": 0}, "header_rows"), ({"header_rows": 2, "header": False}, "Remove one")],
)
def test_invalid_header_rows_are_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Exception, match=said):
        make_workspace(tmp_path, {**WIDE, **changes})
