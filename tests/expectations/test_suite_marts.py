"""The gate's rules come from what marts declare: a mart that declares no key is named here."""

from __future__ import annotations

import json

import pytest

from expectations import suite_marts
from expectations.marts import Mart
from pipeline.dbt.lineage import declared_marts
from pipeline.dbt.runner import read_project


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
