"""A company's own word is never mistaken for a reserved one: the macro, its Python counterpart, and the page's."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from app.growth.attribution import segment_here
from dbt_project.methods.text.words import own_word
from tests.dbt_project.rendering import file_of

OURS = ("all", "none")
WORDS = st.one_of(
    st.sampled_from(["all", "none", "several", "other", "unattributed", "all (segment)", "all (segment) (segment)"]),
    st.builds(lambda word, times: word + " (segment)" * times, st.sampled_from(OURS), st.integers(0, 3)),
    st.text(max_size=12),
)


@given(st.lists(WORDS, min_size=2, max_size=6, unique=True))
@settings(max_examples=200)
def test_company_values_never_equal_reserved_words_and_stay_distinct(words: list[str]) -> None:
    named = [own_word(word, ours=OURS, kind="segment") for word in words]
    assert not set(named) & set(OURS)
    assert len(set(named)) == len(words)
    assert [segment_here(word) for word in words] == named


@given(WORDS)
@settings(max_examples=100)
def test_only_reserved_words_are_changed(word: str) -> None:
    changed = own_word(word, ours=OURS, kind="segment") != word
    assert changed == (word.replace(" (segment)", "") in OURS)


def test_the_macro_matches_its_python_counterpart() -> None:
    macros = Environment().from_string(file_of("words").read_text(encoding="utf-8")).module
    sql = macros.own_word("word", list(OURS), "segment")  # type: ignore[attr-defined]
    words = ["all", "none", "All", "several", "all (segment)", "none (segment) (segment)", "a (segment)", "", "O'Brien"]
    with duckdb.connect() as connection:
        for word in words:
            (found,) = connection.execute(f"select {sql} from (select ? as word)", [word]).fetchone()
            assert found == own_word(word, ours=OURS, kind="segment")
        (missing,) = connection.execute(f"select {sql} from (select null::varchar as word)").fetchone()
    assert missing is None
