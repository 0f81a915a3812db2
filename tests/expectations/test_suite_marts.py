"""The gate's rules come from what marts declare: a mart that declares no key, or a total that has no mart, is named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from expectations import suite_marts
from expectations.gate import _run
from expectations.marts import Mart, Reference
from pipeline.dbt.lineage import declared_marts
from pipeline.dbt.project import read_project
from tests.dbt_project.rendering import PROJECT, file_of


@pytest.fixture(scope="module")
def marts() -> tuple[Mart, ...]:
    return declared_marts(json.loads(read_project().read_bytes()))


def test_every_mart_declares_a_key_and_the_gate_checks_it(marts: tuple[Mart, ...]) -> None:
    assert [mart.table for mart in marts if not mart.keys] == []
    keyed = {rule.table for rule in suite_marts.rules(marts) if rule.behaviour == "block"}
    assert [mart.table for mart in marts if mart.table not in keyed] == []


def test_every_mart_with_people_has_a_person_check(marts: tuple[Mart, ...]) -> None:
    checked = {rule.table for rule in suite_marts.rules(marts) if rule.name == "people_are_known"}
    assert checked == {mart.table for mart in marts if mart.has_people} - {"marts.dim_people"}
    assert "marts.fct_growth_credits" in checked


def test_no_two_rules_of_a_table_share_a_name(marts: tuple[Mart, ...]) -> None:
    names = [(rule.table, rule.name) for rule in suite_marts.rules(marts)]
    assert len(names) == len(set(names))


def test_a_key_of_several_columns_is_one_rule() -> None:
    mart = Mart(table="marts.fct_x", keys=(("x_id",), ("person_id", "month_on")), has_people=True)
    rules = {rule.name: rule for rule in suite_marts.rules([mart]) if rule.table == mart.table}
    assert {"x_id_is_there", "x_id_is_unique", "person_id_and_month_on_are_unique", "people_are_known"} == set(rules)
    assert all(rule.behaviour == "block" for rule in rules.values())


def total_faults(marts: Iterable[Mart], counted: Iterable[tuple[str, str]]) -> list[str]:
    """Control totals that no mart declares, and the reverse; each by its name.

    Args:
        marts: the marts as they declare their totals.
        counted: total and mart of every row that fct_control_totals.sql makes.
    """
    declared = {(total, mart.table.split(".")[-1]) for mart in marts for total, _ in mart.control_totals}
    made = set(counted)
    return [
        *(f"control total '{total}' is not declared by {mart}" for total, mart in sorted(made - declared)),
        *(f"{mart} declares '{total}', which fct_control_totals does not count" for total, mart in declared - made),
    ]


def test_every_control_total_is_declared_by_its_mart_and_the_reverse(marts: tuple[Mart, ...]) -> None:
    sql = file_of("fct_control_totals").read_text(encoding="utf-8")
    counted = re.findall(r"'(\w+)' as total,\s+'(\w+)' as mart", sql)
    assert len(counted) == sql.count(" as total,")
    assert total_faults(marts, counted) == []
    assert total_faults(marts, [*counted, ("refunds", "fct_orders")]) == [
        "control total 'refunds' is not declared by fct_orders"
    ]
    assert total_faults(marts, [one for one in counted if one[0] != "revenue"]) == [
        "fct_orders declares 'revenue', which fct_control_totals does not count"
    ]


def test_the_movements_of_a_month_reconcile_in_one_place(marts: tuple[Mart, ...]) -> None:
    identity = "active_end = active_start + acquired + reactivated - lost"
    assert [mart.table for mart in marts if identity in mart.conditions] == ["marts.fct_customer_months"]
    texts = [*(PROJECT / "tests").rglob("*.sql"), Path(suite_marts.__file__)]
    assert [file.name for file in texts if re.search(r"reactivated\b[^,]*- *\S*lost", file.read_text("utf-8"))] == []


TABLES = """
create schema marts;
create table marts.fct_x as select 1 as x_id, 7 as y_id, 1 as a, 2 as b, 3 as c, 'n' as note;
insert into marts.fct_x values (2, null, 0, 0, 0, 'm');
create table marts.dim_y as select 7 as y_id;
create table marts.fct_control_totals as select 'rows' as total, 'fct_x' as mart, 1 as value;
"""
ORDERS = Mart(
    table="marts.fct_x",
    keys=(("x_id",),),
    has_people=False,
    conditions=("a + b = c", "not regexp_matches(note, 'https?:|[0-9]{5,}')", "c::int = c", "note <> 'at:noon'"),
    references=(Reference(column="y_id", table="marts.dim_y", field="y_id"),),
    control_totals=(("rows", "count(*) filter (where c > 0)"),),
)


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ("select 1", None),
        ("update marts.fct_x set c = 4 where x_id = 1", "rows_keep_what_the_mart_declares"),
        ("update marts.fct_x set a = null", "rows_keep_what_the_mart_declares"),
        ("update marts.fct_x set note = 'number 12345'", "rows_keep_what_the_mart_declares"),
        ("update marts.fct_x set note = 'at:noon'", "rows_keep_what_the_mart_declares"),
        ("update marts.fct_x set y_id = 8", "y_id_is_in_dim_y"),
        ("update marts.fct_control_totals set value = 2 where total = 'rows'", "rows_agree_with_control_total"),
        ("update marts.fct_control_totals set mart = 'fct_z' where total = 'rows'", "rows_agree_with_control_total"),
        ("delete from marts.fct_control_totals", "rows_agree_with_control_total"),
        ("insert into marts.fct_control_totals values ('sums', 'fct_x', 1)", "every_total_is_compared_with_its_mart"),
    ],
)
def test_what_a_mart_declares_is_checked_by_the_gate(tmp_path: Path, broken: str, name: str | None) -> None:
    with duckdb.connect(str(tmp_path / "cx.duckdb")) as connection:
        connection.execute(f"{TABLES} {broken}")
    rules = [one for one in suite_marts.rules([ORDERS]) if one.table in (ORDERS.table, "marts.fct_control_totals")]
    checks = _run(tmp_path / "cx.duckdb", rules, metrics_by_mart={})
    failed = {check.name for check in checks if check.status != "passed"}
    if broken.startswith("update marts.fct_control_totals set mart"):
        failed -= {"every_total_is_compared_with_its_mart"}
    assert failed == ({name} if name else set())
    assert {check.status for check in checks} <= {"passed", "failed"}
