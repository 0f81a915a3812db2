"""Filters in the page's address: a company's own words are never confused with those of the page."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from app.kit.formatting import OWN_WORDS, labels, named, outside
from app.kit.periods import COMPARISONS, DEFAULT_PERIOD
from app.kit.selection import ALL, ALL_REGIONS, Filters
from app.kit.tables import UNKNOWN, pivot
from serving import Answer, AnswerRow, Question
from tests.app.conftest import TIMEOUT
from tests.app.kit.test_badges import metric
from tests.app.kit.test_escape import AUTOLINK, PLAIN, read
from tests.app.payloads import PAYLOADS

WORDS = sorted({*OWN_WORDS, ALL, ALL_REGIONS, "All (no filter)", "None", "Other", UNKNOWN, "Consumer", "Business"})
VOCABULARIES = st.lists(
    st.one_of(
        st.sampled_from(WORDS), st.sampled_from([text for text in PAYLOADS if text.strip()]), st.text(min_size=1)
    ),
    min_size=1,
    max_size=7,
    unique=True,
)


def row() -> None:
    from datetime import date

    import streamlit as st

    from app.shell.filters import filter_row

    vocabulary = st.session_state["vocabulary"]
    filters = filter_row(segments=vocabulary, regions=vocabulary, as_of=date(2026, 6, 30))
    st.session_state["chosen"] = (filters.segment, filters.region)
    st.session_state["said"] = (filters.everybody, filters.everywhere)


def drawn(vocabulary: list[str], **address: str) -> AppTest:
    page = AppTest.from_function(row, default_timeout=TIMEOUT)
    page.session_state["vocabulary"] = vocabulary
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


@pytest.mark.thorough
@settings(max_examples=25)
@given(VOCABULARIES, st.data())
def test_every_vocabulary_value_survives_the_url(vocabulary: list[str], data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(vocabulary))
    chosen, _ = drawn(vocabulary, segment=value).session_state["chosen"]
    assert chosen == value
    page = drawn(vocabulary, region=value)
    assert page.session_state["chosen"] == (None, value)
    assert page.query_params["region"] in (value, [value])


@settings(max_examples=10)
@given(VOCABULARIES)
def test_without_a_filter_in_the_url_all_customers_are_shown(vocabulary: list[str]) -> None:
    page = drawn(vocabulary)
    assert page.session_state["chosen"] == (None, None)
    everybody, everywhere = page.session_state["said"]
    assert not {everybody, everywhere} & set(vocabulary)


def test_a_segment_called_all_is_a_segment() -> None:
    page = drawn(["All", "Rest"], segment="All")
    assert page.session_state["chosen"] == ("All", None)
    assert page.session_state["said"][0] == "All (no filter)"


@pytest.mark.parametrize("key", ["segment", "region", "period", "compare"])
def test_unknown_filter_values_are_dropped_and_reported(key: str) -> None:
    page = drawn(["Business", "Consumer"], **{key: "[x](https://evil.example)"})
    assert page.session_state["chosen"] == (None, None)
    said = page.info[0].value
    assert "is left out" in said
    made, text = read(said)
    assert made <= PLAIN
    assert not AUTOLINK.search(text)


def test_names_with_markdown_signs_are_offered_literally() -> None:
    assert not drawn(["**VIP**", "Rest"]).get("button_group")
    assert drawn(["VIP", "Rest"]).get("button_group")


def filters(segment: str | None = None, region: str | None = None) -> Filters:
    return Filters(
        segment=segment, region=region, period=DEFAULT_PERIOD, comparison=COMPARISONS[0], as_of=date(2026, 6, 30)
    )


def test_a_sentence_distinguishes_a_segment_called_all() -> None:
    assert filters().scope == ""
    assert filters("All", "All regions").scope == " among “All” in “All regions”"
    assert filters("Business", "Nord").scope == " among Business in Nord"


@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_an_unknown_label_differs_from_every_vocabulary_label(vocabulary: list[str]) -> None:
    for label in (ALL, ALL_REGIONS):
        assert outside(label, vocabulary).casefold() not in {word.casefold() for word in vocabulary}


@given(st.lists(st.text(alphabet=st.sampled_from("aAbB_ "), min_size=1, max_size=4), max_size=8))
def test_no_two_values_of_a_chart_share_a_label(values: list[str]) -> None:
    made = labels(values)
    assert set(made) == set(values)
    assert len(set(made.values())) == len(made)


def test_a_value_named_not_known_differs_from_a_missing_one() -> None:
    rows = tuple(
        AnswerRow(metric="customers", dimensions={"segment": name}, value=value, n=value)
        for name, value in (("not known", 6), (None, 4), ("Business", 2))
    )
    answer = Answer(question=Question(metrics=("customers",), by=("segment",)), rows=rows, sql=(), run_id="r")
    definitions = {"customers": metric("certified", "customers")}
    table = pivot([answer], "segment", definitions, heading="Segment", currency="EUR")
    assert list(table.numbers.iloc[:, 1]) == [2, 6, 4]
    assert list(table.texts["Segment"]) == ["Business", f"“{UNKNOWN}”", UNKNOWN]


def test_company_values_are_quoted_in_any_case() -> None:
    assert [named(word) for word in ("OTHER", "Several ", "Nord")] == ["“OTHER”", "“Several”", "Nord"]
