"""The release: the one asset that readers see."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from pipeline.run import PartialRunError, PipelineRun

RELEASE_KEY = dg.AssetKey(["published", "release"])


def release_asset(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The release, made of every mart."""

    @dg.asset(
        key=RELEASE_KEY,
        group_name="published",
        deps=list(marts),
        kinds={"duckdb"},
        description="An immutable snapshot of the marts with its metric definitions and its audit record.",
    )
    def release(pipeline: dg.ResourceParam[PipelineRun]) -> dg.MaterializeResult:  # type: ignore[type-arg]
        try:
            result = pipeline.publish()
        except PartialRunError as error:
            raise dg.Failure(str(error), allow_retries=False) from None
        if result.outcome == "blocked":
            raise dg.Failure("Nothing was published: " + "; ".join(result.reasons))
        facts = {"outcome": result.outcome, "live release": result.live or "none"}
        if result.release:
            facts["content hash"] = result.release.content_hash
            facts["withheld metrics"] = ", ".join(result.release.withheld) or "none"
        return dg.MaterializeResult(metadata=facts)

    return release
