"""The only place that reads or sets environment variables."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from workspace.errors import Problem, WorkspaceError

WORKSPACE_VARIABLE = "CX_WORKSPACE"
SECRET_REFERENCE_PREFIX = "env:"

# Values a user has already set stay as they are.
_OF_LIBRARIES = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "GX_ANALYTICS_ENABLED": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    # The matrices here have some hundred rows: cores that share one wait for each other longer than it takes, and keep
    # other work from them. A release's small cells took five times as long beside other work.
    "OPENBLAS_NUM_THREADS": "1",
}


def prepare_libraries() -> None:
    """Turn off the telemetry of every dependency, and have matrices on one core. Call before importing any of them."""
    for name, value in _OF_LIBRARIES.items():
        os.environ.setdefault(name, value)


def workspace_from_environment() -> Path | None:
    """The workspace folder named by `CX_WORKSPACE`, or None where it is not set."""
    value = os.environ.get(WORKSPACE_VARIABLE, "").strip()
    return Path(value) if value else None


def set_variables(variables: dict[str, str]) -> None:
    """Hand settings to a dependency that only reads the environment (dbt's `env_var`, `DAGSTER_HOME`)."""
    os.environ.update(variables)


def cache_folder() -> Path:
    """Where what can be computed again is kept between runs, for this user alone; made if need be.

    It is the user's cache. A service's user often has no home: its caches are among the temporary files.

    Raises:
        WorkspaceError: neither can be written.
    """
    for folder in _cache_folders():
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Another user may have made a folder of this name among the temporary files.
            if os.access(folder, os.W_OK) and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                return folder
    tried = ", ".join(str(folder) for folder in _cache_folders())
    fix = "Set XDG_CACHE_HOME to a folder that this user may write."
    raise WorkspaceError([Problem(file=tried, what="None of these folders for caches can be written.", fix=fix)])


def _cache_folders() -> list[Path]:
    name = "customer-answers"
    given = os.environ.get("XDG_CACHE_HOME", "").strip()
    homes = [Path(given)] if given else []
    with suppress(RuntimeError):  # a user whom the system does not know has no home to ask for
        homes.append(Path.home() / ".cache")
    return [*(home / name for home in homes), Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}"]


def inherited(extra: dict[str, str]) -> dict[str, str]:
    """This process's environment plus `extra`, for a child process."""
    return {**os.environ, **extra}


def secret(reference: str) -> str | None:
    """Resolve `env:NAME` to the variable's value (None where unset); any other text stands for itself."""
    if reference.startswith(SECRET_REFERENCE_PREFIX):
        return os.environ.get(reference.removeprefix(SECRET_REFERENCE_PREFIX)) or None
    return reference
