"""The only place that runs dbt: in this process, with a target folder of its own for every run.

In: a workspace's paths. Out: artefacts in `<workspace>/.dbt`, the outcome of every node, and dbt's events for Dagster.
A run calls it in a process of its own (`workers.py`); a process that has imported dbt once builds again at no cost.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import duckdb

from pipeline.dbt.lineage import RULES_TEST
from pipeline.dbt.standing import built_in
from workspace.environment import cache_folder, set_variables, silence_telemetry
from workspace.paths import MANIFEST_FILE, WorkspacePaths

PROJECT_FOLDER: Final = Path(__file__).resolve().parents[2]
WAREHOUSE_VARIABLE: Final = "CX_WAREHOUSE"
# Under which name models and tests remember what built them.
_RUN_VARIABLE: Final = "CX_RUN"
# Whether what stands is tested again, and compared with what was built.
_WHOLE_VARIABLE: Final = "CX_WHOLE"
# NodeFinished would skip everything: dagster-dbt reads these for dbt Core.
_RESULT_EVENTS: Final = frozenset({"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult"})
_PARTIAL_PARSE: Final = "partial_parse.msgpack"
# The project is as it was when it was parsed whole (`read_project`); dbt_project.yml says why this is not the default.
_AS_PARSED: Final = "--partial-parse"
# A key of result events: nothing was built or tested, the former result stands.
STANDS: Final = "stands"
_STANDS: Final = "STANDS "
_REMEMBERED: Final = frozenset({"success", "pass", "warn", "fail"})
_KEPT_RUNS: Final = 10
_KEPT_PARSES: Final = 4


class DbtError(Exception):
    """dbt could not start or could not read the project; the message is dbt's."""


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


# What a process has read of the project already, by where it was parsed; used up by the next build.
_warm: dict[Path, Any] = {}

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
        with_tests: run the data tests; off where a thousand simulated companies are compared, each tested before.
        on_event: is given every result event as a dictionary, as it comes, and under `stands` whether the node did.

    Raises:
        DbtError: dbt could not read the project or connect. Failing models and tests are in the outcome instead.
    """
    target = run_target(paths, run_id)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    parsed = read_project().parent
    # Without what is parsed already, every build would parse the whole project again, and write its artefacts again.
    for name in (_PARTIAL_PARSE, "manifest.json", MANIFEST_FILE):
        shutil.copyfile(parsed / name, target / name)
    arguments = ["build", *build_arguments(full_refresh=full_refresh, models=models, with_tests=with_tests)]
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
                result = _invoke([*arguments, _AS_PARSED], target, keep, manifest=_warm.pop(parsed, None))
        finally:
            _close_connections()
    if result.result is None:
        raise DbtError(_first_lines(result.exception))
    _forget(paths.dbt / "runs", keep=_KEPT_RUNS)
    nodes = tuple(nodes_of(paths, result.result.results, run_id=run_id))
    return BuildOutcome(success=bool(result.success), target=target, nodes=nodes)


def warm_up() -> None:
    """Read the project into this process, so that its next build begins at once."""
    parsed = read_project().parent
    with tempfile.TemporaryDirectory() as folder:
        # dbt writes into its target; what all workspaces share stays as it is.
        shutil.copyfile(parsed / _PARTIAL_PARSE, Path(folder) / _PARTIAL_PARSE)
        try:
            result = _invoke(["parse", "--no-write-json", _AS_PARSED], Path(folder), None)
        finally:
            _close_connections()
    if result.success:
        _warm[parsed] = result.result


def build_arguments(*, full_refresh: bool, models: Sequence[str] | None, with_tests: bool = True) -> list[str]:
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
    return arguments


def read_project() -> Path:
    """dbt's manifest of this project, parsed again only when the project has changed: once for all workspaces.

    It is kept apart from the runs' manifests: another dbt call into one target rewrites the manifest's database name.

    Returns:
        The manifest; what dbt needs for not parsing again is beside it.

    Raises:
        DbtError: the project cannot be parsed.
    """
    parsed = cache_folder() / "dbt"
    parsed.mkdir(exist_ok=True, mode=0o700)
    with _exclusive(parsed / ".lock"):
        folder = parsed / project_fingerprint(PROJECT_FOLDER)[:16]
        manifest, done = folder / "manifest.json", folder / "done"
        if done.is_file():
            folder.touch()
            return manifest
        # Parsing in part, dbt-core 1.12.6 finds metrics of a changed model's YAML twice and refuses them:
        # https://github.com/dbt-labs/dbt-core/issues/13004. So every state of the project has a folder of its own.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            result = _invoke(["parse"], folder, None)
        finally:
            _close_connections()
        if not result.success:
            raise DbtError(_first_lines(result.exception))
        done.touch()
        _forget(parsed, keep=_KEPT_PARSES)
    return manifest


def model_names() -> list[str]:
    """Names of all models of the project."""
    nodes = json.loads(read_project().read_bytes())["nodes"].values()
    return sorted(node["name"] for node in nodes if node["resource_type"] == "model")


def project_fingerprint(project: Path) -> str:
    """Changes whenever a file that dbt reads changes, or dbt itself."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')} {project}".encode())
    wanted = {".sql", ".yml", ".yaml", ".py", ".csv", ".md"}
    files = [path for path in (project / "dbt_project").rglob("*") if path.suffix in wanted]
    for path in sorted([*files, project / "dbt_project.yml", project / "profiles.yml"]):
        digest.update(path.relative_to(project).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _invoke(arguments: list[str], target: Path, callback: Any, *, manifest: Any = None) -> Any:
    silence_telemetry()
    # The same for every workspace, or dbt would parse again for each: a build works inside its warehouse's folder.
    set_variables({WAREHOUSE_VARIABLE: "."})
    from dbt.cli.main import dbtRunner

    folders = {"project-dir": PROJECT_FOLDER, "profiles-dir": PROJECT_FOLDER, "target-path": target, "log-path": target}
    flags = [item for name, folder in folders.items() for item in (f"--{name}", str(folder.resolve()))]
    # dbt's own log file words all its debug events, a tenth of a build's time, and then drops them.
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-version-check"]
    return dbtRunner(manifest, callbacks=[callback] if callback else []).invoke([*arguments, *quiet, *flags])


def _close_connections() -> None:
    """dbt-duckdb keeps its connection for the process's life; the files could not be opened read-only."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


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
            connection.execute(f"attach '{database}' as {alias} (read_only)")
        found = connection.execute(node.compiled_code).fetchall()
    return tuple(f"{rule}: {n_rows} rows do not keep it" for rule, n_rows in found)


def _forget(folder: Path, *, keep: int) -> None:
    """Keep the newest folders below `folder`."""
    folders = sorted(
        (one for one in folder.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime, reverse=True
    )
    for old in folders[keep:]:
        shutil.rmtree(old, ignore_errors=True)


def _first_lines(error: BaseException | None) -> str:
    return "\n".join(str(error).strip().splitlines()[:12]) if error else "dbt gave no reason."


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
