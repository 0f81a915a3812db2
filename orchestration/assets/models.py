"""dbt's models as assets with their lineage, and dbt's tests as asset checks.

No postponed annotations here: Dagster reads the type of a step's context as an object.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from pipeline.dbt import lineage
from pipeline.dbt.runner import STANDS, run_target
from pipeline.run import PipelineRun


class Translator(DagsterDbtTranslator):
    """Groups models by their layer. Asset keys stay dagster-dbt's own: `[schema, table]`."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return str(dbt_resource_props["schema"])


def model_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """All models of the project as one step, which runs one `dbt build`."""
    translator = Translator()
    marts = set(lineage.marts(manifest).values())
    waited_for = marts | {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "test" and marts.intersection(node["depends_on"]["nodes"])
    }

    @dbt_assets(manifest=manifest, name="dbt", dagster_dbt_translator=translator)
    def models(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[PipelineRun]) -> Iterator[Any]:
        selected = _selected(context) if context.is_subset else None
        building = pipeline.build(models=sorted(selected) if selected is not None else None)
        while True:
            try:
                event = next(building)
            except StopIteration as end:
                outcome = end.value
                break
            # What stands has happened in another run, and an event costs Dagster some milliseconds. For every mart and
            # its tests the gate and the release wait.
            if event[STANDS] and event["data"]["node_info"]["unique_id"] not in waited_for:
                continue
            said = {"build": dg.MetadataValue.text(str(event["data"].get("status", "")))}
            for of_asset in DbtCoreCliEventMessage(raw_event=event, event_history_metadata={}).to_default_asset_events(
                manifest=manifest,
                dagster_dbt_translator=translator,
                context=context,
                target_path=run_target(pipeline.paths, pipeline.run_id),
            ):
                # Whether it was built, with how many rows, or stands, and since which run.
                is_model = isinstance(of_asset, dg.Output | dg.AssetMaterialization)
                yield of_asset.with_metadata({**of_asset.metadata, **said}) if is_model else of_asset
        if not outcome.success:
            failed = [node.unique_id for node in outcome.nodes if node.status in ("error", "fail")]
            raise dg.Failure(f"dbt: {len(failed)} models or tests failed: {', '.join(sorted(failed)[:10])}")

    return models


def _selected(context: dg.AssetExecutionContext) -> set[str]:
    """Names of the models that are asked for, themselves or by one of their tests."""
    keys = context.selected_asset_keys or {check.asset_key for check in context.selected_asset_check_keys}
    return {key.path[-1] for key in keys}


def mart_keys(manifest: Mapping[str, Any], marts: Mapping[str, str]) -> list[dg.AssetKey]:
    """Asset keys of the marts, as the models above have them."""
    translator = Translator()
    return [translator.get_asset_spec(manifest, unique_id, None).key for unique_id in marts.values()]
