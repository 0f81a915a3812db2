"""One number, wherever it is read: card, page, download, `cx query`, Explore metrics' table and brief say the same."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from app.brief.html import html_of
from app.brief.model import Brief
from app.brief.write import everyone, write
from app.kit.downloads import csv_of, units_of
from app.kit.formatting import number, unavailable, unit_of, words
from app.kit.page_session import PageSession, open_session
from app.kit.periods import DEFAULT_PERIOD, window
from cli.main import app
from serving import Question, ask
from tests.app.conftest import Open

pytestmark = pytest.mark.thorough

# Metric -> the page that has a card of it, what the card is called, and the cell that it shows.
CARDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "revenue": ("today", "Revenue", {}),
    "active_customers": ("today", "Active customers", {}),
    "acquired": ("today", "Acquired", {}),
    "retention_rate": ("today", "Active within 365 days", {}),
    "nps": ("today", "Promoters (NPS)", {}),
    "csat": ("today", "Satisfied (CSAT)", {}),
    "ces": ("today", "Ease (CES)", {}),
    "overall_score": ("today", "Overall", {}),
    "top_tier_revenue_share": ("who", "Revenue from top 20%", {}),
    "content_views": ("before", "Content views", {}),
    "lost": ("corners", "Lost", {}),
    "expectation_gap": ("expectations", "Processes: gap to expectation", {"pillar": "processes"}),
}
# Of these the brief shows some. Answers: of the page's own period, where the cell is the one that it found.
IN_ANSWERS = ("top_tier_revenue_share", "expectation_gap")
# What changed: of the last whole month and the month before.
IN_CHANGES = (
    "revenue", "active_customers", "acquired", "retention_rate", "nps", "csat", "overall_score", "expectation_gap",
)  # fmt: skip
NOT_IN_BRIEF = {
    "ces": "one page has room for three numbers of what customers say, and ease stands beside them on the home page",
    "content_views": "of what precedes a purchase the brief says only the journey's stage that stalls",
    "lost": "what changed says who is active and who was acquired; Four corners reconciles them with who was lost",
}


def on_page(page: AppTest, label: str) -> str | None:
    """What the card of that name shows; its label begins with the sign of its badge. None where there is none."""
    named = {card.label.replace("\\", "").partition(": ")[2]: card for card in page.metric}
    return str(named[label].value) if label in named else None


def queried(root: Path, metric: str, cell: dict[str, str], since: str, until: str) -> dict[str, Any]:
    """The row that `cx query` gives as JSON."""
    filters = [part for name, value in cell.items() for part in ("--where", f"{name}={value}")]
    arguments = ["query", metric, *filters, "--since", since, "--until", until]
    result = CliRunner().invoke(app, [*arguments, "--format", "json", "--workspace", str(root)])
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    rows = printed if isinstance(printed, list) else printed["rows"]
    assert len(rows) == 1
    row: dict[str, Any] = rows[0]
    return row


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], AppTest]:
    """Pages by name and segment, each drawn once."""
    return {}


@pytest.mark.parametrize("segment", ["", "Consumer"])
@pytest.mark.parametrize("metric", CARDS)
def test_card_download_and_query_say_the_same_number(
    open_page: Open, demo_workspace: Path, pages: dict[tuple[str, str], AppTest], metric: str, segment: str
) -> None:
    name, label, cell = CARDS[metric]
    session = open_session(demo_workspace)
    if (name, segment) not in pages:
        pages[name, segment] = open_page(demo_workspace, name, **({"segment": segment} if segment else {}))
    shown = window(DEFAULT_PERIOD, session.document.as_of_on)
    where = {**cell, **({"segment": segment} if segment else {})}
    asked = ask(session.release, Question(metrics=(metric,), where=where, since=shown.since, until=shown.until))
    row = asked.one(metric)
    (downloaded,) = csv.DictReader(io.StringIO(csv_of([asked], units_of(session.definitions, session.currency))))
    said = queried(demo_workspace, metric, where, str(shown.since), str(shown.until))
    assert downloaded["status"] == said["status"] == row.status
    card = on_page(pages[name, segment], label)
    if row.value is None:
        # Only a filter may leave too few people; then no number of the period stands anywhere.
        assert segment
        assert downloaded["value"] == ""
        assert said["value"] is None
        assert card in (None, words(unavailable(row.status)))
        return
    assert card == text_of(session, metric, row.value)
    assert float(downloaded["value"]) == pytest.approx(row.value, rel=1e-12)
    assert float(said["value"]) == pytest.approx(row.value, rel=1e-12)


@pytest.fixture(scope="module")
def briefs(demo_workspace: Path) -> dict[str, Brief]:
    """The brief by segment, as `cx brief --segment` and the home page's button write it."""
    session = open_session(demo_workspace)
    return {
        segment: write(session, replace(everyone(session), segment=segment or None)) for segment in ("", "Consumer")
    }


