"""dbt's own unit tests hold: given rows in, the rows written beside them out."""

from __future__ import annotations

import shutil
from contextlib import chdir
from pathlib import Path

import pytest

from pipeline.dbt.invocation import PROJECT_FOLDER, WAREHOUSE_VARIABLE
from pipeline.dbt.project import read_project
from workspace.environment import set_variables

pytestmark = pytest.mark.thorough


def test_every_unit_test_of_the_models_passes(demo_copy: Path, tmp_path: Path) -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    # As in a run: what dbt has read of the project already, it does not read again, and `--partial-parse` says so.
    set_variables({WAREHOUSE_VARIABLE: "."})
    target = tmp_path / "target"
    shutil.copytree(read_project().parent, target)
    folders = {"project-dir": PROJECT_FOLDER, "profiles-dir": PROJECT_FOLDER, "target-path": target}
    flags = ["--quiet", "--partial-parse", "--log-path", str(tmp_path)]
    flags += [item for name, folder in folders.items() for item in (f"--{name}", str(folder))]
    try:
        with chdir(demo_copy / "warehouse"):
            ended = dbtRunner().invoke(["test", "--select", "resource_type:unit_test", *flags])
    finally:
        DuckDBConnectionManager.close_all_connections()
    found = ended.result.results if ended.result else []
    # The hook at the end of a build is among the results, and not a test.
    results = [result for result in found if result.node.resource_type == "unit_test"]
    assert len(results) > 30
    assert [result.node.name for result in results if str(result.status) != "pass"] == []
