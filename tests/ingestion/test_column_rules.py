"""What a canonical column holds where `columns` of cx.yml gives it words or a constant."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import check_sources
from ingestion.raw_schema import RAW_TABLES
from ingestion.readers.vendor import Shape
from ingestion.vendors.tables import canonical_values
from tests.ingestion.workspaces import ORDERS, load, make_workspace, put, rows, unbalanced, write_workspace
from workspace import Source, Workspace, load_workspace
from workspace.errors import WorkspaceError

SHOP: dict[str, Any] = {
    "occurred_at": "Day",
    "kind": {"column": "Status", "words": {"Completed": "sale", "sent back": "refund", "n/a": ""}},
    "currency": {"constant": "EUR"},
}
CELLS = [("a", "2026-01-01", 5, "COMPLETED", "$"), ("b", "2026-01-02", 6, "Sent back", "$"),
         ("c", "2026-01-03", 7, "N/A", "$"), ("d", "2026-01-04", 8, "Cancel", "$")]  # fmt: skip
FILE = "customer_id,Day,amount,Status,currency\n" + "".join(",".join(map(str, cells)) + "\n" for cells in CELLS)
LANDED = [("a", "sale", "EUR"), ("b", "refund", "EUR"), ("c", None, "EUR"), ("d", "Cancel", "EUR")]
PUBLIC = "select customer_id, kind, currency, _others from raw_crm.orders where _load_id = ? order by _line"


def landed(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Customer, kind, currency and the other cells of the load that counts."""
    ((live,),) = rows(workspace, "select load_id from ledger.loads where status = 'active'")
    return rows(workspace, PUBLIC, live)


def shop(root: Path, columns: dict[str, Any]) -> Workspace:
    return make_workspace(root, {**ORDERS, "columns": columns})


def test_words_are_translated_and_a_constant_stands_in_every_row(tmp_path: Path) -> None:
    workspace = shop(tmp_path, SHOP)
    put(workspace, "orders.csv", FILE)
    assert not load(workspace).problems
    assert not unbalanced(workspace)
    found = landed(workspace)
    assert [row[:3] for row in found] == LANDED
    # The file's own column of that name is kept as any other.
    assert all('"currency":"$"' in others.replace(" ", "") for *_, others in found)


def test_a_table_of_a_database_is_read_by_the_same_rules(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("create table orders (customer_id, Day, amount, Status, currency)")
        connection.executemany("insert into orders values (?, ?, ?, ?, ?)", CELLS)
    source = {key: value for key, value in ORDERS.items() if key != "path"}
    workspace = make_workspace(
        tmp_path, {**source, "vendor": "sql", "url": "sqlite:///shop.db", "table": "orders", "columns": SHOP}
    )
    assert not load(workspace).problems
    assert [row[:3] for row in landed(workspace)] == LANDED


def test_a_file_is_read_again_when_a_rule_changes_and_only_then(tmp_path: Path) -> None:
    workspace = shop(tmp_path, SHOP)
    put(workspace, "orders.csv", FILE)
    load(workspace)
    assert [file.outcome for file in load(workspace).files] == ["unchanged"]
    for change, kinds in (
        ({"kind": {"column": "Status", "words": {"completed": "refund"}}}, ["refund", "Sent back", "N/A", "Cancel"]),
        ({"kind": {"constant": "refund"}}, ["refund"] * 4),
        ({"kind": "Status"}, ["COMPLETED", "Sent back", "N/A", "Cancel"]),
    ):
        changed = load_workspace(write_workspace(tmp_path, {**ORDERS, "columns": SHOP | change}))
        assert [file.outcome for file in load(changed).files] == ["loaded"]
        assert [row[1] for row in landed(changed)] == kinds


def test_the_check_command_reads_what_the_rules_make_of_a_file(tmp_path: Path) -> None:
    record = "customer_id,occurred_at,what\na,2026-01-01,Called us\n"
    types = "data_source,event,role,occurrence,touchpoint,stage,corner\n,Advice call,other,any,Advice,use,service\n"
    for rule, is_found in (
        ({"words": {"called us": "Advice call"}, "column": "what"}, True),
        ({"constant": "Advice call"}, True),
        ("what", False),
    ):
        source = {**ORDERS, "entity": "interactions", "columns": {"event": rule}}
        write_workspace(tmp_path, source)
        (tmp_path / "mappings" / "touchpoint_types.csv").write_text(types)
        workspace = load_workspace(tmp_path)
        put(workspace, "calls.csv", record)
        assert [problem.what for problem in check_sources(workspace) if "Advice call" in problem.what] == (
            [] if is_found else ["No event is called 'Advice call'."]
        )


def test_a_missing_column_with_words_is_named(tmp_path: Path) -> None:
    workspace = shop(tmp_path, {"kind": {"words": {"x": "sale"}}})
    put(workspace, "orders.csv", "customer_id,occurred_at,amount\na,2026-01-01,5\n")
    (problem,) = load(workspace).problems
    assert (problem.severity, problem.key) == ("warning", "columns.kind")


def test_a_constant_satisfies_a_required_column(tmp_path: Path) -> None:
    workspace = shop(tmp_path, {"occurred_at": {"constant": "2026-01-31"}})
    put(workspace, "orders.csv", "customer_id,amount\na,5\n")
    assert not load(workspace).problems
    assert rows(workspace, "select customer_id, occurred_at from raw_crm.orders") == [("a", "2026-01-31")]


@pytest.mark.parametrize(
    ("column", "rule", "said"),
    [
        ("kind", {"constant": "sale", "column": "Status"}, "'constant' is what every row has"),
        ("kind", {"constant": "sale", "words": {"a": "b"}}, "'constant' is what every row has"),
        ("kind", {}, "name the file's 'column'"),
        ("kind", {"words": {"Paid": "sale", "paid ": "refund"}}, "names a word twice"),
        ("kind", {"constant": ""}, "at least 1 character"),
        ("kind", {"word": {"a": "b"}}, "unknown key 'word'"),
        ("order_id", {"constant": "7"}, "would make all rows one"),
        ("customer_id", {"constant": "7"}, "would make all rows one"),
        ("colour", {"constant": "red"}, "not a canonical column"),
    ],
)
def test_an_impossible_rule_is_refused_by_its_place(
    tmp_path: Path, column: str, rule: dict[str, Any], said: str
) -> None:
    with pytest.raises(WorkspaceError) as raised:
        load_workspace(write_workspace(tmp_path, {**ORDERS, "columns": {column: rule}}))
    (problem,) = raised.value.problems
    assert said.lower() in problem.what.lower()
    assert column in f"{problem.key} {problem.what}"


def test_a_rule_is_kept_in_a_release_as_it_was_written() -> None:
    columns = {"occurred_at": "Day", **SHOP}
    assert Source.model_validate({**ORDERS, "columns": columns}).model_dump(mode="json")["columns"] == columns


def test_files_of_before_are_not_read_again() -> None:
    shape = Shape(source="shop", table=RAW_TABLES["raw_crm", "orders"], columns={"amount": "Sum"})
    assert shape.reading() == {"columns": {"amount": "Sum"}}


CONNECTION = duckdb.connect()
WORDS = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=5)


