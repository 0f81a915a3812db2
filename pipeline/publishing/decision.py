"""May this run be published, and which metrics are withheld?

In: the run's audit records and the metric definitions. Out: a decision with its reasons in words. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.dbt.metric_graph import with_dependents
from workspace.records.documents import AuditRecord, Check, StageName

REQUIRED_STAGES: Final[tuple[StageName, ...]] = ("ingest", "gate_raw", "build", "gate_marts")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a run may be published.

    Attributes:
        blocked_by: reasons in words; empty where the run may be published.
        checks: every check of the run.
    """

    blocked_by: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def may_publish(self) -> bool:
        return not self.blocked_by


def decide(records: Mapping[StageName, AuditRecord]) -> Decision:
    """Read the records of a run's stages; a stage without a record blocks like a failed one."""
    reasons: list[str] = []
    checks: list[Check] = []
    for stage in REQUIRED_STAGES:
        record = records.get(stage)
        if record is None:
            reasons.append(f"stage {stage} left no audit record in this run")
            continue
        checks += record.checks
        blocking = [check for check in record.checks if check.blocks]
        reasons += [_reason(check) for check in blocking]
        if record.status != "passed" and not blocking:
            reasons.append(f"stage {stage} ended with {record.status}: {record.message or 'no message'}")
    return Decision(blocked_by=tuple(reasons), checks=tuple(checks))


def withheld_metrics(checks: Iterable[Check], semantic_manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """metric -> names of the failed checks that withhold it; metrics derived from them are withheld too."""
    found: dict[str, set[str]] = {}
    for check in checks:
        if check.status == "failed" and check.behaviour == "withhold":
            for metric in with_dependents(semantic_manifest, check.metrics):
                found.setdefault(metric, set()).add(check.name)
    return {metric: tuple(sorted(names)) for metric, names in sorted(found.items())}


def _reason(check: Check) -> str:
    if check.status == "error":
        return f"{check.asset}: check '{check.name}' could not run ({check.observed or 'no message'})"
    count = "" if check.unexpected is None else f" ({check.unexpected} rows)"
    return f"{check.asset}: check '{check.name}' failed{count}: {check.description}"
