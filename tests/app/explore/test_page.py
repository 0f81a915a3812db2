"""The page Explore metrics and a page of one's own, in Streamlit's test harness."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.explore.choice import Choice, choice_of, where_of
from app.explore.results import answered
from app.kit.page_session import open_session
from tests.app.conftest import Open
from tests.app.test_pages import texts
from workspace.paths import WorkspacePaths
from workspace.views import SavedView, read_views, save_view


@pytest.fixture
def workspace(copy_of_demo: Path) -> Path:
    return copy_of_demo


def chosen(page: AppTest) -> Choice:
    """What the address of a page asks for."""
    given = dict(page.query_params)
    return choice_of({key: [some] if isinstance(some, str) else list(some) for key, some in given.items()})[0]


def control(page: AppTest, label: str) -> object:
    """The one control of a label."""
    (found,) = [one for kind in (page.selectbox, page.multiselect) for one in kind if one.label == label]
    return found


@pytest.mark.parametrize("narrowed", [False, True])
def test_the_page_states_the_number_of_the_metrics_layer(open_page: Open, workspace: Path, narrowed: bool) -> None:
    session = open_session(workspace)
    region = session.axis_values("orders", "region")[0]
    choice = Choice(metric="orders", where=where_of({"region": [region]} if narrowed else {}))
    page = open_page(workspace, "explore", **choice.parameters)  # type: ignore[arg-type]
    assert not page.exception
    total = answered(session, choice).total
    assert total is not None
    assert f": {total.value:,.0f}" in page.title[0].value.replace("\\", "")
    assert (region in page.title[0].value) == narrowed


def test_every_control_is_kept_in_the_address(open_page: Open, workspace: Path) -> None:
    page = open_page(workspace, "explore")
    control(page, "Metric").set_value("nps").run()  # type: ignore[attr-defined]
    control(page, "Split by").set_value(["segment"]).run()  # type: ignore[attr-defined]
    control(page, "Over time, by").set_value("quarter").run()  # type: ignore[attr-defined]
    control(page, "Period").set_value("Year to date").run()  # type: ignore[attr-defined]
    control(page, "Compared with").set_value("Prior period").run()  # type: ignore[attr-defined]
    control(page, "Filter by").set_value(["region"]).run()  # type: ignore[attr-defined]
    assert chosen(page).where == ()
    control(page, "Region").set_value(["Nord"]).run()  # type: ignore[attr-defined]
    assert not page.exception
    wanted = Choice(
        metric="nps",
        by=("segment",),
        grain="quarter",
        where=(("region", ("Nord",)),),
        period="Year to date",
        comparison="Prior period",
    )
    assert chosen(page) == wanted
    reopened = open_page(workspace, "explore", **wanted.parameters)  # type: ignore[arg-type]
    assert reopened.title[0].value == page.title[0].value
    control(page, "Metric").set_value("orders").run()  # type: ignore[attr-defined]
    assert chosen(page).metric == "orders"
    assert chosen(page).where == wanted.where


def test_a_filter_without_a_value_stays_open_until_one_is_chosen(open_page: Open, workspace: Path) -> None:
    page = open_page(workspace, "explore", metric="orders")
    control(page, "Filter by").set_value(["segment", "region"]).run()  # type: ignore[attr-defined]
    control(page, "Region").set_value(["Nord"]).run()  # type: ignore[attr-defined]
    assert control(page, "Segment").value == []  # type: ignore[attr-defined]
    assert control(page, "Region").value == ["Nord"]  # type: ignore[attr-defined]
    control(page, "Filter by").set_value(["segment"]).run()  # type: ignore[attr-defined]
    assert chosen(page).where == ()
    assert [one.label for one in page.multiselect if one.label == "Region"] == []


def test_an_address_of_nonsense_opens_and_says_what_is_left_out(open_page: Open, workspace: Path) -> None:
    page = open_page(workspace, "explore", metric="[x](http://e.example)", by="<b>", period="$x$", where="=")
    assert not page.exception
    said = texts(page)
    assert "There is no metric called" in said
    assert "\\[x\\](http\\:" in said  # as text, and no link
    assert "<b>" not in said
    assert len(page.title) == 1


def test_a_view_is_saved_renamed_and_deleted_and_its_page_is_drawn(open_page: Open, workspace: Path) -> None:
    paths = WorkspacePaths(workspace)
    page = open_page(workspace, "explore", metric="orders", by="segment", period="All time")
    name = next(field for field in page.text_input if field.label == "Save what is shown as")
    name.set_value("Orders *by* segment")
    page.button[[one.label for one in page.button].index("Save view")].click().run()
    assert not page.exception
    assert read_views(paths).views == (
        SavedView("Orders *by* segment", "explore?metric=orders&by=segment&period=All+time&compare=Nothing"),
    )
    assert "is saved" in page.success[0].value
    save_view(paths, SavedView("Broken", "explore?metric=ordres"), page="Our board")
    save_view(paths, SavedView("Second", "explore?metric=nps&period=All+time"), page="Our board")
    own = open_page(workspace, "explore")
    own._page_hash = calc_hash("our-our-board")
    own.run()
    assert not own.exception
    assert own.title[0].value == "Our board\\: 2 saved views"
    said = texts(own).replace("\\", "")
    assert "The view “Broken” cannot be shown as it was saved. There is no metric 'ordres'. Did you mean" in said
    nps = open_session(workspace).one("nps").value
    assert any(header.value.replace("\\", "").startswith(f"Net Promoter Score: {nps:.0f}") for header in own.header)
    page.run()
    first = [one.label for one in page.button].index("Delete")
    page.button[first].click().run()
    assert [view.name for view in read_views(paths).views] == ["Broken", "Second"]


def test_a_name_that_is_taken_is_refused_on_the_page(open_page: Open, workspace: Path) -> None:
    save_view(WorkspacePaths(workspace), SavedView("Taken", "explore?metric=nps"))
    page = open_page(workspace, "explore", metric="orders")
    next(field for field in page.text_input if field.label == "Save what is shown as").set_value("Taken")
    page.button[[one.label for one in page.button].index("Save view")].click().run()
    assert not page.exception
    assert "already" in page.error[0].value
    assert len(read_views(WorkspacePaths(workspace)).views) == 1


@pytest.mark.parametrize("text", ["views: [", "pages: 3\nviews: 4\n", "\x00"])
def test_a_broken_file_of_views_takes_no_page_with_it(open_page: Open, workspace: Path, text: str) -> None:
    WorkspacePaths(workspace).views.write_text(text)
    page = open_page(workspace, "explore", metric="orders")
    assert not page.exception
    assert any("views.yml" in warning.value.replace("\\", "") for warning in page.warning)


def test_a_visit_of_another_page_leaves_the_choice_as_it_was(open_page: Open, workspace: Path) -> None:
    page = open_page(workspace, "explore", metric="nps", by="segment")
    for key in list(page.query_params):
        del page.query_params[key]
    page.run()
    assert chosen(page) == Choice(metric="nps", by=("segment",))