@settings(max_examples=40)
@given(st.dictionaries(WORDS.map(str.lower), WORDS | st.just(""), min_size=1, max_size=4), st.lists(WORDS, min_size=1))
def test_landing_and_checking_translate_alike(words: dict[str, str], cells: list[str]) -> None:
    shape = Shape(source="shop", table=RAW_TABLES["raw_crm", "orders"], words={"kind": words})
    values, parameters = canonical_values(("kind",), shape)
    used = {name: value for name, value in parameters.items() if f"${name}" in values["kind"]}
    query = f"with staged as (select unnest($cells::varchar[]) as c1) select {values['kind']} from staged"
    found = CONNECTION.execute(query, {"cells": cells, **used}).fetchall()
    assert [value for (value,) in found] == [shape.meant("kind", cell) or None for cell in cells]


def test_each_column_of_times_may_have_its_own_format(tmp_path: Path) -> None:
    contracts = {
        **ORDERS,
        "entity": "contracts",
        "columns": {
            "customer_id": "id",
            "started_at": {"column": "from", "format": "%d.%m.%Y"},
            "ended_at": {"column": "to", "format": "%m/%d/%y %I:%M %p"},
        },
    }
    workspace = make_workspace(tmp_path, contracts)
    put(
        workspace,
        "a.csv",
        "id,from,to\na,31.01.2026,12/24/26 06:30 PM\nb,2026-01-31,\nc,soon,2026-12-24T10:00:00Z\n",
    )
    assert [problem.severity for problem in check_sources(workspace)] == ["error", "error"]
    load(workspace)
    assert rows(workspace, "select started_at, ended_at from raw_crm.contracts order by _line") == [
        ("2026-01-31", "2026-12-24T18:30:00.000000"),
        ("2026-01-31", None),
        ("soon", "2026-12-24T10:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": {"amount": {"format": "%d"}}}, "'Amount' holds no times"),
        ({"columns": {"occurred_at": {"format": "%d.%m.%Y %z"}}}, "names no zone"),
        ({"columns": {"occurred_at": {"format": "%d.%m.%Y", "constant": "x"}}}, "'constant' is what every row has"),
        (
            {"columns": {"occurred_at": {"format": "%d.%m.%Y"}}, "timestamp_format": "%Y"},
            "'timestamp_format' is for all columns of times",
        ),
    ],
)
def test_a_format_that_cannot_be_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkspaceError) as error:
        make_workspace(tmp_path, {**ORDERS, **changes})
    assert said.lower() in str(error.value).lower()


def test_a_format_that_the_engine_does_not_know_is_named(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {**ORDERS, "columns": {"occurred_at": {"format": "%d.%m"}}})
    put(workspace, "a.csv", "customer_id,occurred_at,amount\na,31.01,1\n")
    (problem,) = load(workspace).problems
    assert problem.key == "sources.shop.columns.occurred_at.format"
    assert "It names no year" in problem.what
