"""Assets of loading: the configuration, the mappings, every source of cx.yml, and the raw tables they land in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb

from orchestration.checks import check_result
from pipeline.freshness import FRESH_CHECK
from pipeline.run import PipelineRun
from workspace import Source

if TYPE_CHECKING:
    from ingestion.engine.load import LoadReport

# Dagster reads result types from annotations and knows MaterializeResult only without a type argument.
GROUP = "sources"
CONFIGURATION_KEY = dg.AssetKey(["workspace", "configuration"])
MAPPINGS_KEY = dg.AssetKey(["workspace", "mappings"])
LOADS_CHECK = "loads"
_MAPPINGS_SCHEMA = "raw_mappings"
# A network share that is gone for a moment, or a file still being written, is there again a little later.
_RETRIES = dg.RetryPolicy(max_retries=2, delay=2, backoff=dg.Backoff.EXPONENTIAL)


def source_key(name: str) -> dg.AssetKey:
    """Asset key of a source of cx.yml."""
    return dg.AssetKey(["sources", name])


def loading_assets(sources: Sequence[Source], manifest: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """All assets of loading, for one workspace."""
    return [_configuration, _mappings, *(_source_asset(source) for source in sources), _raw_tables(sources, manifest)]


@dg.asset(
    key=CONFIGURATION_KEY,
    group_name=GROUP,
    retry_policy=_RETRIES,
    description="cx.yml, as the tables of raw_config.",
)
def _configuration(pipeline: dg.ResourceParam[PipelineRun]) -> None:
    pipeline.prepare()


@dg.asset(
    key=MAPPINGS_KEY,
    group_name=GROUP,
    deps=[CONFIGURATION_KEY],
    retry_policy=_RETRIES,
    check_specs=[dg.AssetCheckSpec(LOADS_CHECK, asset=MAPPINGS_KEY, description="Every mapping file could be read.")],
    description="The company's own vocabulary: mappings/*.csv.",
)
def _mappings(pipeline: dg.ResourceParam[PipelineRun]) -> dg.MaterializeResult:  # type: ignore[type-arg]
    return _result(pipeline.load_mappings())


def _source_asset(source: Source) -> dg.AssetsDefinition:
    @dg.asset(
        key=source_key(source.name),
        group_name=GROUP,
        deps=[CONFIGURATION_KEY],
        kinds={source.vendor},
        retry_policy=_RETRIES,
        check_specs=_checks_of(source),
        description=f"The data at {source.location}, loaded once into {'.'.join(source.raw_table)}.",
    )
    def load(pipeline: dg.ResourceParam[PipelineRun]) -> dg.MaterializeResult:  # type: ignore[type-arg]
        result = _result(pipeline.load_source(source.name))
        fresh = pipeline.freshness(source.name)
        return result._replace(check_results=[*(result.check_results or []), check_result(fresh)]) if fresh else result

    return load


def _checks_of(source: Source) -> list[dg.AssetCheckSpec]:
    key = source_key(source.name)
    checks = [dg.AssetCheckSpec(LOADS_CHECK, asset=key, description="Every file of the source could be read.")]
    if source.fresh_within_hours is not None:
        promise = f"New rows come at least every {source.fresh_within_hours:g} hours."
        checks.append(dg.AssetCheckSpec(FRESH_CHECK, asset=key, description=promise))
    return checks


def _result(report: LoadReport) -> dg.MaterializeResult:  # type: ignore[type-arg]
    errors = [str(problem) for problem in report.problems if problem.severity == "error"]
    return dg.MaterializeResult(
        metadata={"files": len(report.files)},
        check_results=[
            dg.AssetCheckResult(
                passed=not errors,
                check_name=LOADS_CHECK,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"problems": dg.MetadataValue.md("\n".join(f"- {error}" for error in errors) or "none")},
            )
        ],
    )


def _raw_tables(sources: Sequence[Source], manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The raw tables as one step. Keys are `[schema, table]`, as dbt's sources have them."""
    specs = [
        dg.AssetSpec(
            [source["schema"], source["name"]],
            group_name="raw",
            kinds={"duckdb"},
            description=source["description"],
            deps=_deps(source["schema"], source["name"], sources),
        )
        for source in manifest["sources"].values()
    ]

    # Any of them may be asked for alone: what the sources have landed is counted, and nothing is loaded.
    @dg.multi_asset(name="raw_tables", specs=[spec._replace(skippable=True) for spec in specs], can_subset=True)
    def raw_tables(context, pipeline: dg.ResourceParam[PipelineRun]) -> Iterator[dg.MaterializeResult]:  # type: ignore[no-untyped-def, type-arg]
        pipeline.finish_ingest()
        rows = _rows(pipeline)
        for spec in specs:
            if spec.key not in context.selected_asset_keys:
                continue
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata={"dagster/row_count": rows.get(tuple(spec.key.path), 0)}
            )

    return raw_tables


def _deps(schema: str, table: str, sources: Sequence[Source]) -> list[dg.AssetKey]:
    landing = [source_key(source.name) for source in sources if source.raw_table == (schema, table)]
    if schema == _MAPPINGS_SCHEMA:
        return [MAPPINGS_KEY]
    if schema == "ledger":
        return [MAPPINGS_KEY, *(source_key(source.name) for source in sources)]
    return landing or [CONFIGURATION_KEY]


def _rows(pipeline: PipelineRun) -> dict[tuple[str, ...], int]:
    with duckdb.connect(str(pipeline.paths.raw_database), read_only=True) as connection:
        found = connection.execute("select schema_name, table_name, estimated_size from duckdb_tables()").fetchall()
    return {(schema, table): rows for schema, table, rows in found}
