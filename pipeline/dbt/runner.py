"""Builds and tests models with dbt: in this process, with a target folder of its own for every run.

In: a workspace's paths. Out: artefacts in `<workspace>/.dbt`, the outcome of every node, and dbt's events for Dagster.
A run calls it in a process of its own (`workers.py`); a process that has imported dbt once builds again at no cost.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import chdir, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from pipeline.dbt.invocation import DbtError, close_connections, first_lines, invoke
from pipeline.dbt.lineage import RULES_TEST
from pipeline.dbt.passing_over import code_files, passing_over, remember_that_all_passed
from pipeline.dbt.project import AS_PARSED, PARTIAL_PARSE, forget_all_but, read_project, take_warm
from pipeline.dbt.standing import built_in
from workspace.environment import set_variables
from workspace.paths import MANIFEST_FILE, WorkspacePaths

# Under which name models and tests remember what built them.
_RUN_VARIABLE: Final = "CX_RUN"
# Whether what stands is tested again, and compared with what was built.
_WHOLE_VARIABLE: Final = "CX_WHOLE"
# NodeFinished would skip everything: dagster-dbt reads these for dbt Core.
_RESULT_EVENTS: Final = frozenset({"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult"})
# A key of result events: nothing was built or tested, the former result stands.
STANDS: Final = "stands"
_STANDS: Final = "STANDS "
_REMEMBERED: Final = frozenset({"success", "pass", "warn", "fail"})
_KEPT_RUNS: Final = 10


@dataclass(frozen=True, kw_only=True)
class NodeOutcome:
    """How one model or test of a build ended.

    Attributes:
        status: dbt's word: success, pass, warn, fail, error, skipped, ...
        failures: rows that a test found.
        broken: of a failed `holds` test, each rule that is broken, and by how many rows.
        earned_in: the run that built or tested this, where its result stands; None where this build did.
    """

    unique_id: str
    status: str
    failures: int | None = None
    message: str = ""
    broken: tuple[str, ...] = ()
    earned_in: str | None = None


@dataclass(frozen=True, kw_only=True)
class BuildOutcome:
    """What a build did, and where its artefacts are.

    Attributes:
        target: folder with manifest.json and semantic_manifest.json of this run.
    """

    success: bool
    target: Path
    nodes: tuple[NodeOutcome, ...]

    @property
    def manifest(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.target / "manifest.json").read_bytes())
        return loaded


# A build under way: dbt's result events one by one, as dagster-dbt reads them, then how it ended.
Build = Generator[dict[str, Any], None, BuildOutcome]


def run_target(paths: WorkspacePaths, run_id: str) -> Path:
    """dbt's target folder of one run."""
    return paths.dbt / "runs" / run_id


