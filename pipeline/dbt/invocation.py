"""dbt asked for one thing, in this process; whatever it opened is closed by the caller.

In: arguments of a dbt command. Out: dbt's own result.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from workspace.environment import prepare_libraries, set_variables

PROJECT_FOLDER: Final = Path(__file__).resolve().parents[2]
WAREHOUSE_VARIABLE: Final = "CX_WAREHOUSE"


class DbtError(Exception):
    """dbt could not start or could not read the project; the message is dbt's."""


def invoke(arguments: list[str], target: Path, callback: Any, *, manifest: Any = None) -> Any:
    """Run one dbt command.

    Args:
        arguments: the command and its options, besides folders and what dbt prints.
        target: dbt's target folder.
        callback: is given every event; None gives them to nobody.
        manifest: what dbt has read of the project already.
    """
    prepare_libraries()
    # The same for every workspace, or dbt would parse again for each: a build works inside its warehouse's folder.
    set_variables({WAREHOUSE_VARIABLE: "."})
    from dbt.cli.main import dbtRunner

    folders = {"project-dir": PROJECT_FOLDER, "profiles-dir": PROJECT_FOLDER, "target-path": target, "log-path": target}
    flags = [item for name, folder in folders.items() for item in (f"--{name}", str(folder.resolve()))]
    # dbt's own log file words all its debug events, a tenth of a build's time, and then drops them.
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-version-check"]
    return dbtRunner(manifest, callbacks=[callback] if callback else []).invoke([*arguments, *quiet, *flags])


def close_connections() -> None:
    """dbt-duckdb keeps its connection for the process's life; the files could not be opened read-only."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def first_lines(error: BaseException | None) -> str:
    """What dbt says went wrong, as far as a person reads."""
    return "\n".join(str(error).strip().splitlines()[:12]) if error else "dbt gave no reason."
