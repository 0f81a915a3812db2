"""A shop that exports lines of orders, and a market stall whose file has one row a line: products in a release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.execution import RunOutcome
from serving import LiveRelease, Question, ask, open_release
from tests.end_to_end.conftest import run
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths

pytestmark = pytest.mark.thorough

CX_YML = """\
company: Acme
timezone: UTC
currency: EUR
as_of: 2026-06-30
sources:
  - {name: shop, kind: crm, vendor: csv, entity: orders, path: inbox/shop.csv}
  - {name: items, kind: crm, vendor: csv, entity: order_lines, id_namespace: shop, path: inbox/items.csv}
  - name: stall
    kind: crm
    vendor: csv
    entity: orders
    grain: line
    path: inbox/stall.csv
    columns:
      {order_id: Receipt, customer_id: Who, occurred_at: When, product: What, unit_price: Price, quantity: How many}
"""
MAPPINGS = {
    "touchpoint_types": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
    ",order,purchase,any,Order,purchase,commerce,\n",
    "channels": "data_source,utm_source,utm_medium,channel,presence,method\n,*,*,Shop,online,web\n",
}
INBOX = {
    "shop": "order_id,customer_id,occurred_at,amount,tax\n"
    "S1,a,2026-03-01 10:00,23.80,3.80\nS2,b,2026-03-02 10:00,7.00,\nS3,c,2026-03-03 10:00,50.00,\n",
    # S1 is stated without its tax, S3 lacks a line, and S9 is not an order that is known.
    "items": "order_id,line_id,product_id,product,category,quantity,amount\n"
    "S1,1,T,Tea,Drinks,2,12.00\nS1,2,C,Cup,Things,1,8.00\nS2,1,T,Green tea,Drinks,1,7.00\n"
    "S3,1,C,Cup,Things,3,24.00\nS9,1,T,Tea,Drinks,9,90.00\n",
    # The second row of receipt 1 leaves out what is of the whole order; receipt 2 contradicts itself.
    "stall": "Receipt,Who,When,What,Price,How many\n"
    "1,x,2026-03-05 09:00,Honey,6.00,2\n1,,,Jam,4.00,1\n2,y,2026-03-05 10:00,Jam,4.00,1\n2,z,,Jam,4.00,1\n",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root: Path = tmp_path_factory.mktemp("lines")
    for folder, files in (("inbox", INBOX), ("mappings", MAPPINGS)):
        (root / folder).mkdir()
        for name, text in files.items():
            (root / folder / f"{name}.csv").write_text(text)
    (root / "cx.yml").write_text(CX_YML)
    return root


@pytest.fixture(scope="module")
def outcome(root: Path) -> RunOutcome:
    ended = run(root)
    assert ended.published, ended
    return ended


@pytest.fixture(scope="module")
def paths(root: Path, outcome: RunOutcome) -> WorkspacePaths:
    assert outcome.published
    return WorkspacePaths(root)


def unprotected(paths: WorkspacePaths) -> LiveRelease:
    """The release without suppression: these shops have few customers."""
    return replace(open_release(paths), protected=False)


def value(paths: WorkspacePaths, metric: str) -> float | None:
    return ask(unprotected(paths), Question(metrics=(metric,))).one(metric).value


def values(paths: WorkspacePaths, metric: str, by: str) -> dict[str, float | None]:
    answer = ask(unprotected(paths), Question(metrics=(metric,), by=(by,)))
    return {str(row.dimensions[by]): row.value for row in answer.rows}


def test_products_of_both_shops_are_counted_and_valued(paths: WorkspacePaths) -> None:
    assert value(paths, "orders") == 4
    assert value(paths, "revenue") == pytest.approx(23.80 + 7 + 50 + 16)
    assert value(paths, "order_lines") == 6
    assert value(paths, "products_sold") == 4
    assert value(paths, "quantity_sold") == 10
    assert value(paths, "product_revenue") == pytest.approx(12 + 8 + 7 + 24 + 12 + 4)
    assert value(paths, "items_per_order") == pytest.approx(10 / 4)
    assert value(paths, "average_price") == pytest.approx(67 / 10)


def test_a_product_is_one_by_its_newest_name(paths: WorkspacePaths) -> None:
    assert values(paths, "product_revenue", "product") == {"Green tea": 19, "Cup": 32, "Honey": 12, "Jam": 4}
    assert values(paths, "quantity_sold", "product_category") == {"Drinks": 3, "Things": 4, "None": 3}


def test_lines_are_compared_with_their_orders_and_a_difference_is_reported(
    paths: WorkspacePaths, outcome: RunOutcome
) -> None:
    with duckdb.connect(str(open_release(paths).folder / SNAPSHOT_FILE), read_only=True) as connection:
        found = connection.execute("""
            select order_amount, lines_amount, agreement from marts.fct_order_line_totals order by order_amount
        """).fetchall()
    assert [(float(amount), float(lines), said) for amount, lines, said in found] == [
        (7, 7, "equal"),
        (16, 16, "equal"),
        (23.80, 20, "explained"),
        (50, 24, "differs"),
    ]
    assert value(paths, "line_agreement") == pytest.approx(3 / 4)
    checks = [check for record in outcome.records.values() for check in record.checks]
    (check,) = [check for check in checks if check.name == "order_lines_add_up_to_their_orders"]
    assert (check.status, check.behaviour) == ("failed", "warn")


def test_what_is_not_a_line_of_a_known_order_is_set_aside_and_counted(paths: WorkspacePaths) -> None:
    with duckdb.connect(str(paths.raw_database), read_only=True) as connection:
        found = connection.execute("""
            select staging_model, disposition, reason, n_rows from intermediate.int_quality__dispositions
            where disposition <> 'kept' order by all
        """).fetchall()
    assert found == [
        ("base_crm__order_lines", "set_aside", "unknown_order:order_id", 1),
        ("base_crm__orders", "quarantined", "lines_differ:customer_id", 2),
    ]
