"""The gate as a process of its own: a question names a gate and a database, the answer is its checks.

Great Expectations takes many seconds to import; a run starts this process early, so that it does so on another core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from expectations.gate import check_marts, check_raw
from expectations.marts import Mart
from workspace.records.documents import Check
from workspace.worker import serve

_CHECKS = TypeAdapter(tuple[Check, ...])
_MARTS = TypeAdapter(tuple[Mart, ...])


def answer(question: Mapping[str, Any], _send: Callable[[dict[str, Any]], None]) -> Any:
    """Run the gate that a question names.

    Args:
        question: `gate` (`raw` or `marts`), `database` and, for marts, `marts`, `metrics_by_mart` and `passing_over`.

    Returns:
        The checks as JSON objects.
    """
    database = Path(question["database"])
    if question["gate"] == "raw":
        checks = check_raw(database)
    else:
        checks = check_marts(
            database,
            marts=_MARTS.validate_python(question["marts"]),
            metrics_by_mart=question["metrics_by_mart"],
            passing_over=question["passing_over"],
        )
    return _CHECKS.dump_python(checks, mode="json")


if __name__ == "__main__":
    serve(answer)
