"""Arguments of dbt, and when its project is read anew."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.dbt_runner import build_arguments, project_fingerprint

ALWAYS = ["--no-write-json", "--exclude-resource-type", "unit_test"]


def test_everything_is_built_unless_models_are_named() -> None:
    assert build_arguments(full_refresh=False, models=None) == ALWAYS
    assert build_arguments(full_refresh=True, models=None) == [*ALWAYS, "--full-refresh"]


def test_a_part_is_built_with_the_tests_that_it_can_satisfy() -> None:
    arguments = build_arguments(full_refresh=False, models=["fct_orders", "dim_people"])
    part = ["--indirect-selection", "cautious", "--select", "dim_people", "fct_orders"]
    assert arguments == [*ALWAYS, *part]


def test_the_project_is_read_anew_when_a_file_changes_appears_or_goes(repository: Path, tmp_path: Path) -> None:
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
