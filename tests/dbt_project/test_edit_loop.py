"""An analyst's ordinary loop: edit a mart's SQL and its metrics, build with plain dbt, ask for the new metric."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from serving import Question, ask, open_release
from serving import current as current_release
from tests.dbt_project.running import PROJECT
from tests.releases import rewrite
from workspace.paths import MANIFEST_FILE, WorkspacePaths

pytestmark = pytest.mark.thorough

MARTS = Path("dbt_project", "models", "marts", "orders")
# As models that were renamed left them behind, and a table that no model ever made.
FORMER = {"cx": ("marts.fct_former",), "raw": ("intermediate.int_former__texts", "staging.stg_former")}
KEPT = {"cx": (), "raw": ("raw_own.notes",)}


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


def example_of_the_docs() -> str:
    """The metric that docs/adding-a-metric.md shows, as it stands below `metrics:` of a model."""
    page = (PROJECT / "docs" / "adding-a-metric.md").read_text()
    found = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert found
    return textwrap.indent(textwrap.dedent(found[1]), "      ")


def tables_of(*lists: dict[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """Names of tables by database, of several lists together."""
    return {database: {name for some in lists for name in some[database]} for database in lists[0]}


@pytest.fixture(scope="module")
def edited(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that was built, edited as the docs say, and built again."""
    project = tmp_path_factory.mktemp("edited")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(PROJECT / name, project / name)
    shutil.copytree(PROJECT / "dbt_project", project / "dbt_project", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(demo_workspace / "warehouse", project / "warehouse")
    dbt(project, "build", "--select", "fct_orders")
    for database, names in tables_of(FORMER, KEPT).items():
        with duckdb.connect(str(project / "warehouse" / f"{database}.duckdb")) as connection:
            for name in names:
                kind = "view" if "stg_" in name else "table"
                connection.execute(f"create schema if not exists {name.split('.')[0]}")
                connection.execute(f"create {kind} {name} as select 'what somebody wrote' as answer")
    mart = project / MARTS / "fct_orders.sql"
    mart.write_text(f"-- another thought\n{mart.read_text()}")
    dbt(project, "build", "--select", "fct_orders")
    definitions = project / MARTS / "fct_orders.yml"
    text = definitions.read_text()
    assert text.count("\n    metrics:\n") == 1
    definitions.write_text(text.replace("\n    metrics:\n", f"\n    metrics:\n{example_of_the_docs()}"))
    dbt(project, "parse")
    return project


def _publish_definitions(manifest: Path, release: Path) -> None:
    """Put other definitions into a release, as the run that publishes them would."""
    shutil.copyfile(manifest, release / MANIFEST_FILE)
    changed = hashlib.sha256(manifest.read_bytes()).hexdigest()
    rewrite(WorkspacePaths(release.parents[1]), lambda document: document.update(manifest_sha256=changed))


def test_an_edited_mart_with_metrics_builds_again(edited: Path) -> None:
    with duckdb.connect(str(edited / "warehouse" / "cx.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) > 0 from marts.fct_orders").fetchall() == [(True,)]


@pytest.mark.parametrize("database", FORMER)
def test_a_build_drops_the_tables_of_former_models_and_no_others(edited: Path, database: str) -> None:
    with duckdb.connect(str(edited / "warehouse" / f"{database}.duckdb"), read_only=True) as connection:
        listed = connection.execute("select table_schema || '.' || table_name from information_schema.tables")
        found = {name for (name,) in listed.fetchall()}
    assert found.isdisjoint(FORMER[database])
    assert found >= set(KEPT[database])
    assert len(found) > len(KEPT[database])


def test_the_metric_example_of_the_docs_works(edited: Path, demo_workspace: Path, tmp_path: Path) -> None:
    for name in ("published", "audit"):
        shutil.copytree(demo_workspace / name, tmp_path / name)
    paths = WorkspacePaths(tmp_path)
    live = current_release(paths)
    assert live is not None
    _publish_definitions(edited / "target" / MANIFEST_FILE, paths.release(live.run_id))
    answer = ask(open_release(paths), Question(metrics=("money_given_back",)))
    with duckdb.connect(str(paths.release(live.run_id) / "snapshot.duckdb"), read_only=True) as connection:
        sql = "select sum(amount_reporting) from marts.fct_orders where kind = 'refund'"
        (refunded,) = connection.execute(sql).fetchone() or (None,)
    assert refunded > 0
    assert answer.one("money_given_back").value == pytest.approx(float(refunded))
    by_segment = ask(open_release(paths), Question(metrics=("money_given_back",), by=("segment",)))
    assert "ok" in {row.status for row in by_segment.rows}
