"""The gate reports which rules hold, fail or could not be checked, and leaks no value."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from expectations.gate import _run
from expectations.rules import Rule, between, in_set, key, no_rows
from workspace.records.documents import Check

EMAIL = "anna.berg@northwind.example"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gate") / "cx.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.good as select range as id, 'sale' as kind, 1.5 as amount from range(10)"
        )
        connection.execute(
            "create table marts.bad as select * from (values (1, 'sale', 2.0), (1, ?, -3.0), (null, 'sale', 4.0)) "
            "as t(id, kind, amount)",
            [EMAIL],
        )
    return path


def _rules(table: str) -> list[Rule]:
    return [
        *key(table, "id"),
        in_set(table, "kind", ("sale", "refund"), behaviour="withhold"),
        between(table, "amount", 0, None, behaviour="warn"),
        no_rows(
            "sums_agree",
            table,
            "select 1 from (select sum(amount) as total from {batch}) as sums where total <> 15",
            description="The total is 15.",
            behaviour="block",
        ),
    ]


@pytest.fixture(scope="module")
def checks(database: Path) -> dict[tuple[str, str], Check]:
    rules = [*_rules("marts.good"), *_rules("marts.bad"), *key("marts.absent", "id")]
    found = _run(database, rules, metrics_by_mart={"bad": ["revenue", "orders"]})
    return {(check.asset, check.name): check for check in found}


def test_every_rule_that_holds_passes(checks: dict[tuple[str, str], Check]) -> None:
    assert {check.status for (table, _), check in checks.items() if table == "marts.good"} == {"passed"}


@pytest.mark.parametrize(
    ("rule", "blocks"),
    [
        ("id_is_there", True),
        ("id_is_unique", True),
        ("kind_is_known", False),
        ("amount_in_range", False),
        ("sums_agree", True),
    ],
)
def test_every_rule_that_is_broken_fails_with_its_behaviour(
    checks: dict[tuple[str, str], Check], rule: str, blocks: bool
) -> None:
    check = checks["marts.bad", rule]
    assert check.status == "failed"
    assert check.blocks is blocks
    assert check.unexpected is not None
    assert check.unexpected >= 1


def test_a_rule_that_could_not_run_blocks_as_an_error(checks: dict[tuple[str, str], Check]) -> None:
    check = checks["marts.absent", "id_is_unique"]
    assert (check.status, check.blocks) == ("error", True)


def test_a_check_names_the_metrics_of_its_mart(checks: dict[tuple[str, str], Check]) -> None:
    assert checks["marts.bad", "id_is_there"].metrics == ("orders", "revenue")


def test_no_failing_value_reaches_the_record(checks: dict[tuple[str, str], Check]) -> None:
    assert EMAIL not in "".join(check.model_dump_json() for check in checks.values())
