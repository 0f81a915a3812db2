"""The gate, asked over a pipe: a database in, checks out. It imports on another core while files are loaded."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from workspace.documents import Check

_CHECKS = TypeAdapter(tuple[Check, ...])
_TOLD_LINES = 5


class GateError(Exception):
    """The gate's process ended instead of answering; the message is what it said last."""


class GateProcess:
    """One process of `python -m expectations`. It ends with its standard input, so also when this process is killed."""

    def __init__(self) -> None:
        self._messages = tempfile.TemporaryFile("w+")  # noqa: SIM115 (it lives as long as the process)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "expectations"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            text=True,
        )

    def check_raw(self, raw_database: Path) -> tuple[Check, ...]:
        """Run the raw suite."""
        return self._ask({"gate": "raw", "database": str(raw_database)})

    def check_marts(self, marts_database: Path, *, metrics_by_mart: Mapping[str, Sequence[str]]) -> tuple[Check, ...]:
        """Run the marts suite; `metrics_by_mart` says which metrics a failure touches."""
        metrics = {mart: list(names) for mart, names in metrics_by_mart.items()}
        return self._ask({"gate": "marts", "database": str(marts_database), "metrics_by_mart": metrics})

    def close(self) -> None:
        """End the process and wait for it."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._messages.close()

    def _ask(self, question: dict[str, Any]) -> tuple[Check, ...]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise GateError(self._last_words()) from None
        reply = self._process.stdout.readline()
        if not reply:
            raise GateError(self._last_words())
        return _CHECKS.validate_json(reply)

    def _last_words(self) -> str:
        self._process.wait()
        self._messages.seek(0)
        said = self._messages.read().strip().splitlines()
        return "the gate ended: " + " ".join(said[-_TOLD_LINES:])
