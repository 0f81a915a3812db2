"""The two processes that a run asks: dbt, which builds, and the gate, which checks.

Both import for many seconds, dbt's project takes as long again to read, and Dagster stores every event for tens of
milliseconds: with processes of their own all of that happens side by side. Both leave no connection open, because a
DuckDB file opened for writing is one process's alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

from pydantic import TypeAdapter

from expectations.marts import Mart
from pipeline.dbt.invocation import DbtError
from pipeline.dbt.runner import Build, BuildOutcome
from workspace.paths import WorkspacePaths
from workspace.records.documents import Check
from workspace.worker import Answer, RefusedError, Worker, finish

_CHECKS = TypeAdapter(tuple[Check, ...])
_OUTCOME = TypeAdapter(BuildOutcome)
_PROGRESS_SECONDS: Final = 2.0

logger = logging.getLogger(__name__)


class GateProcess:
    """Great Expectations, asked over a pipe: a database in, checks out."""

    def __init__(self) -> None:
        self._worker = Worker("expectations")

    def check_raw(self, raw_database: Path) -> tuple[Check, ...]:
        """Run the raw suite."""
        return self._ask({"gate": "raw", "database": str(raw_database)})

    def check_marts(
        self,
        marts_database: Path,
        *,
        marts: Iterable[Mart],
        metrics_by_mart: Mapping[str, Sequence[str]],
        passing_over: Collection[str] = (),
    ) -> tuple[Check, ...]:
        """Run the marts suite, as `expectations.gate.check_marts` does."""
        question = {
            "gate": "marts",
            "database": str(marts_database),
            "marts": [asdict(mart) for mart in marts],
            "metrics_by_mart": {mart: list(names) for mart, names in metrics_by_mart.items()},
            "passing_over": sorted(passing_over),
        }
        return self._ask(question)

    def close(self) -> None:
        """End the process and wait for it."""
        self._worker.close()

    def _ask(self, question: dict[str, Any]) -> tuple[Check, ...]:
        return _CHECKS.validate_python(finish(self._worker.ask(question)))


class DbtProcess:
    """dbt, asked over a pipe: a workspace's paths in, results of models and tests out as they come."""

    def __init__(self) -> None:
        self._worker = Worker("pipeline.dbt.worker")
        self._warming: Answer | None = None

    def warm_up(self) -> None:
        """Have the project in memory before the build is asked for; what keeps it from being read is reported then."""
        self._warming = self._worker.ask({"do": "warm_up"})

    def parse(self) -> Answer:
        """Read the project if it has changed since it was last read. Works on while the answer is not read yet."""
        return self._worker.ask({"do": "parse"})

    def build(self, paths: WorkspacePaths, **options: Any) -> Build:
        """`dbt_runner.build` in that process; logs its progress, at most every two seconds.

        Yields:
            dbt's result events as dictionaries, as they come.

        Raises:
            DbtError: dbt could not read the project or connect.
        """
        question = {"do": "build", "workspace": str(paths.root.resolve()), "options": options}
        try:
            if self._warming:
                finish(self._warming)
                self._warming = None
            outcome = yield from _logging_progress(self._worker.ask(question))
        except RefusedError as error:
            raise DbtError(str(error)) from None
        return _OUTCOME.validate_python(outcome)

    def close(self) -> None:
        """End the process and wait for it."""
        self._worker.close()


class Workers:
    """Both processes, each started when it is first needed, and ended together."""

    @cached_property
    def gate(self) -> GateProcess:
        """The gate."""
        return GateProcess()

    @cached_property
    def dbt(self) -> DbtProcess:
        """dbt."""
        return DbtProcess()

    def start(self) -> None:
        """Start both, so that they import while their owner does something else."""
        _ = self.dbt, self.gate

    def close(self) -> None:
        """End what was started."""
        for name in ("gate", "dbt"):
            started = cast(GateProcess | DbtProcess | None, self.__dict__.pop(name, None))
            if started:
                started.close()


@contextmanager
def workers() -> Iterator[Workers]:
    """Both processes for the length of a block."""
    both = Workers()
    try:
        yield both
    finally:
        both.close()


def _logging_progress(answer: Answer) -> Answer:
    logged_at = time.monotonic()
    while True:
        try:
            event = next(answer)
        except StopIteration as end:
            return end.value
        if time.monotonic() - logged_at >= _PROGRESS_SECONDS:
            logged_at = time.monotonic()
            data = event["data"]
            total = data.get("total") or data.get("num_models")
            logger.info("dbt %s of %s: %s", data.get("index"), total, data["node_info"]["node_name"])
        yield event
