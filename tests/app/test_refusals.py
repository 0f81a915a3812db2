"""What must not be shown is refused, marked or hidden alike: in `cx query`, its CSV, and the page with its download."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.kit.downloads import csv_of
from app.kit.findings import usable
from app.surveys.sentences import incomparable
from cli.main import app
from serving import LiveRelease, Question, ask, open_release
from tests.serving.conftest import FIXTURE_PROJECT
from tests.serving.evaluation.test_floors import SEGMENTS
from tests.serving.world import FEEDS, MARTS, publish
from workspace.paths import WorkspacePaths
from workspace.records.documents import Feed

ON_FIVE = "Question Q5 of survey shop is on a 1-5 scale: NPS is defined on 0-10 only."
NEARLY_ALL = "not to be compared: more than 95% of those who answered are in one group (Segment: Consumer)"
SMALL = "fewer than 5 people here, or in a cell that this one would give away"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """97 of 100 who answered are consumers; four people live in Far; recommendations are on 1 to 5."""
    folder = tmp_path_factory.mktemp("refusals")
    manifest = (FIXTURE_PROJECT / "semantic_manifest.json").read_text(encoding="utf-8")
    marts = MARTS.replace(SEGMENTS, "case when i % 33 = 3 then 'Business' else 'Consumer' end")
    marts = marts.replace("($regions)[1 + i % 8]", "case when i < 4 then 'Far' else 'Near' end")
    refused = Feed(rows=0, refused_rows=1500, refused_reason=ON_FIVE)
    publish(WorkspacePaths(folder), "run-1", manifest, marts=marts, feeds={**FEEDS, "nps": refused})
    return folder


@pytest.fixture(scope="module")
def release(root: Path) -> LiveRelease:
    return open_release(WorkspacePaths(root))


def printed(root: Path, output: str, *arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["query", *arguments, "--format", output, "--workspace", str(root)])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout) if output == "json" else list(csv.DictReader(io.StringIO(result.stdout)))


def everywhere(
    root: Path, release: LiveRelease, metric: str, by: str | None = None
) -> list[list[tuple[str, str, str]]]:
    """Status, value and reason of every row as JSON, as CSV, and in the download of the page's card."""
    arguments = [metric, *(["--by", by] if by else [])]
    answer = ask(release, Question(metrics=(metric,), by=(by,) if by else ()))
    ways = (printed(root, "json", *arguments), printed(root, "csv", *arguments))
    downloaded = list(csv.DictReader(io.StringIO(csv_of([answer], {metric: ""}))))

    def cell_of(row: dict[str, Any]) -> tuple[str, str, str]:
        value = "" if row["value"] in (None, "") else f"{float(row['value']):.9g}"
        return row["status"], value, row["reason"] or ""

    return [[cell_of(row) for row in rows] for rows in (*ways, downloaded)]


def test_an_nps_on_a_scale_of_1_to_5_is_refused(root: Path, release: LiveRelease) -> None:
    for rows in everywhere(root, release, "nps"):
        assert rows == [("refused", "", ON_FIVE)]


def test_groups_dominated_by_one_value_are_marked_and_not_drawn(root: Path, release: LiveRelease) -> None:
    found = everywhere(root, release, "expectation_gap", "segment")
    assert found[0] == found[1] == found[2]
    assert {reason for status, _, reason in found[0] if status == "ok"} == {NEARLY_ALL}
    rows = ask(release, Question(metrics=("expectation_gap",), by=("segment",))).rows
    assert usable(rows, "segment") == []
    assert incomparable(rows) == NEARLY_ALL


def test_a_cell_of_four_people_is_hidden(root: Path, release: LiveRelease) -> None:
    found = everywhere(root, release, "expectation_gap", "region")
    assert found[0] == found[1] == found[2]
    assert ("suppressed", "", SMALL) in found[0]
    assert all(value == "" for status, value, _ in found[0] if status == "suppressed")


def test_refusal_texts_use_reader_words_not_database_words() -> None:
    for words in (ON_FIVE, NEARLY_ALL, SMALL):
        assert not {"null", "row", "column", "query", "n_people"} & set(words.lower().replace(":", " ").split())
