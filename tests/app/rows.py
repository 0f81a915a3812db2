"""Rows of answers for tests: only what a test is about is given, the rest is plain."""

from __future__ import annotations

from typing import Any

from serving import AnswerRow

FIELDS = ("metric", "period", "status", "reason", "low", "high")


def row(value: float | None = None, *, half: float | None = None, n: int = 400, **facts: Any) -> AnswerRow:
    """An `ok` row with an interval of `half` on both sides; further facts are dimensions or fields of the row."""
    fields = {name: facts.pop(name) for name in FIELDS if name in facts}
    if half is not None and value is not None:
        fields |= {"low": value - half, "high": value + half}
    return AnswerRow(**{"metric": "m", "value": value, "n": n, "status": "ok", **fields}, dimensions=facts)
