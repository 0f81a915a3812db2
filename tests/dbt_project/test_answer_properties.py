"""What a text means under a question, for any text and scale: boxes are boxes, and a label is read or left alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt_project.rendering import file_of, render
from workspace.vocabulary import BOX_CONSTRUCTS, CHOICE_CONSTRUCTS, CONSTRUCTS, NO_ANSWERS, UNSCALED_CONSTRUCTS

TABLES = """
create table int_surveys__texts (
    survey_id varchar, question_id varchar, cell_text varchar, answer_text varchar, data_source varchar,
    n_answers bigint
);
create table int_surveys__questions (
    question_key bigint, survey_id varchar, question_id varchar, construct varchar, is_first_use boolean,
    is_to_complete boolean, item varchar, item_label varchar, item_dimension varchar, pillar varchar,
    outcome_kind varchar, interaction varchar, scale_min double, scale_max double, is_reversed boolean,
    separator varchar, joined_labels varchar[], choice varchar, asked_as varchar
);
create table stg_mappings__survey_values (
    survey_id varchar, question_id varchar, label varchar, value double, is_missing boolean, source_file varchar,
    source_line bigint
);
create table stg_config__sources (data_source varchar, decimal_mark varchar);
insert into stg_config__sources values ('s', '.');
"""
MEANINGS = render("int_surveys__meanings")
SCALED = (*(name for name in CONSTRUCTS if name not in UNSCALED_CONSTRUCTS), "kano_functional", "kano_dysfunctional")
Row = dict[str, object]


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(TABLES)
    return connection


def meanings(
    database: duckdb.DuckDBPyConnection,
    texts: Sequence[str],
    *,
    construct: str,
    low: float = 0,
    high: float = 10,
    separator: str | None = None,
    labels: Sequence[str] = (),
) -> list[Row]:
    """Rows of the model for texts given under one question."""
    for table in ("int_surveys__texts", "int_surveys__questions"):
        database.execute(f"delete from {table}")
    database.execute(
        "insert into int_surveys__texts select 's', 'Q', text, text, 's', 1 from unnest(?::varchar[]) as given (text)",
        [list(dict.fromkeys(texts))],
    )
    database.execute(
        """insert into int_surveys__questions by name select
            1 as question_key, 's' as survey_id, 'Q' as question_id, ? as construct, true as is_first_use,
            true as is_to_complete, ?::double as scale_min, ?::double as scale_max, false as is_reversed,
            ? as separator, ?::varchar[] as joined_labels, 'Q' as asked_as""",
        [construct, low, high, separator, list(labels)],
    )
    found = database.execute(MEANINGS)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


words = st.text(alphabet="abzÄéñ要 ', ", min_size=1, max_size=12).map(str.strip).filter(lambda text: text[:1].isalpha())
WRITTEN = (
    "{n} - {label}", "{n} – {label}", "{n} = {label}", "{n}={label}", "{n}: {label}", "{n}. {label}", "{n}) {label}",
    "{n} ({label})", "{n}({label})", "{label} ({n})", "{label} = {n}", "{label}: {n}",
)  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(
    boxes=st.lists(st.tuples(st.integers(-9, 15), st.sampled_from(WRITTEN), words), min_size=1, max_size=40),
    low=st.integers(-5, 1),
    length=st.integers(2, 10),
)
def test_a_labelled_box_is_its_number_if_on_the_scale(
    database: duckdb.DuckDBPyConnection, boxes: list[tuple[int, str, str]], low: int, length: int
) -> None:
    texts = {form.format(n=number, label=label): number for number, form, label in boxes}
    rows = meanings(database, list(texts), construct="overall", low=low, high=low + length)
    for row in rows:
        number = texts[str(row["cell_text"])]
        expected = (number, "kept") if low <= number <= low + length else (None, "unreadable")
        assert (row["answered_value"], row["disposition"]) == expected, row["cell_text"]


DIGITS = ("1", "2", "7", "10", "24", "0.5", "½")
SIGNS = ("-", " - ", " – ", "/", "%", ":", ": ", "=", "(", ")", ",", ". ", " ", "#")
pieces = st.sampled_from([*DIGITS, *SIGNS, "ish", "times", " or ", "Very", "agree", "pm"])


@settings(max_examples=8, deadline=None)
@given(texts=st.lists(st.lists(pieces, min_size=2, max_size=6).map("".join), min_size=1, max_size=120))
def test_a_text_is_never_read_as_another_number(database: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    for row in meanings(database, [text.strip() for text in texts if text.strip()], construct="nps"):
        text, value = str(row["cell_text"]), row["answered_value"]
        if value is None or re.fullmatch(r"[+-]?[0-9]*[.]?[0-9]+|[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?", text):
            continue
        # One whole number, at one end, with a label and a sign between.
        assert re.findall(r"[0-9½%]+", text) == [f"{value:.0f}"], text
        assert re.match(r"^[+]?[0-9]+( *[-–:=(]|[.)] )", text) or re.search(
            r"([-–] +|[=:(] *)[+]?[0-9]+ *[)]?$", text
        ), text
        assert re.search(r"[^\W\d_]", text), text
        assert 0 <= float(str(value)) <= 10


NOT_READ = (
    *["24/7", "10%", "7-ish", "9-10", "8:30", "1/2", "#9", "(9)"],
    *("2 or 3", "5 times", "10 - 12", "5 - 10 minutes", "10 % sure", "5 stars or so", "9 -", "- 9", "about 7"),
)


def test_text_that_merely_contains_a_number_is_not_an_answer(database: duckdb.DuckDBPyConnection) -> None:
    rows = meanings(database, NOT_READ, construct="nps")
    assert {row["cell_text"]: row["disposition"] for row in rows} == dict.fromkeys(NOT_READ, "unreadable")


def test_a_dash_before_a_number_at_the_end_may_be_its_sign(database: duckdb.DuckDBPyConnection) -> None:
    texts = ("Much worse - 3", "-3 - Much worse", "Worse (-2)", "The same - 0")
    found = {row["cell_text"]: row["value"] for row in meanings(database, texts, construct="overall", low=-3, high=3)}
    assert found == {"Much worse - 3": None, "-3 - Much worse": -3, "Worse (-2)": -2, "The same - 0": 0}
    [row] = meanings(database, ["Very good - 3"], construct="overall", low=1, high=5)
    assert row["value"] == 3


@settings(max_examples=8, deadline=None)
@given(
    construct=st.sampled_from(SCALED),
    quarters=st.sets(st.integers(-8, 60), min_size=1, max_size=30),
    low=st.sampled_from([-2.0, 0.0, 0.5, 1.0]),
    length=st.sampled_from([1.0, 2.0, 4.0, 4.5, 6.0, 10.0]),
)
def test_top_two_shares_use_only_valid_boxes(
    database: duckdb.DuckDBPyConnection, construct: str, quarters: set[int], low: float, length: float
) -> None:
    values = [quarter / 4 for quarter in quarters]
    rows = meanings(database, [f"{value:g}" for value in values], construct=construct, low=low, high=low + length)
    has_boxes = length == int(length)
    for row in rows:
        value = float(str(row["cell_text"]))
        is_on_scale, is_box = low <= value <= low + length, has_boxes and value - low == int(value - low)
        lies_between = construct in BOX_CONSTRUCTS and has_boxes and not is_box
        assert row["disposition"] == ("kept" if is_on_scale and not lies_between else "out_of_scale"), value
        if row["disposition"] == "kept":
            assert row["is_top_two"] == (value >= low + length - 1 if is_box and length >= 2 else None), value
        if construct == "nps" and row["is_scorable"]:
            assert (low, length) == (0, 10)
            assert value in range(11)
        if construct == "csat" and row["is_scorable"]:
            assert is_box


choices = st.lists(
    st.sampled_from(["Price, fees", "Fees, taxes, tips", "Fees, taxes", "Service", "Price", "tips"]), max_size=5
)


@settings(max_examples=8, deadline=None)
@given(cells=st.lists(choices.filter(bool), min_size=1, max_size=20), gap=st.sampled_from([",", ", ", " ,"]))
def test_labels_that_contain_the_separator_are_recognised(
    database: duckdb.DuckDBPyConnection, cells: list[list[str]], gap: str
) -> None:
    labels = ["Fees, taxes, tips", "Fees, taxes", "Price, fees"]
    # Where two labels that follow each other read as a longer one, nobody can know: these are left out.
    texts = {gap.join(cell): set(cell) for cell in cells if "Fees, taxes,tips" not in ",".join(cell)}
    found: dict[str, set[str]] = {}
    for row in meanings(database, list(texts), construct="reason", separator=",", labels=labels):
        found.setdefault(str(row["cell_text"]), set()).add(str(row["choice"]))
    assert found == texts


@pytest.mark.parametrize(
    ("macro", "words"),
    [("box_constructs", BOX_CONSTRUCTS), ("choice_constructs", CHOICE_CONSTRUCTS), ("says_nothing", NO_ANSWERS)],
)
def test_lists_in_sql_match_the_vocabulary(macro: str, words: tuple[str, ...]) -> None:
    text = file_of("survey").read_text()
    body = text.split(f"macro {macro}(")[1].split("endmacro")[0]
    assert set(re.findall(r"'([^']+)'", body)) == set(words)
