"""Sources that hold lines of orders: what cx.yml may say of them, and what their files need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion import check_sources
from tests.ingestion.workspaces import EVENTS, ORDERS, load, make_workspace, put, rows, unbalanced, write_workspace
from workspace import Source, load_workspace
from workspace.errors import WorkspaceError

LINES = {"name": "items", "kind": "crm", "vendor": "csv", "entity": "order_lines", "path": "inbox/items*.csv"}
BY_LINE = {**ORDERS, "path": "inbox/orders*.csv", "grain": "line"}
TABLE = {"vendor": "sql", "url": "sqlite:///shop.db", "table": "lines", "cursor": "changed", "lag": "1 hour"}
PRICED = {**BY_LINE, "columns": {"unit_price": "Price", "product": "Article"}}


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ([{**ORDERS, "grain": "order"}], "'line'"),
        ([{**LINES, "grain": "line"}, ORDERS], "'grain' belongs to crm orders of vendors csv and sql"),
        ([{**EVENTS, "grain": "line"}], "'grain' belongs to crm orders of vendors csv and sql"),
        (
            [{**ORDERS, "vendor": "shopify", "entity": "orders", "grain": "line"}],
            "'grain' belongs to crm orders of vendors csv and sql",
        ),
        ([{**ORDERS, "columns": {"product": "Article"}}], "'product' is about a line of an order"),
        (
            [{**{key: BY_LINE[key] for key in BY_LINE if key != "path"}, **TABLE}],
            "'cursor' would bring changed lines of an order without the others",
        ),
        ([{**ORDERS, "columns": {"order_total": "Total"}}], "'order_total' is about a line of an order"),
        ([BY_LINE, {**LINES, "id_namespace": "shop"}], "hold lines of the same orders, which would count twice"),
        (
            [{**BY_LINE, "header": False, "columns": {"customer_id": "1", "occurred_at": "2", "unit_price": "3"}}],
            "needs 'columns' for order_id",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(tmp_path: Path, sources: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(WorkspaceError) as raised:
        load_workspace(write_workspace(tmp_path, *sources))
    (problem,) = raised.value.problems
    assert said.lower() in f"{problem.what} {problem.fix}".lower()


@pytest.mark.parametrize(
    ("source", "required"),
    [
        (ORDERS, ("customer_id", "occurred_at", "amount")),
        (BY_LINE, ("customer_id", "occurred_at", "amount", "order_id")),
        (PRICED, ("customer_id", "occurred_at", "order_id")),
        (
            {**PRICED, "columns": {"unit_price": "P", "amount": "A"}},
            ("customer_id", "occurred_at", "amount", "order_id"),
        ),
        (LINES, ("order_id", "line_id")),
        (EVENTS, ("person_id", "occurred_at", "event")),
    ],
)
def test_a_line_needs_its_order_and_an_amount_or_a_price(source: dict[str, Any], required: tuple[str, ...]) -> None:
    assert Source.model_validate(source).required == required


def test_a_file_of_lines_without_amounts_is_loaded_by_its_prices(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, PRICED)
    put(workspace, "orders.csv", "customer_id,occurred_at,order_id,Article,Price,quantity\na,2026-01-01,A,Tea,4.50,2\n")
    assert not load(workspace).problems
    assert not unbalanced(workspace)
    landed = "select order_id, product, unit_price, quantity, amount from raw_crm.orders"
    assert rows(workspace, landed) == [("A", "Tea", "4.50", "2", None)]


def test_a_file_of_lines_without_numbers_of_orders_is_not_loaded(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, BY_LINE)
    put(workspace, "orders.csv", "customer_id,occurred_at,amount\na,2026-01-01,5\n")
    (problem,) = load(workspace).problems
    assert (problem.severity, problem.key) == ("error", "columns.order_id")


@pytest.mark.parametrize(
    ("orders", "what", "fix"),
    [
        (
            [{**ORDERS, "path": "inbox/orders*.csv"}],
            "none has the id_namespace 'items'",
            "to that of the orders: shop.",
        ),
        ([], "none has the id_namespace 'items'", "Add a source of entity orders with id_namespace: items."),
    ],
)
def test_the_check_command_names_lines_whose_orders_no_source_holds(
    tmp_path: Path, orders: list[dict[str, Any]], what: str, fix: str
) -> None:
    workspace = load_workspace(write_workspace(tmp_path, LINES, *orders))
    put(workspace, "items.csv", "order_id,line_id\nA,1\n")
    put(workspace, "orders.csv", "customer_id,occurred_at,amount\na,2026-01-01,5\n")
    found = [problem for problem in check_sources(workspace) if problem.severity == "error"]
    assert [(what in problem.what, fix in problem.fix) for problem in found] == [(True, True)]


def test_the_check_command_accepts_lines_of_known_orders_and_names_unreadable_prices(tmp_path: Path) -> None:
    sources = ({**LINES, "id_namespace": "shop"}, {**ORDERS, "path": "inbox/orders*.csv"})
    workspace = load_workspace(write_workspace(tmp_path, *sources))
    put(workspace, "orders.csv", "customer_id,occurred_at,amount\na,2026-01-01,5\n")
    put(workspace, "items.csv", "order_id,line_id,unit_price\nA,1,2.50\n")
    assert [problem for problem in check_sources(workspace) if problem.severity == "error"] == []
    put(workspace, "items.csv", 'order_id,line_id,unit_price\nA,1,"2,50"\n')
    assert any("'unit_price'" in problem.what for problem in check_sources(workspace))