def test_every_number_of_the_twelve_is_in_the_brief_or_said_not_to_be(briefs: dict[str, Brief]) -> None:
    for brief in briefs.values():
        assert {figure.metric for figure in brief.figures} & {*CARDS} == {*CARDS} - {*NOT_IN_BRIEF}
    assert {*IN_ANSWERS, *IN_CHANGES} == {*CARDS} - {*NOT_IN_BRIEF}


@pytest.mark.parametrize("segment", ["", "Consumer"])
@pytest.mark.parametrize("metric", IN_CHANGES)
def test_what_changed_in_the_brief_is_what_download_and_query_say_of_these_months(
    briefs: dict[str, Brief], demo_workspace: Path, metric: str, segment: str
) -> None:
    session = open_session(demo_workspace)
    changed = next(change for change in briefs[segment].changes if change.now.metric == metric)
    for figure in (changed.now, changed.before):
        assert figure.where == ({"segment": ("Consumer",)} if segment else {})
        window = figure.window
        # Answers without a date belong to no month: there is no number, and none that a query of all time would give.
        assert window.since is not None
        assert window.until is not None
        where = {"segment": segment} if segment else {}
        asked = ask(session.release, Question(metrics=(metric,), where=where, since=window.since, until=window.until))
        (downloaded,) = csv.DictReader(io.StringIO(csv_of([asked], units_of(session.definitions, session.currency))))
        said = queried(demo_workspace, metric, where, str(window.since), str(window.until))
        assert figure.row.status == said["status"] == downloaded["status"]
        assert figure.row.value == said["value"]
        assert figure.row.value == (float(downloaded["value"]) if downloaded["value"] else None)


@pytest.mark.parametrize("segment", ["", "Consumer"])
@pytest.mark.parametrize("metric", IN_ANSWERS)
def test_an_answer_of_the_brief_is_what_page_and_query_say(
    open_page: Open,
    briefs: dict[str, Brief],
    demo_workspace: Path,
    pages: dict[tuple[str, str], AppTest],
    metric: str,
    segment: str,
) -> None:
    session = open_session(demo_workspace)
    figure = next(answer.figure for answer in briefs[segment].answers if answer.figure.metric == metric)
    if ("today", segment) not in pages:
        pages["today", segment] = open_page(demo_workspace, "today", **({"segment": segment} if segment else {}))
    where = {name: value for name, (value,) in figure.where.items()}
    shown = window(DEFAULT_PERIOD, session.document.as_of_on)
    assert where.get("segment", "") == segment
    assert (figure.window.since, figure.window.until) == (shown.since, shown.until)
    said = queried(demo_workspace, metric, where, str(shown.since), str(shown.until))
    assert figure.row.value == said["value"]
    assert figure.row.status == said["status"]
    if figure.row.value is None:
        # Only a filter may leave too few people; then the brief says so in the words of the page.
        assert segment
        assert figure.text == unavailable(figure.row.status)
        assert on_page(pages["today", segment], figure.label) in (None, words(figure.text))
        return
    assert on_page(pages["today", segment], figure.label) == figure.text == text_of(session, metric, figure.row.value)


def test_the_brief_says_whose_numbers_it_shows_and_what_does_not_follow_the_filter(briefs: dict[str, Brief]) -> None:
    said = {segment: unescape(html_of(brief)) for segment, brief in briefs.items()}
    assert said[""].count("all customers") == 3
    assert "does not follow the filter" not in said[""]
    assert said["Consumer"].count("customers among Consumer") == 2
    assert said["Consumer"].count("Of all customers; this part does not follow the filter") == 1
    # What does not follow it is the same, and every other number that is counted is another one.
    everybody, some = briefs[""], briefs["Consumer"]
    assert [line.figure.row.value for line in some.stakes] == [line.figure.row.value for line in everybody.stakes]
    revenue = {
        segment: next(change.now.row.value for change in brief.changes if change.now.metric == "revenue")
        for segment, brief in briefs.items()
    }
    assert revenue["Consumer"] is not None
    assert revenue[""] is not None
    assert 0 < revenue["Consumer"] < revenue[""]


def text_of(session: PageSession, metric: str, value: float) -> str:
    """A number as every page writes it."""
    return number(value, unit_of(metric, session.definitions[metric].unit), currency=session.currency)
