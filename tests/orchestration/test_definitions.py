"""Dagster's definitions: one graph from the company's files to the release, with the gates between."""

from __future__ import annotations

import json

import dagster as dg
import pytest

from expectations import suite_marts, suite_raw
from orchestration import definitions as module
from orchestration.assets.release import RELEASE_KEY
from orchestration.assets.sources import CONFIGURATION_KEY, MAPPINGS_KEY, source_key
from pipeline.dbt.lineage import declared_marts
from pipeline.dbt.project import read_project
from workspace import Workspace, WorkspaceError


@pytest.fixture(scope="session")
def graph(definitions: dg.Definitions) -> dg.AssetGraph:
    return definitions.resolve_asset_graph()


def descendants(graph: dg.AssetGraph, key: dg.AssetKey) -> set[dg.AssetKey]:
    found: set[dg.AssetKey] = set()
    waiting = [key]
    while waiting:
        for child in graph.get(waiting.pop()).child_keys - found:
            found.add(child)
            waiting.append(child)
    return found


def keys_of(graph: dg.AssetGraph, schema: str) -> list[dg.AssetKey]:
    return [key for key in graph.get_all_asset_keys() if key.path[0] == schema]


@pytest.mark.thorough
def test_the_definitions_validate(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_every_raw_table_is_upstream_of_a_mart_and_the_release(graph: dg.AssetGraph) -> None:
    raw = [key for key in graph.get_all_asset_keys() if key.path[0].startswith("raw_")]
    assert len(raw) >= 12
    for key in raw:
        below = descendants(graph, key)
        assert any(one.path[0] == "marts" for one in below), key
        assert RELEASE_KEY in below, key


def test_every_mart_is_part_of_the_release(graph: dg.AssetGraph) -> None:
    marts = keys_of(graph, "marts")
    assert len(marts) >= 13
    assert set(marts) <= set(graph.get(RELEASE_KEY).parent_keys)


def test_every_source_loads_into_its_raw_table(graph: dg.AssetGraph, template: Workspace) -> None:
    for source in template.config.sources:
        assert dg.AssetKey(source.raw_table) in graph.get(source_key(source.name)).child_keys
        assert CONFIGURATION_KEY in graph.get(source_key(source.name)).parent_keys


def test_mappings_are_upstream_of_the_release(graph: dg.AssetGraph) -> None:
    assert RELEASE_KEY in descendants(graph, MAPPINGS_KEY)


def test_every_asset_but_the_first_has_an_upstream_asset(graph: dg.AssetGraph) -> None:
    roots = {key for key in graph.get_all_asset_keys() if not graph.get(key).parent_keys}
    # The calendar is made of nothing but dates, the register of reasons of nothing but code.
    of_nothing = {dg.AssetKey(["marts", "dim_dates"]), dg.AssetKey(["intermediate", "int_quality__reasons"])}
    assert roots - of_nothing == {CONFIGURATION_KEY}


def test_every_suite_rule_is_an_asset_check_with_its_blocking_flag(
    definitions: dg.Definitions, graph: dg.AssetGraph
) -> None:
    marts = declared_marts(json.loads(read_project().read_bytes()))
    for rule in [*suite_raw.rules(), *suite_marts.rules(marts)]:
        key = dg.AssetCheckKey(dg.AssetKey(rule.table.split(".")), rule.name)
        assert key in graph.asset_check_keys
        assert graph.get(key).blocking == (rule.behaviour == "block")


def test_dbt_tests_are_asset_checks(graph: dg.AssetGraph) -> None:
    of_orders = {key.name for key in graph.asset_check_keys if key.asset_key == dg.AssetKey(["marts", "fct_orders"])}
    assert "holds_fct_orders" in of_orders
    assert any(name.startswith("relationships_fct_orders") for name in of_orders)


def test_one_job_and_one_daily_schedule_run_everything(definitions: dg.Definitions, graph: dg.AssetGraph) -> None:
    job = definitions.resolve_job_def(module.JOB_NAME)
    assert job.executor_def is dg.in_process_executor
    assert set(graph.get_all_asset_keys()) == set(job.asset_layer.executable_asset_keys)
    schedule = definitions.resolve_schedule_def("daily")
    assert schedule.job_name == module.JOB_NAME
    assert schedule.execution_timezone == "Europe/Berlin"


def test_loading_is_retried(definitions: dg.Definitions, template: Workspace) -> None:
    for source in template.config.sources:
        asset = definitions.resolve_assets_def(source_key(source.name))
        assert asset.op.retry_policy
        assert asset.op.retry_policy.max_retries == 2


def test_without_a_workspace_the_definitions_explain_why_they_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "workspace_from_environment", lambda: None)
    (spec,) = module.definitions().resolve_all_asset_specs()
    assert "CX_WORKSPACE is not set" in (spec.description or "")


def test_loading_definitions_names_a_broken_workspace(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    nowhere = tmp_path_factory.mktemp("empty")
    monkeypatch.setattr(module, "workspace_from_environment", lambda: nowhere)
    with pytest.raises(WorkspaceError, match=r"cx\.yml is missing"):
        module.definitions()
