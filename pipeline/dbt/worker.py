"""dbt as a process of its own: a question says what to do, the answer is how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipeline.dbt import runner as dbt_runner
from pipeline.dbt.invocation import DbtError
from pipeline.dbt.project import read_project, warm_up
from workspace.garbage import keep_all
from workspace.paths import WorkspacePaths
from workspace.worker import serve

_OUTCOME = TypeAdapter(dbt_runner.BuildOutcome)


def answer(question: Mapping[str, Any], send: Callable[[dict[str, Any]], None]) -> Any:
    """Read the project, or build it.

    Args:
        question: `do`: `parse`, `warm_up`, or `build` with the `workspace` and the `options` of `dbt_runner.build`.
        send: is given dbt's result events.

    Returns:
        Of a build its outcome, as JSON.
    """
    if question["do"] == "parse":
        read_project()
        return None
    if question["do"] == "warm_up":
        warm_up()
        keep_all()
        return None
    paths = WorkspacePaths(Path(question["workspace"]))
    return _OUTCOME.dump_python(dbt_runner.build(paths, on_event=send, **question["options"]), mode="json")


if __name__ == "__main__":
    # Here and not at the first question: the process is started before anything is asked of it.
    import dbt.cli.main  # noqa: F401

    serve(answer, refusals=(DbtError,))
