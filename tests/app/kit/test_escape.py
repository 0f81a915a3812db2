"""Text on a page is plain text: none of it becomes formatting, a link, an image or HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.kit.formatting import as_code, markdown_safe, one_line, shortened
from tests.app.payloads import PAYLOADS, plain

# CommonMark with GitHub's tables and strikethrough; its autolinks are looked for in the text that is left, since that
# is where they are made, and so are Streamlit's own directives, emoji and maths, which escaped signs keep from being.
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
AUTOLINK = re.compile(r"https?://|www\.|[-.\w+]@[-\w]", re.IGNORECASE)
PLAIN = {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
LOOSE = re.compile(r"(?<!\\)(?:\\\\)*[*_`$:\[\]<>~|]")


def read(markdown: str) -> tuple[set[str], str]:
    """The kinds of things that Markdown makes of a text, and the text itself."""
    tokens = READER.parse(markdown)
    inner = [child for token in tokens for child in token.children or ()]
    return {token.type for token in (*tokens, *inner)}, "".join(child.content for child in inner)


def check(text: str) -> None:
    made, said = read(markdown_safe(text))
    assert made <= PLAIN, made - PLAIN
    assert not AUTOLINK.search(said)
    assert not LOOSE.search(markdown_safe(text))
    assert said.replace("\u2060", "") == one_line(text).replace("\u2060", "")


@pytest.mark.parametrize("text", PAYLOADS, ids=plain)
def test_hostile_payloads_do_not_format_or_link(text: str) -> None:
    check(text)


@given(st.text(alphabet=st.sampled_from("ab1.@:/w-+*_`[]()<>~#|&!$\\ \n\t\u202e\u2060\x00é"), max_size=30))
def test_arbitrary_text_does_not_format_or_link(text: str) -> None:
    check(text)


@given(st.text(max_size=40))
def test_text_of_any_script_is_unchanged(text: str) -> None:
    check(text)


@given(st.text(alphabet=st.sampled_from("a` \n\\*"), max_size=12))
def test_code_spans_contain_exactly_their_text(text: str) -> None:
    made, said = read(as_code(text))
    assert made <= {*PLAIN, "code_inline"}
    assert said.strip() == one_line(text)


@given(st.text(max_size=500))
def test_text_from_the_url_is_cut_to_one_line(text: str) -> None:
    said = shortened(text)
    assert len(said) <= 60
    assert "\n" not in said
