"""dbt's project as it is now: parsed once for all workspaces, and in part where only SQL of models has changed.

In: the project's files. Out: a folder with dbt's manifest, the metric definitions, and what dbt needs to go on there.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from pipeline.dbt.invocation import PROJECT_FOLDER, DbtError, close_connections, first_lines, invoke
from workspace.environment import cache_folder
from workspace.paths import MANIFEST_FILE

PARTIAL_PARSE: Final = "partial_parse.msgpack"
# The project is as it was when it was parsed whole; dbt_project.yml says why this is not the default.
AS_PARSED: Final = "--partial-parse"
_MODELS: Final = Path("dbt_project", "models")
# Of a parsed project: what its files were, and whether it was parsed whole.
_FILES: Final = "files.json"
_DONE: Final = "done"
_WHOLE: Final = "whole"
_KEPT_PARSES: Final = 4

# What this process has read of the project already, by where it was parsed; used up by the next build.
_warm: dict[Path, Any] = {}


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
    with exclusive(parsed / ".lock"):
        files = files_of(PROJECT_FOLDER)
        folder = parsed / fingerprint_of(files)[:16]
        manifest, done = folder / "manifest.json", folder / _DONE
        if done.is_file():
            folder.touch()
            return manifest
        like = _almost(parsed, files)
        is_in_part = like is not None and _parse_in_part(folder, like)
        if not is_in_part:
            _parse_whole(folder)
        (folder / _FILES).write_text(json.dumps(files))
        done.write_text("" if is_in_part else _WHOLE)
        forget_all_but(parsed, keep=_KEPT_PARSES)
    return manifest


def warm_up() -> None:
    """Read the project into this process, so that its next build begins at once."""
    parsed = read_project().parent
    if parsed in _warm:
        return
    with tempfile.TemporaryDirectory() as folder:
        # dbt writes into its target; what all workspaces share stays as it is.
        shutil.copyfile(parsed / PARTIAL_PARSE, Path(folder) / PARTIAL_PARSE)
        try:
            result = invoke(["parse", "--no-write-json", AS_PARSED], Path(folder), None)
        finally:
            close_connections()
    if result.success:
        _warm[parsed] = result.result


def take_warm(parsed: Path) -> Any:
    """What this process has read of a parsed project, for one build; None where it has not."""
    return _warm.pop(parsed, None)


def model_names() -> list[str]:
    """Names of all models of the project."""
    nodes = json.loads(read_project().read_bytes())["nodes"].values()
    return sorted(node["name"] for node in nodes if node["resource_type"] == "model")


def project_fingerprint(project: Path) -> str:
    """Changes whenever a file that dbt reads changes, or dbt itself."""
    return fingerprint_of(files_of(project))


def files_of(project: Path) -> dict[str, str]:
    """All files that dbt reads, each with a digest; dbt itself and the project's place are under no name."""
    wanted = {".sql", ".yml", ".yaml", ".py", ".csv", ".md"}
    files = [path for path in (project / "dbt_project").rglob("*") if path.suffix in wanted]
    found = {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted([*files, project / "dbt_project.yml", project / "profiles.yml"])
    }
    return found | {"": f"{version('dbt-core')} {version('dbt-duckdb')} {project}"}


def files_when_parsed(parsed: Path) -> dict[str, str]:
    """What `files_of` said when the project was parsed into a folder."""
    found: dict[str, str] = json.loads((parsed / _FILES).read_bytes())
    return found


def fingerprint_of(files: Mapping[str, str]) -> str:
    """A name for a state of the project."""
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def only_sql_of_models(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether the same files are there, and no other than models' SQL holds something else."""
    return before.keys() == now.keys() and all(
        Path(name).suffix == ".sql" and Path(name).is_relative_to(_MODELS)
        for name, digest in now.items()
        if digest != before[name]
    )


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Be the only process in a block, by a file."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def forget_all_but(folder: Path, *, keep: int) -> None:
    """Keep the newest folders below `folder`."""
    folders = sorted(
        (one for one in folder.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime, reverse=True
    )
    for old in folders[keep:]:
        shutil.rmtree(old, ignore_errors=True)


def _almost(parsed: Path, files: Mapping[str, str]) -> Path | None:
    """Where the project was parsed whole when it was as it is now, but for SQL of models; kept for the next edit."""
    for folder in parsed.iterdir():
        done = folder / _DONE
        is_whole = done.is_file() and done.read_text() == _WHOLE
        if is_whole and only_sql_of_models(files_when_parsed(folder), files):
            folder.touch()
            return folder
    return None


def _parse_whole(folder: Path) -> None:
    _make_empty(folder)
    try:
        result = invoke(["parse"], folder, None)
    finally:
        close_connections()
    if not result.success:
        raise DbtError(first_lines(result.exception))
    _warm[folder] = result.result


def _parse_in_part(folder: Path, like: Path) -> bool:
    """Parse what differs from another state; False where that fails, and the whole has to say why."""
    _make_empty(folder)
    shutil.copyfile(like / PARTIAL_PARSE, folder / PARTIAL_PARSE)
    try:
        with _former_metrics_replaced():
            result = invoke(["parse", AS_PARSED], folder, None)
    finally:
        close_connections()
    if result.success:
        _put_in_order(folder / MANIFEST_FILE, like / MANIFEST_FILE)
        _warm[folder] = result.result
    return bool(result.success)


def _make_empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


@contextmanager
def _former_metrics_replaced() -> Iterator[None]:
    """Have a metric that is read once more take the place of the former one.

    Parsing in part, dbt-core 1.12.6 forgets to remove the metrics of a model that it reads again, and then finds each
    twice: https://github.com/dbt-labs/dbt-core/issues/13004. Remove this when that is released.
    """
    from dbt.contracts.graph.manifest import Manifest

    add = Manifest.add_metric

    def replace(manifest: Any, source_file: Any, metric: Any, generated_from: str | None = None) -> None:
        former = manifest.metrics.get(metric.unique_id)
        if former is not None and former.original_file_path == metric.original_file_path:
            del manifest.metrics[metric.unique_id]
            source_file.metrics = [name for name in source_file.metrics if name != metric.unique_id]
        add(manifest, source_file, metric, generated_from)

    Manifest.add_metric = replace
    try:
        yield
    finally:
        Manifest.add_metric = add


def _put_in_order(definitions: Path, like: Path) -> None:
    """Write definitions in the order that they have elsewhere: what was read last would stand last.

    A release is known by its definitions, their order included.
    """
    now, before = json.loads(definitions.read_bytes()), json.loads(like.read_bytes())
    for kind, found in now.items():
        if isinstance(found, list):
            names = [one["name"] for one in before[kind]]
            now[kind] = sorted(found, key=lambda one: names.index(one["name"]))
    definitions.write_text(json.dumps(now))
