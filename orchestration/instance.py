"""Dagster's own storage of a workspace: `<workspace>/.dagster`, with nothing that phones home.

In: a workspace's paths. Out: a DAGSTER_HOME with its `dagster.yaml`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workspace.environment import prepare_libraries, set_variables
from workspace.paths import WorkspacePaths

DAGSTER_HOME_VARIABLE: Final = "DAGSTER_HOME"

_DAGSTER_YAML: Final = """\
# Dagster's settings for this workspace. Written once; yours to change.
telemetry:
  enabled: false
# A sign-up dialog would cover the UI otherwise.
nux:
  enabled: false
# A run whose process died is marked as failed.
run_monitoring:
  enabled: true
# Progress lines of the pipeline show in a run's log.
python_logs:
  managed_python_loggers: [ingestion, pipeline, orchestration]
  python_log_level: INFO
# One run at a time: a workspace has one writer.
concurrency:
  runs:
    max_concurrent_runs: 1
# Where runs, schedules and events are kept: Dagster's own SQLite files in their usual places below this folder.
storage:
  custom:
    module: orchestration.event_log
    class: PooledSqliteStorage
    config:
      base_dir:
        env: DAGSTER_HOME
"""


def dagster_home(paths: WorkspacePaths) -> Path:
    """Create Dagster's home of a workspace if need be, and make it this process's home."""
    prepare_libraries()
    home = paths.dagster_home.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text(_DAGSTER_YAML, encoding="utf-8")
    # What a run intends, an event for every asset and check, is stored at once.
    set_variables({DAGSTER_HOME_VARIABLE: str(home), "DAGSTER_EVENT_BATCH_SIZE": "5000"})
    return home
