"""Every page of companies with some kinds of source only: no error, no failed card, no untrue sentence.

The fast test empties the feeds of the demo's release, as far as kinds of source are not there; the slow one builds the
32 companies from their files.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from serving import open_release
from tests.app.claims import FACTS, untrue
from tests.app.conftest import Open
from tests.app.shell.test_states import rewrite
from tests.app.test_pages import PAGES, texts
from tests.subsets import KINDS, SUBSETS, build_subset, name_of
from workspace.paths import WorkspacePaths
from workspace.records.documents import Feed

# Kind of source -> the feeds that facts of it fill, at least; what several kinds make together is in none.
FEEDS = {
    "orders": {"orders", "customer_months", "costs"},
    "web": {"web", "content", "gates", "searches"},
    "survey": {"answers", "nps", "csat", "ces", "overall", "perceptions", "expectation_gaps", "outcomes", "kano"},
    "tickets": {"tickets", "ticket_ratings"},
    "mentions": {"mentions", "mention_sentiments"},
}
COMMON = {"people", "touchpoints", "journeys"}
LATER = date(2040, 1, 31)
ONE_KIND = [pytest.param(kinds, id=name_of(kinds)) for kinds in SUBSETS if len(kinds) < 2]


def check(root: Path, page: AppTest) -> None:
    assert not page.exception, [error.value for error in page.exception]
    assert len(page.title) == 1
    said = texts(page)
    failed = [warning.value for warning in page.warning if "An error kept it" in warning.value]
    assert failed == []
    if page.title[0].value.startswith("No source has"):
        assert "Show all time" not in [button.label for button in page.button]
    feeds = open_release(WorkspacePaths(root)).document.feeds
    assert untrue(said, {name: feed.rows for name, feed in feeds.items()}) == []


@pytest.mark.thorough
@pytest.mark.parametrize("kinds", ONE_KIND)
def test_every_page_names_kinds_without_a_source(
    open_page: Open, copy_of_demo: Path, kinds: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    feeds = open_release(WorkspacePaths(copy_of_demo)).document.feeds
    kept = (COMMON if kinds else set()).union(*(FEEDS[kind] for kind in kinds))
    # An open release is remembered by its folder.
    other = copy_of_demo.rename(copy_of_demo.with_name(name_of(kinds)))
    rewrite(other, feeds={name: feed if name in kept else Feed(rows=0) for name, feed in feeds.items()})
    for name in PAGES:
        check(other, open_page(other, name))
    assert [record for record in caplog.records if record.name == "app.kit.failures"] == []


@pytest.mark.thorough
def test_no_page_fails_in_a_period_without_facts(open_page: Open, copy_of_demo: Path) -> None:
    rewrite(copy_of_demo, as_of_on=LATER)
    for name in PAGES:
        page = open_page(copy_of_demo, name)
        check(copy_of_demo, page)
    assert open_page(copy_of_demo, "today").title[0].value.startswith("No revenue is recorded in this period")


def test_the_sentence_table_distinguishes_true_from_false() -> None:
    none = dict.fromkeys((feed for feeds in FACTS.values() for feed in feeds), 0)
    assert untrue("No revenue is recorded in this period", none) == ["No revenue is recorded", "in this period"]
    assert untrue("No revenue is recorded in this period", none | {"orders": 3}) == []
    assert untrue("No source has orders", none) == []
    assert untrue("No source has orders", none | {"orders": 3}) == ["No source has orders"]
    assert untrue("No dragons are recorded", none | {"orders": 3}) == ["No dragons are recorded"]
    assert untrue("Too few answers to say", none | {"answers": 0}) == ["Too few answers"]


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("companies")


@pytest.mark.slow
@pytest.mark.parametrize("kinds", [pytest.param(kinds, id=name_of(kinds)) for kinds in SUBSETS])
def test_every_page_works_with_every_subset_of_source_kinds(
    open_page: Open, companies: Path, kinds: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    root = build_subset(companies, kinds)
    assert set(kinds) <= set(KINDS)
    for name in PAGES:
        for period in ("Last 12 months", "All time"):
            check(root, open_page(root, name, period=period))
    empty = root.rename(root.with_name(f"{root.name}-later"))
    rewrite(empty, as_of_on=LATER)
    for name in PAGES:
        check(empty, open_page(empty, name))
    assert [record for record in caplog.records if record.name == "app.kit.failures"] == []
