"""Metric definitions for tests: only what a test is about is given, the rest is plain."""

from __future__ import annotations

from typing import Any

from serving import MetricDefinition


def defined(name: str = "m", **facts: Any) -> MetricDefinition:
    """A certified share with months, of no feed; `facts` are fields of the definition."""
    plain: dict[str, Any] = {
        "label": name, "description": "", "formula": "", "question": "journey", "owner": "journey_analytics",
        "certification": "certified", "unit": "share", "good": "up", "metric_class": "ratio", "n": "entries",
        "people": None, "min_cell": 5, "min_n": 0, "feeds": (), "model": ("fct_stage_entries",), "upstream": (),
        "sources": (), "files": (), "dimensions": (), "grains": ("month",), "checks": (), "badge": "certified",
        "badge_reason": "",
    }  # fmt: skip
    return MetricDefinition(name=name, **{**plain, **facts})
