"""Every page in a real Chromium: by click and by address, wide and narrow, light and dark."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from app.kit.page_session import open_session
from app.kit.pages import HOME
from app.kit.pages import PAGES as REGISTERED
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

# How many charts at least a page must draw.
CHARTS = {"who": 2, "journey": 3, "outcomes": 2, "expectations": 2, "corners": 1, "before": 1, "explore": 1}
# Address -> name in the navigation, and charts.
PAGES = {("" if page == HOME else page.name): (page.title, CHARTS.get(page.name, 0)) for page in REGISTERED}
SCREENS = [
    pytest.param({"width": 1440, "scheme": "light"}, id="1440-light"),
    pytest.param({"width": 390, "scheme": "light"}, id="390-light"),
    pytest.param({"width": 1440, "scheme": "dark"}, id="1440-dark", marks=pytest.mark.slow),
]


def full_page(visit: Visit, file: Path) -> None:
    """A picture of the whole page: Streamlit scrolls inside itself, so the window is made as tall as its content."""
    size = visit.page.viewport_size
    assert size is not None
    height = visit.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    visit.page.set_viewport_size({"width": size["width"], "height": min(int(height) + 40, 8000)})
    visit.page.wait_for_timeout(600)
    visit.page.screenshot(path=file)
    visit.page.set_viewport_size(size)


def texts_for_charts(visit: Visit) -> list[str]:
    """What a screen reader says in place of each chart."""
    return list(
        visit.page.eval_on_selector_all(
            '[data-testid="stVegaLiteChart"]',
            """charts => charts.map(chart => {
                const named = chart.matches('[aria-label]') ? chart : chart.querySelector('[aria-label]');
                return named?.getAttribute('aria-label') ?? '';
            })""",
        )
    )


@pytest.mark.parametrize("context", SCREENS, indirect=True)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_by_its_url(visit: Visit, screenshots: Path, path: str, request: pytest.FixtureRequest) -> None:
    visit.open(path, charts=PAGES[path][1])
    full_page(visit, screenshots / f"{path or 'today'}-{request.node.callspec.id.split('-', 1)[-1]}.png")
    assert visit.page.locator("h1").count() == 1
    assert re.search(r"\d", visit.page.locator("h1").inner_text())
    visit.settle(charts=PAGES[path][1])
    assert all(len(text) > 20 for text in texts_for_charts(visit))
    assert visit.page.locator('[data-testid="stException"]').count() == 0
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    main = '[data-testid="stMain"]'
    assert visit.page.evaluate(f"(e => e.scrollWidth <= e.clientWidth)(document.querySelector('{main}'))")


@pytest.mark.parametrize(
    ("context", "shown", "kept"),
    [
        pytest.param({"width": 1440}, "cells_wide", "cells_ranked", id="1440"),
        pytest.param({"width": 390}, "cells_ranked", "cells_wide", id="390"),
    ],
    indirect=["context"],
)
def test_a_grid_is_a_chart_where_it_has_room_and_else_a_ranked_table(visit: Visit, shown: str, kept: str) -> None:
    visit.open("corners", charts=CHARTS["corners"])
    assert visit.page.locator(f'[class*="st-key-{shown}_"]').first.is_visible()
    # What is not shown is not read aloud either.
    assert not visit.page.locator(f'[class*="st-key-{kept}_"]').first.is_visible()
    card = '[class*="st-key-cells_of_"]'
    assert visit.page.evaluate(f"(e => e.scrollWidth <= e.clientWidth)(document.querySelector('{card}'))")


@pytest.mark.parametrize("context", [{"width": 390}], indirect=True)
def test_the_name_of_a_number_is_not_cut_on_a_telephone(visit: Visit) -> None:
    visit.open("")
    cut = visit.page.eval_on_selector_all(
        '[data-testid="stMetricLabel"] p',
        "names => names.filter(name => name.scrollWidth > name.clientWidth + 1).map(name => name.textContent)",
    )
    assert cut == []


def test_a_column_with_hidden_cells_is_sorted_by_its_numbers(visit: Visit) -> None:
    visit.open("corners", charts=CHARTS["corners"])
    table = visit.page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    cells = table.locator('[role="gridcell"][aria-colindex="3"]')
    # Tables are painted, and have no heading that could be clicked.
    box = table.locator("canvas").first.bounding_box()
    assert box is not None
    visit.page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + 15)
    visit.page.wait_for_timeout(800)
    numbers = [float(text) for text in cells.all_text_contents() if text]
    assert len(numbers) > 1
    assert numbers == sorted(numbers)


def test_print_leaves_out_navigation_and_buttons(visit: Visit) -> None:
    visit.open("")
    visit.page.emulate_media(media="print")
    for part in ("stSidebar", "stHeader", "stPopover", "stDownloadButton"):
        assert not visit.page.get_by_test_id(part).first.is_visible()
    assert visit.page.locator("h1").is_visible()


def test_every_page_opens_by_a_click(visit: Visit) -> None:
    visit.open("")
    seen = [visit.page.locator("h1").inner_text()]
    for path, (name, _) in list(PAGES.items())[1:]:
        visit.page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()
        visit.page.wait_for_url(re.compile(rf"/{path}(\?|$)"))
        visit.settle_on(after=seen[-1])
        seen.append(visit.page.locator("h1").inner_text())
    assert len(set(seen)) == len(PAGES)


def test_the_number_on_the_page_equals_the_metrics_layer(visit: Visit, demo_workspace: Path) -> None:
    visit.open("who?period=All+time")
    orders = open_session(demo_workspace).one("orders").value
    visit.page.get_by_text(f"{orders:,.0f} orders").first.wait_for()


def test_a_clicked_filter_is_in_the_url_and_survives_navigation(visit: Visit) -> None:
    visit.open("who")
    control = visit.page.get_by_test_id("stButtonGroup").first
    chosen = control.get_by_role("radio").nth(1)
    name = chosen.inner_text()
    chosen.click()
    visit.page.wait_for_url(re.compile("segment="))
    visit.settle_on(heading=name)
    filtered = visit.page.locator("h1").inner_text()
    visit.page.get_by_test_id("stSidebarNav").get_by_text("Where do we fall short?", exact=True).click()
    visit.page.wait_for_url(re.compile(r"/expectations\?.*segment="))
    visit.settle_on(after=filtered)
    reopened = visit.page.url
    assert "release=" in reopened
    visit.page.goto(reopened)
    visit.settle()
    assert visit.page.url == reopened


def test_hovering_an_initiative_line_names_it(visit: Visit) -> None:
    visit.open("", charts=8)
    line = visit.page.locator('[data-testid="stVegaLiteChart"] .mark-rule line').last
    line.hover(force=True)
    tooltip = visit.page.locator("#vg-tooltip-element")
    tooltip.wait_for()
    assert "New help pages" in tooltip.inner_text()
    assert any("New help pages" in text for text in texts_for_charts(visit))


def test_a_source_popover_states_the_source_and_offers_the_shown_data(visit: Visit, tmp_path: Path) -> None:
    visit.open("who")
    visit.page.get_by_role("button", name="Source").first.click()
    popover = visit.page.get_by_test_id("stPopoverBody")
    popover.get_by_text("checks passed").wait_for()
    with visit.page.expect_download() as started:
        popover.get_by_text("Download data (CSV)").click()
    file = tmp_path / "data.csv"
    started.value.save_as(file)
    rows = list(csv.DictReader(file.open()))
    assert {row["metric"] for row in rows} == {"revenue_concentration"}
    assert all(row["value"] == "" for row in rows if row["status"] != "ok")
    popover.get_by_text("Open metric definition").click()
    visit.page.wait_for_url(re.compile(r"/definitions\?.*metric=revenue_concentration"))
    visit.settle()
    visit.page.get_by_text("The metric you opened").wait_for()


def test_back_forward_and_reload_show_what_was_explored(visit: Visit) -> None:
    visit.open("explore?metric=orders&grain=month", charts=1)
    first = visit.page.locator("h1").inner_text()
    visit.page.get_by_role("combobox", name="Period").fill("Last quarter")
    visit.page.get_by_role("option", name="Last quarter").click()
    visit.page.wait_for_url(re.compile(r"period=Last\+quarter"))
    visit.settle_on(after=first)
    second = visit.page.locator("h1").inner_text()
    visit.page.go_back()
    visit.settle_on(heading=first)
    visit.page.go_forward()
    visit.settle_on(heading=second)
    visit.page.reload()
    visit.settle_on(heading=second)
