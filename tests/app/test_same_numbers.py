"""One number, wherever it is read: card, page, download, `cx query`, Explore metrics' table and brief say the same."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

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


def text_of(session: PageSession, metric: str, value: float) -> str:
    """A number as every page writes it."""
    return number(value, unit_of(metric, session.definitions[metric].unit), currency=session.currency)