def build(
    paths: WorkspacePaths,
    *,
    run_id: str,
    full_refresh: bool = False,
    is_whole: bool = False,
    models: Sequence[str] | None = None,
    with_parents: bool = False,
    with_tests: bool = True,
    on_event: Callable[[dict[str, Any]], None] | None = None,
) -> BuildOutcome:
    """Build and test models, and leave no connection open.

    Args:
        paths: the workspace; its raw tables exist.
        run_id: names the target folder.
        full_refresh: build all models from nothing, whatever stands.
        is_whole: test all that is built, also what stands, and compare every table with what was built.
        models: names of the models to build with their tests; None builds all.
        with_parents: build what these read, too, through all models; it is not tested.
        with_tests: run the data tests; off where a thousand simulated companies are compared, each tested before.
        on_event: is given every result event as a dictionary, as it comes, and under `stands` whether the node did.

    Raises:
        DbtError: dbt could not read the project or connect. Failing models and tests are in the outcome instead.
    """
    target = run_target(paths, run_id)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    parsed = read_project().parent
    files = code_files(parsed)
    # Without what is parsed already, every build would parse the whole project again, and write its artefacts again.
    for name in (PARTIAL_PARSE, "manifest.json", MANIFEST_FILE):
        shutil.copyfile(parsed / name, target / name)
    arguments = [
        "build",
        *build_arguments(full_refresh=full_refresh, models=models, with_parents=with_parents, with_tests=with_tests),
    ]
    paths.warehouse.mkdir(parents=True, exist_ok=True)
    standing: set[str] = set()
    with (target / "dbt.log").open("a") as log:

        def keep(event: Any) -> None:
            # Said by the materializations; of a test no result event says it.
            if event.info.msg.startswith(_STANDS):
                standing.add(event.info.msg.removeprefix(_STANDS))
            if event.info.level != "debug":
                log.write(f"{datetime.now(UTC):%H:%M:%S} [{event.info.level}] {event.info.msg}\n")
            if on_event and event.info.name in _RESULT_EVENTS:
                from google.protobuf.json_format import MessageToDict

                as_dictionary = MessageToDict(event, preserving_proto_field_name=True)
                on_event(as_dictionary | {STANDS: event.data.node_info.unique_id in standing})

        try:
            with chdir(paths.warehouse):
                set_variables({_RUN_VARIABLE: run_id, _WHOLE_VARIABLE: "yes" if is_whole else ""})
                with nullcontext() if full_refresh or is_whole else passing_over(files, standing.add):
                    result = invoke([*arguments, AS_PARSED], target, keep, manifest=take_warm(parsed))
        finally:
            close_connections()
    if result.result is None:
        raise DbtError(first_lines(result.exception))
    if result.success and models is None and with_tests:
        remember_that_all_passed(paths, files)
    forget_all_but(paths.dbt / "runs", keep=_KEPT_RUNS)
    nodes = tuple(nodes_of(paths, result.result.results, run_id=run_id))
    return BuildOutcome(success=bool(result.success), target=target, nodes=nodes)


def build_arguments(
    *, full_refresh: bool, models: Sequence[str] | None, with_parents: bool = False, with_tests: bool = True
) -> list[str]:
    """Arguments of `dbt build` besides the folders. Pure."""
    # Unit tests say that the code is right, which a night's data cannot change: `make test` runs them.
    arguments = ["--no-write-json", "--exclude-resource-type", "unit_test"]
    if not with_tests:
        arguments.append("test")
    if full_refresh:
        arguments.append("--full-refresh")
    if models is not None:
        # Tests of other models that also read these would fail on tables that are not built yet.
        arguments += ["--indirect-selection", "cautious", "--select", *sorted(models)]
        if with_parents:
            arguments += [f"+{name},resource_type:model" for name in sorted(models)]
    return arguments


def nodes_of(paths: WorkspacePaths, results: Iterable[Any], *, run_id: str) -> Iterator[NodeOutcome]:
    """How every node of a build ended, by dbt's results. The databases are closed."""
    runs = built_in(paths)
    for result in results:
        status = str(getattr(result.status, "value", result.status))
        # What went wrong is not remembered: an earlier result is not that of what went wrong now.
        earned_in = runs.get(result.node.unique_id) if status in _REMEMBERED else None
        yield NodeOutcome(
            unique_id=result.node.unique_id,
            status=status,
            failures=result.failures,
            message=result.message or "",
            broken=_broken_rules(paths, result.node) if result.failures else (),
            earned_in=earned_in if earned_in != run_id else None,
        )


def _broken_rules(paths: WorkspacePaths, node: Any) -> tuple[str, ...]:
    """What a failed `holds` test found: dbt keeps no more than the number of rows."""
    if getattr(getattr(node, "test_metadata", None), "name", None) != RULES_TEST:
        return ()
    with duckdb.connect() as connection:
        for alias, database in (("cx", paths.marts_database), ("private", paths.raw_database)):
            connection.execute(f"attach $path as {alias} (read_only)", {"path": str(database)})
        found = connection.execute(node.compiled_code).fetchall()
    return tuple(f"{rule}: {n_rows} rows do not keep it" for rule, n_rows in found)
