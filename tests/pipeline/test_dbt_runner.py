"""Arguments of dbt, and when its project is parsed again."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from pipeline.dbt.project import only_sql_of_models, project_fingerprint
from pipeline.dbt.runner import build_arguments, nodes_of
from workspace.paths import WorkspacePaths

ALWAYS = ["--no-write-json", "--exclude-resource-type", "unit_test"]


def test_everything_is_built_unless_models_are_named() -> None:
    assert build_arguments(full_refresh=False, models=None) == ALWAYS
    assert build_arguments(full_refresh=True, models=None) == [*ALWAYS, "--full-refresh"]


def test_a_partial_build_runs_only_the_tests_it_can_satisfy() -> None:
    arguments = build_arguments(full_refresh=False, models=["fct_orders", "dim_people"])
    part = ["--indirect-selection", "cautious", "--select", "dim_people", "fct_orders"]
    assert arguments == [*ALWAYS, *part]


def test_the_project_is_parsed_again_when_files_change(repository: Path, tmp_path: Path) -> None:
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(repository / name, tmp_path / name)
    model = tmp_path / "dbt_project" / "models" / "a.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select 1")
    seen = [project_fingerprint(tmp_path)]
    assert project_fingerprint(tmp_path) == seen[0]
    model.write_text("select 2")
    seen.append(project_fingerprint(tmp_path))
    model.with_name("b.sql").write_text("select 2")
    seen.append(project_fingerprint(tmp_path))
    model.unlink()
    seen.append(project_fingerprint(tmp_path))
    assert len(set(seen)) == 4


MODEL = "dbt_project/models/a.sql"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({}, True),
        ({MODEL: "other"}, True),
        ({"dbt_project/models/a.yml": "other"}, False),
        ({"dbt_project/macros/keys.sql": "other"}, False),
        ({"dbt_project/tests/equal.sql": "other"}, False),
        ({"dbt_project/models/b.sql": "added"}, False),
        ({"": "another dbt"}, False),
    ],
)
def test_the_project_is_read_in_part_where_only_sql_of_models_differs(now: dict[str, str], expected: bool) -> None:
    before = {MODEL: "1", "dbt_project/models/a.yml": "2", "dbt_project/macros/keys.sql": "3", "": "dbt"}
    before |= {"dbt_project/tests/equal.sql": "4"}
    assert only_sql_of_models(before, before | now) is expected
    assert not only_sql_of_models(before, {MODEL: "1"})


def test_a_broken_model_rule_is_named_and_no_row_is_quoted(tmp_path: Path) -> None:
    paths = WorkspacePaths(tmp_path / "a company's data")
    paths.warehouse.mkdir(parents=True)
    with duckdb.connect(str(paths.marts_database)) as connection:
        connection.execute("create table orders as select 'ann@example.com' as email, 2 as n")
    duckdb.connect(str(paths.raw_database)).close()
    query = "select 'email is unique' as rule, n as n_rows from cx.main.orders"
    results = [
        SimpleNamespace(
            node=SimpleNamespace(unique_id=name, test_metadata=SimpleNamespace(name=name), compiled_code=query),
            status="fail",
            failures=2,
            message="Got 2 results",
        )
        for name in ("holds", "relationships")
    ]
    rules, references = nodes_of(paths, results, run_id="now")
    assert rules.broken == ("email is unique: 2 rows do not keep it",)
    assert references.broken == ()
