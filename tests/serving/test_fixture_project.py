"""The fixture's definitions are what dbt makes of its YAML. To renew them: `dbt parse` there, and copy the file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.serving.conftest import FIXTURE_PROJECT
from workspace.environment import prepare_libraries


@pytest.mark.slow
def test_the_stored_definitions_match_the_yaml(tmp_path: Path, manifest: str) -> None:
    prepare_libraries()
    from dbt.cli.main import dbtRunner

    folder = tmp_path / "project"
    shutil.copytree(FIXTURE_PROJECT, folder)
    where = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--target-path", str(folder / "target")]
    result = dbtRunner().invoke(["parse", "--quiet", "--log-path", str(folder / "logs"), *where])
    assert result.success, result.exception
    made = json.loads((folder / "target" / "semantic_manifest.json").read_text(encoding="utf-8"))
    assert made == json.loads(manifest)
