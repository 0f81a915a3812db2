"""The only place that reads or sets environment variables."""

from __future__ import annotations

import os
from pathlib import Path

WORKSPACE_VARIABLE = "CX_WORKSPACE"
SECRET_REFERENCE_PREFIX = "env:"

# Telemetry of every dependency, off. Values a user has already set stay as they are.
_NO_TELEMETRY = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "GX_ANALYTICS_ENABLED": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
}


def silence_telemetry() -> None:
    """Turn off the telemetry of every dependency. Call before importing any of them."""
    for name, value in _NO_TELEMETRY.items():
        os.environ.setdefault(name, value)


def workspace_from_environment() -> Path | None:
    """The workspace folder named by `CX_WORKSPACE`, or None where it is not set."""
    value = os.environ.get(WORKSPACE_VARIABLE, "").strip()
    return Path(value) if value else None


def set_variables(variables: dict[str, str]) -> None:
    """Hand settings to a dependency that only reads the environment (dbt's `env_var`, `DAGSTER_HOME`)."""
    os.environ.update(variables)


def cache_folder() -> Path:
    """Where what can be computed again is kept between runs: the user's cache, made if need be, for the user alone."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "customer-answers"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def inherited(extra: dict[str, str]) -> dict[str, str]:
    """This process's environment plus `extra`, for a child process."""
    return {**os.environ, **extra}


def secret(reference: str) -> str | None:
    """Resolve `env:NAME` to the variable's value (None where unset); any other text stands for itself."""
    if reference.startswith(SECRET_REFERENCE_PREFIX):
        return os.environ.get(reference.removeprefix(SECRET_REFERENCE_PREFIX)) or None
    return reference
