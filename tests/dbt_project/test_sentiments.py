"""Rated and unrated texts through the models: who says the tone of which, and what is not known."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from tests.dbt_project.methods.text.test_sentiment import written
from tests.dbt_project.value_chain import build, rows

MODELS = ("int_sentiments__heard", "int_sentiments__tests", "int_sentiments__tones")
WORDS = ("negative", "neutral", "positive")
# Around the words of no language, so that the language is known.
ENGLISH, GERMAN = "This is what I have to say about the shop: ", "Das möchte ich gern noch über den Laden sagen: "


def world(*, rated: int, unrated: int, german: int, seed: int = 1) -> list[tuple[object, ...]]:
    """Mentions in English of which some are rated, comments in English without a rating, a few rated German ones."""
    rng = np.random.default_rng(seed)
    count = rated + 2 * unrated + german
    truth = rng.choice(3, count, p=[0.5, 0.1, 0.4]).astype(np.int64)
    texts = written(rng, truth)
    found: list[tuple[object, ...]] = []
    for at, text in enumerate(texts):
        is_german, is_survey = at >= rated + 2 * unrated, rated + unrated <= at < rated + 2 * unrated
        is_rated = at < rated or is_german
        body = (GERMAN if is_german else ENGLISH) + text
        found.append(
            (
                at,
                "survey" if is_survey else "mention",
                WORDS[truth[at]] if is_rated else None,
                "vendor" if is_rated else None,
                None,
                body,
            )
        )
    return found


def built(texts: list[tuple[object, ...]]) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute(
        "create table int_sentiments__texts (text_key bigint, told_in varchar, known_sentiment varchar, "
        "known_by varchar, brand varchar, body varchar)"
    )
    if texts:
        database.executemany("insert into int_sentiments__texts values (?, ?, ?, ?, ?, ?)", texts)
    build(database, MODELS)
    return database


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    return built(world(rated=400, unrated=200, german=20))


def test_a_language_with_enough_ratings_is_heard_and_another_is_not(database: duckdb.DuckDBPyConnection) -> None:
    tests = {(row["language"], row["told_in"]): row for row in rows(database, "from int_sentiments__tests")}
    assert set(tests) == {("en", "mention"), ("en", "survey"), ("de", "mention")}
    assert tests["en", "mention"]["speaks"]
    assert tests["en", "mention"]["learnt_from"] == "mention"
    # Nobody rated a comment: what was learnt from mentions is heard in them.
    assert tests["en", "survey"]["speaks"]
    assert tests["en", "survey"]["learnt_from"] == "all"
    german = tests["de", "mention"]
    assert not german["speaks"]
    assert "different texts are rated" in german["silent_reason"]


def test_a_known_tone_stays_what_it_is_and_the_others_are_heard(database: duckdb.DuckDBPyConnection) -> None:
    tones = rows(database, "from int_sentiments__tones join int_sentiments__texts using (text_key, told_in)")
    assert len(tones) == 820
    known = [row for row in tones if row["known_sentiment"]]
    assert all((row["sentiment"], row["sentiment_by"]) == (row["known_sentiment"], "vendor") for row in known)
    assert {row["negative_weight"] for row in known} == {0, 1}
    heard = [row for row in tones if not row["known_sentiment"]]
    assert {row["sentiment_by"] for row in heard} == {"classifier"}


def test_the_mean_of_the_weights_is_the_corrected_share(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        database,
        """
        select told_in, avg(negative_weight) as share, any_value(corrected_negative_share) as corrected,
            any_value(corrected_negative_low) as low, any_value(corrected_negative_high) as high
        from int_sentiments__tones join int_sentiments__tests using (told_in)
        where sentiment_by = 'classifier' and language = 'en' group by all
        """,
    )
    assert len(found) == 2
    for row in found:
        assert row["share"] == pytest.approx(row["corrected"], abs=0.01)
        assert row["low"] < 0.5 < row["high"]  # as it was drawn


def test_too_little_that_is_rated_leaves_the_tone_unknown() -> None:
    texts = world(rated=60, unrated=100, german=0)
    database = built(texts)
    assert not any(row["speaks"] for row in rows(database, "from int_sentiments__tests"))
    unknown = rows(database, "from int_sentiments__tones where sentiment is null")
    assert len(unknown) == 200
    assert {(row["sentiment_by"], row["negative_weight"]) for row in unknown} == {(None, None)}


def test_the_order_in_which_texts_arrive_changes_nothing(database: duckdb.DuckDBPyConnection) -> None:
    again = built(world(rated=400, unrated=200, german=20)[::-1])
    for model in MODELS:
        # As text: NaN, which stands for no value, is not equal to itself.
        ordered = f"select m::varchar from {model} as m order by all"
        assert again.sql(ordered).fetchall() == database.sql(ordered).fetchall(), model


def test_the_name_of_the_brand_does_not_make_another_text() -> None:
    texts = [
        (1, "mention", "negative", "vendor", "Acme", "ACME: never again"),
        (2, "mention", "negative", "vendor", "Other (Ltd)", "Other (Ltd): Never  again"),
        (3, "mention", "negative", "vendor", None, "Something else"),
        (4, "mention", "negative", "vendor", "Acme", None),
    ]
    database = built(list(texts))
    same = {row["text_key"]: row["same_text"] for row in rows(database, "from int_sentiments__heard")}
    assert same[1] == same[2] != same[3]
    # A mention without a text keeps the tone that the tool gave it.
    assert {row["sentiment"] for row in rows(database, "from int_sentiments__tones")} == {"negative"}


def test_a_company_without_texts_has_empty_models() -> None:
    database = built([])
    assert [rows(database, f"from {model}") for model in MODELS] == [[], [], []]
