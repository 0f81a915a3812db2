"""The brief: one page about a release, whose numbers are those of `cx query`, and which says what is withheld."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from typer.testing import CliRunner

from app.brief.__main__ import main, save
from app.brief.html import html_of
from app.brief.model import Brief, Figure
from app.brief.pdf import pdf_of
from app.brief.write import everyone, file_name, write
from app.kit.page_session import PageSession, open_session
from cli.main import app
from tests.releases import rewrite
from workspace.paths import WorkspacePaths


@pytest.fixture(scope="module")
def session(demo_workspace: Path) -> PageSession:
    return open_session(demo_workspace)


@pytest.fixture(scope="module")
def page(session: PageSession) -> Brief:
    return write(session)


class _Numbers(HTMLParser):
    """Collects the machine-readable numbers of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            named = dict(attrs)
            self.found.append((named["data-metric"] or "", named["title"] or "", named["value"] or ""))


def queried(figure: Figure, root: Path) -> dict[str, object]:
    """What the command that stands beside the number answers."""
    words = shlex.split(figure.query)[1:]
    answer = CliRunner().invoke(app, [*words, "--format", "json", "--workspace", str(root)])
    assert answer.exit_code == 0, answer.output
    (record,) = json.loads(answer.stdout)
    return record


def test_every_number_equals_the_query_beside_it(page: Brief, demo_workspace: Path) -> None:
    assert len(page.figures) >= 4 + 2 * 8 + 2
    for figure in page.figures:
        record = queried(figure, demo_workspace)
        assert record["value"] == figure.row.value, figure.query
        assert record["status"] == figure.row.status


def test_the_html_holds_exactly_the_figures(page: Brief) -> None:
    numbers = _Numbers()
    numbers.feed(html_of(page))
    assert numbers.found == [
        (figure.metric, figure.query, "" if figure.row.value is None else repr(figure.row.value))
        for figure in page.figures
    ]


def test_it_answers_four_questions_with_what_would_change_each(page: Brief) -> None:
    assert [answer.question for answer in page.answers] == [
        "Who are our best customers?",
        "What is their journey?",
        "What are they trying to achieve?",
        "Where do we fall short?",
    ]
    assert all(answer.overturn.startswith(("Overturned if", "Nothing is claimed")) for answer in page.answers)
    assert page.stake_overturn
    assert "Association, not cause" in page.method


def test_it_names_the_release_and_does_not_change_with_time(page: Brief, session: PageSession) -> None:
    assert session.document.run_id in html_of(page)
    assert pdf_of(page) == pdf_of(page)
    assert file_name(session.document) == f"brief-{session.document.as_of_on:%Y-%m}-{session.document.run_id}"


def test_the_pdf_is_one_page(page: Brief, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets: list[FPDF] = []
    output = FPDF.output
    monkeypatch.setattr(FPDF, "output", lambda self: sheets.append(self) or output(self))
    assert pdf_of(page).startswith(b"%PDF-")
    assert sheets[0].pages_count == 1


def test_a_withheld_metric_is_withheld_in_the_brief(copy_of_demo: Path) -> None:
    withheld = {"revenue": ["orders_are_the_same_by_three_routes"]}
    rewrite(WorkspacePaths(copy_of_demo), lambda document: document.update(withheld=withheld))
    page = write(open_session(copy_of_demo))
    revenue = [figure for figure in page.figures if figure.metric == "revenue"]
    assert {figure.text for figure in revenue} == {"withheld"}
    assert "withheld" in page.badge
    assert "withheld" in html_of(page)


def test_the_data_s_first_year_is_compared_with_nothing(copy_of_demo: Path) -> None:
    def begin_this_year(document: dict[str, Any]) -> None:
        document["feeds"]["orders"]["first_on"] = document["as_of_on"][:4] + "-01-01"

    rewrite(WorkspacePaths(copy_of_demo), begin_this_year)
    changes = {change.now.metric: change for change in write(open_session(copy_of_demo)).changes}
    assert changes["revenue"].now.row.value is not None
    assert changes["revenue"].before.row.value is not None
    assert (changes["revenue"].moved, changes["revenue"].said) == ("", "")
    assert changes["nps"].moved


def test_the_command_writes_both_files(session: PageSession, demo_workspace: Path, tmp_path: Path) -> None:
    files = save(session, tmp_path / "out", ("html", "pdf"))
    assert [file.suffix for file in files] == [".html", ".pdf"]
    assert all(file.stat().st_size > 2000 for file in files)


def test_an_unwritable_output_folder_is_reported(
    demo_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main([str(demo_workspace), "--output", str(tmp_path / "file" / "briefs")]) == 1
    said = capsys.readouterr().err
    assert "cannot be written" in said
    assert "--output" in said


def test_it_is_written_of_a_segment_and_named_so(demo_workspace: Path, tmp_path: Path) -> None:
    assert main([str(demo_workspace), "--output", str(tmp_path), "--format", "html", "--segment", "Consumer"]) == 0
    (file,) = tmp_path.glob("*.html")
    assert file.stem.endswith("-consumer")
    assert "customers among Consumer" in file.read_text()


def test_an_unknown_segment_is_refused_with_those_known(
    demo_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(demo_workspace), "--output", str(tmp_path), "--segment", "Nobody"]) == 1
    said = capsys.readouterr().err
    assert "'Nobody'" in said
    assert "Consumer" in said
    assert list(tmp_path.iterdir()) == []


def test_the_pdf_is_one_page_with_a_filter_too(session: PageSession, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets: list[FPDF] = []
    output = FPDF.output
    monkeypatch.setattr(FPDF, "output", lambda self: sheets.append(self) or output(self))
    pdf_of(write(session, replace(everyone(session), segment="Consumer")))
    assert sheets[0].pages_count == 1
