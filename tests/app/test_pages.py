from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from streamlit.testing.v1 import AppTest

from app.kit import pages
from app.kit.formatting import percent
from app.kit.page_session import open_session
from app.kit.periods import window
from tests.app.conftest import Open

PAGES = tuple(page.name for page in pages.PAGES)
ANSWERS = tuple(page.name for page in pages.PAGES if page.group != "Trust")
# Its first opening takes as long as that of all other pages: CI opens it.
LONGEST = "journey"


def longest_in_ci(names: Sequence[str]) -> list[str | ParameterSet]:
    """The pages, of which CI alone opens the longest."""
    return [pytest.param(one, marks=pytest.mark.thorough) if one == LONGEST else one for one in names]


def texts(page: AppTest) -> str:
    """Everything that stands on a page as text."""
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption, page.error, page.warning, page.info)
    return "\n".join(element.value for kind in kinds for element in kind)


@pytest.fixture(scope="module")
def drawn() -> dict[str, AppTest]:
    """Pages that a test of this module has drawn, by name: not to be clicked on."""
    return {}


@pytest.fixture
def page(open_page: Open, demo_workspace: Path, drawn: dict[str, AppTest], name: str) -> AppTest:
    """The page called `name` as its bare address opens it, drawn once for all tests that only read it."""
    if name not in drawn:
        drawn[name] = open_page(demo_workspace, name)
    return drawn[name]


@pytest.mark.parametrize("name", longest_in_ci(PAGES))
def test_every_page_opens_with_one_computed_answer(page: AppTest) -> None:
    assert not page.exception
    assert len(page.title) == 1
    assert any(character.isdigit() for character in page.title[0].value)
    assert "Based on" in texts(page) or "Updated" in texts(page)


@pytest.mark.parametrize("name", longest_in_ci(PAGES))
def test_headings_never_skip_a_level(page: AppTest) -> None:
    assert not page.subheader or page.header


@pytest.mark.parametrize("name", ["today"])
def test_a_card_shows_no_change_from_the_first_year_of_the_data(page: AppTest) -> None:
    revenue = next(metric for metric in page.metric if metric.label.endswith(": Revenue"))
    assert not revenue.delta
    assert "No change is shown" in revenue.help


@pytest.mark.parametrize("name", ["who"])
def test_numbers_that_follow_from_their_definition_say_so(page: AppTest) -> None:
    said = texts(page)
    assert "the last test missed by" in said
    assert "Monthly retention\\: who is still active, within 365 days of their last purchase" in said
    assert "stay active (within 365 days of their last purchase) for more than" in said
    columns = [name for table in page.dataframe for name in table.value.columns]
    assert [name for name in columns if "alive" in name] == ["Probability of being alive (repeat buyers)"]


def test_the_headline_states_the_number_of_the_metrics_layer(open_page: Open, demo_workspace: Path) -> None:
    session = open_session(demo_workspace)
    share = session.one("top_tier_revenue_share", window=window("Last 12 months", session.document.as_of_on)).value
    assert share is not None
    page = open_page(demo_workspace, "who")
    assert f"bring {percent(share)} of revenue" in page.title[0].value


def test_the_audit_page_shows_identified_people_and_unused_identifiers(open_page: Open, demo_workspace: Path) -> None:
    session = open_session(demo_workspace)
    identified, guarded = session.one("identified_share").value, session.one("guarded_identifiers").value
    assert identified is not None
    assert guarded
    page = open_page(demo_workspace, "quality")
    note = next(caption.value for caption in page.caption if "join no people" in caption.value)
    assert note.startswith(f"{identified:.1%} of ")
    assert f"one person: {guarded:,.0f}." in note
    guards = next(frame.value for frame in page.dataframe if "Guarded identifiers" in frame.value.columns)
    assert guards["Guarded identifiers"].astype(int).sum() == guarded
    assert set(guards["What"]) == {"Phone"}


def test_a_filter_in_the_url_narrows_every_number(open_page: Open, demo_workspace: Path) -> None:
    session = open_session(demo_workspace)
    segment = session.values("segment")[0]
    page = open_page(demo_workspace, "who", segment=segment)
    assert not page.exception
    assert segment in page.title[0].value
    asked = session.one(
        "orders", where={"segment": (segment,)}, window=window("Last 12 months", session.document.as_of_on)
    ).value
    assert f"{asked:,.0f} orders" in texts(page)


def test_the_url_keeps_the_release(open_page: Open, demo_workspace: Path) -> None:
    session = open_session(demo_workspace)
    page = open_page(demo_workspace)
    assert page.query_params["release"] == session.document.run_id


@pytest.mark.parametrize("name", longest_in_ci(ANSWERS))
def test_every_evidence_card_states_its_source(page: AppTest, name: str) -> None:
    said = texts(page)
    if name != "today":
        assert "Owner" in said
        assert "checks passed" in said


def test_the_metric_catalogue_is_searchable_and_linkable(open_page: Open, demo_workspace: Path) -> None:
    page = open_page(demo_workspace, "definitions", metric="expectation_gap")
    assert "The metric you opened" in [header.value for header in page.header]
    page.text_input(key="search").set_value("nps").run()
    assert not page.exception
    assert any(header.value.split()[0].isdigit() for header in page.header)
    assert len(page.expander) < 10


def test_a_missing_metric_is_reported_not_raised(open_page: Open, demo_workspace: Path) -> None:
    page = open_page(demo_workspace, "definitions", metric="happiness")
    assert not page.exception
    assert "no metric called happiness" in texts(page)


@pytest.mark.thorough
def test_the_journey_page_names_the_handoff_task_and_initiatives(open_page: Open, demo_workspace: Path) -> None:
    page = open_page(demo_workspace, "journey", period="All time")
    assert not page.exception
    shown = texts(page)
    assert "Marketing → Service loses" in shown
    assert "“Request a repair” is abandoned in" in shown
    assert "after “Serial number asked”" in shown
    # The demo's initiatives, each with its first day.
    assert "1 Advice chat on the web site (" in shown
    assert "3 New help pages (" in shown


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["Start at a step", "End at a step"])
def test_the_path_explorer_uses_the_step_in_the_url(open_page: Open, demo_workspace: Path, way: str) -> None:
    session = open_session(demo_workspace)
    page = open_page(demo_workspace, "journey", way=way, step="Advice chat")
    assert not page.exception
    starts = way.startswith("Start")
    here, there = ("from_step", "to_step") if starts else ("to_step", "from_step")
    asked = session.ask("transitions", by=(there,), where={here: ("Advice chat",), "tier": ("all",)})
    most = max((row for row in asked.rows if row.value), key=lambda row: row.value or 0.0)
    heading = "Next step" if starts else "Step before"
    shown = next(frame.value for frame in page.dataframe if heading in frame.value.columns)
    assert shown[heading].iloc[0] == most.dimensions[there]
    assert int(shown["Transitions"].iloc[0]) == most.value
