"""An analyst's ordinary loop: edit a model's SQL, build, edit again, build again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.dbt_project.running import PROJECT


def dbt(project: Path, *command: str) -> str:
    """Plain dbt in the project's folder, as the analyst types it; what it printed."""
    outcome = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *command, "--no-version-check"],
        env=os.environ | {"CX_WAREHOUSE": str(project / "warehouse")},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-1000:]
    return outcome.stdout


def test_an_edited_mart_with_metrics_builds_again(demo_workspace: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(PROJECT / name, project / name)
    shutil.copytree(PROJECT / "dbt_project", project / "dbt_project", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(demo_workspace / "warehouse", project / "warehouse")
    mart = project / "dbt_project" / "models" / "marts" / "who" / "fct_contracts.sql"
    assert mart.is_file()
    dbt(project, "build", "--select", "fct_contracts")
    mart.write_text(f"-- another thought\n{mart.read_text()}")
    assert "fct_contracts" in dbt(project, "build", "--select", "fct_contracts")
