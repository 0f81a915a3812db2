"""The two gates as Dagster asset checks: one check per rule of the suites, blocking where the rule blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import dagster as dg

from expectations import suite_marts, suite_raw
from expectations.rules import Rule
from pipeline.dbt.lineage import Manifest, declared_marts
from pipeline.run import PipelineRun
from workspace.records.documents import Check

GATE_RAW = "gate_raw"
GATE_MARTS = "gate_marts"


def gate_checks(manifest: Manifest) -> list[dg.AssetChecksDefinition]:
    """The raw gate, between raw and dbt, and the marts gate, between dbt and the release."""
    return [
        _gate(GATE_RAW, suite_raw.rules(), PipelineRun.gate_raw),
        _gate(GATE_MARTS, suite_marts.rules(declared_marts(manifest)), PipelineRun.gate_marts),
    ]


def _gate(name: str, rules: Sequence[Rule], run: Callable[[PipelineRun], Sequence[Check]]) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(
            rule.name,
            asset=dg.AssetKey(rule.table.split(".")),
            description=rule.description,
            blocking=rule.behaviour == "block",
        )
        for rule in rules
    ]

    # The suite always runs whole, which is quick; of a part only the checks that were asked for are answered.
    @dg.multi_asset_check(name=name, specs=specs, can_subset=True)
    def gate(context, pipeline: dg.ResourceParam[PipelineRun]) -> Iterator[dg.AssetCheckResult]:  # type: ignore[no-untyped-def]
        asked = context.selected_asset_check_keys
        checks = [check for check in run(pipeline) if _key(check) in asked]
        for check in checks:
            yield check_result(check)
        blocking = [f"{check.asset} {check.name}" for check in checks if check.blocks]
        if blocking:
            raise dg.Failure(f"{name}: {len(blocking)} checks block: {', '.join(blocking)}")

    return gate


def _key(check: Check) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(dg.AssetKey(check.asset.split(".")), check.name)


def check_result(check: Check) -> dg.AssetCheckResult:
    """A check of ours as Dagster shows it. What does not block is a warning there."""
    metadata: dict[str, str | int] = {"status": check.status, "behaviour": check.behaviour}
    if check.unexpected is not None:
        metadata["unexpected rows"] = check.unexpected
    if check.observed:
        metadata["observed"] = check.observed
    if check.metrics:
        metadata["metrics"] = ", ".join(check.metrics)
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(check.asset.split(".")),
        check_name=check.name,
        passed=check.status == "passed",
        severity=dg.AssetCheckSeverity.ERROR if check.blocks else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )
