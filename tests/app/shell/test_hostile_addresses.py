"""A hostile address opens the page, at most with a message, and is never interpreted."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.kit.formatting import markdown_safe
from tests.app.conftest import Open
from tests.app.kit.test_escape import AUTOLINK, read
from tests.app.payloads import PAYLOADS, plain
from tests.app.test_pages import PAGES

# Every parameter that a page reads, and some that none does.
PARAMETERS = (
    "segment", "region", "period", "compare", "metric", "search", "topic", "life", "group", "curve", "goes_on_by",
    "handoffs", "way", "step", "before", "from", "country", "embed_options", "x" * 300,
)  # fmt: skip
FORBIDDEN = {"link_open", "image", "html_inline", "html_block"}
EVERY_TENTH = PAYLOADS[::10]
# Each stands for a kind: markup, a bare address, HTML, a control character, length, a path.
FEW = ("[x](https://evil.example)", "www.evil.example", "<script>alert(1)</script>", "a\x00b", "a" * 5_000, "../../x")
FEW_BY_DEFAULT = (
    *FEW,
    *(pytest.param(one, marks=pytest.mark.thorough) for one in EVERY_TENTH if one.strip() and one not in FEW),
)


def everything(page: AppTest) -> list[str]:
    """Every text of a page that Markdown is made of, labels and tooltips among them."""
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption, page.error, page.warning, page.info)
    values = [element.value for kind in kinds for element in kind]
    widgets = [*page.button, *page.selectbox, *page.text_input, *page.metric, *page.expander]
    return [*values, *(text for one in widgets for text in (one.label, getattr(one, "help", "")) if text)]


def check(page: AppTest, payload: str) -> None:
    assert not page.exception, [error.value for error in page.exception]
    assert not page.error
    assert len(page.title) == 1
    assert [warning.value for warning in page.warning if "An error kept it" in warning.value] == []
    for text in everything(page):
        made, said = read(text)
        assert not made & FORBIDDEN, text[:300]
        assert not AUTOLINK.search(said), text[:300]
        safe = markdown_safe(payload)
        assert len(payload) < 3 or safe == payload or payload not in text.replace(safe, "")


@pytest.mark.parametrize("payload", FEW_BY_DEFAULT, ids=plain)
def test_an_unknown_release_in_the_url_gives_a_message(open_page: Open, demo_workspace: Path, payload: str) -> None:
    page = open_page(demo_workspace, release=payload)
    check(page, payload)
    assert page.title[0].value == "That release is no longer kept"
    said = next(text.value for text in page.markdown if "There is no release called" in text.value)
    assert len(said) < 250


@pytest.mark.parametrize("payload", ["", *FEW_BY_DEFAULT], ids=plain)
def test_an_unknown_metric_in_the_url_gives_a_message(open_page: Open, demo_workspace: Path, payload: str) -> None:
    page = open_page(demo_workspace, "definitions", metric=payload)
    check(page, payload)
    said = [warning.value for warning in page.warning if "There is no metric called" in warning.value]
    assert len(said) == (1 if payload else 0)
    assert all(len(one) < 250 for one in said)


@pytest.mark.thorough
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("payload", FEW[:2], ids=plain)
def test_a_page_does_not_interpret_hostile_url_text(
    open_page: Open, demo_workspace: Path, name: str, payload: str
) -> None:
    check(open_page(demo_workspace, name, **dict.fromkeys(PARAMETERS, payload)), payload)


@pytest.mark.thorough
def test_repeated_url_parameters_count_once(open_page: Open, demo_workspace: Path) -> None:
    page = open_page(demo_workspace, "who", segment=["<b>", "[x](https://evil.example)"], period=["x", "y"])
    check(page, "[x](https://evil.example)")


@pytest.mark.slow
@pytest.mark.parametrize("payload", [one for one in PAYLOADS if one.strip()], ids=plain)
def test_arbitrary_urls_do_not_open_unknown_releases(open_page: Open, demo_workspace: Path, payload: str) -> None:
    page = open_page(demo_workspace, release=payload)
    check(page, payload)
    assert page.title[0].value == "That release is no longer kept"


@pytest.mark.slow
@pytest.mark.parametrize("payload", PAYLOADS, ids=plain)
def test_no_page_interprets_arbitrary_url_text(open_page: Open, demo_workspace: Path, payload: str) -> None:
    for name in PAGES:
        check(open_page(demo_workspace, name, **dict.fromkeys(PARAMETERS, payload)), payload)
