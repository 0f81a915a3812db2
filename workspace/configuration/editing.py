"""Changes of a workspace by a command: a source into cx.yml, proposed rows into the mappings. All of it, or nothing.

Proposals lie in `mappings/proposed/`, one file for each mapping, and mean nothing to a run until they are accepted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from workspace.configuration.config import Workspace, load_workspace, no_workspace
from workspace.configuration.mappings import MAPPING_FILES
from workspace.errors import Problem, WorkspaceError
from workspace.paths import WorkspacePaths

PROPOSED: Final = "proposed"
# What a proposal says besides the columns of its mapping.
_REMARKS: Final = ("seen", "why")


def remove_examples(root: Path) -> None:
    """Take the example sources out of a new workspace, and the rows of the mappings that speak of them."""
    paths = WorkspacePaths(root)
    lines = paths.config.read_text(encoding="utf-8").splitlines()
    first = next(nth for nth, line in enumerate(lines) if line.startswith("sources:"))
    last = next(nth for nth, line in enumerate(lines) if line.startswith("mappings:"))
    kept = [*lines[:first], "sources: []                  # 'cx connect' adds them", "", *lines[last:]]
    paths.config.write_text("\n".join(kept) + "\n", encoding="utf-8")
    for path in sorted((root / "mappings").glob("*.csv")):
        path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    paths.inbox.mkdir(exist_ok=True)


def add_source(root: Path, source: Mapping[str, Any]) -> Workspace:
    """Add a source to the end of `sources` in cx.yml; comments and order stay.

    Args:
        root: the workspace.
        source: its keys.

    Raises:
        WorkspaceError: there is no cx.yml, or with the source it cannot be used; the file is as it was then.
    """
    path = WorkspacePaths(root).config
    if not path.is_file():
        raise no_workspace(WorkspacePaths(root))
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(path.read_text(encoding="utf-8"))
    if not data.get("sources"):
        data["sources"] = []
    sources = data["sources"]
    if any(one.get("name") == source["name"] for one in sources):
        what, fix = f"There is a source '{source['name']}' already.", "Give it another name with --name."
        raise WorkspaceError([Problem(file="cx.yml", key="sources", what=what, fix=fix)])
    sources.append(dict(source))
    text = io.StringIO()
    yaml.dump(data, text)
    with kept_unless_valid([path]):
        path.write_text(text.getvalue(), encoding="utf-8")
        return load_workspace(root)


@contextmanager
def kept_unless_valid(paths: Sequence[Path]) -> Iterator[None]:
    """Files as they were, where what happens inside raises an error."""
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise


def write_proposals(workspace: Workspace, found: Mapping[str, Sequence[Mapping[str, str]]]) -> list[Path]:
    """Add rows to the files of proposals; those that are there already are not repeated.

    Args:
        workspace: whose mappings they are for.
        found: mapping file -> rows with its columns, and `seen` and `why`.

    Returns:
        The files, each with all that is proposed.
    """
    folder = workspace.mappings.folder / PROPOSED
    written = []
    for name, rows in found.items():
        path = folder / f"{name}.csv"
        there = _rows(path)
        known = {_key(name, row) for row in there}
        columns = (*MAPPING_FILES[name].columns, *_REMARKS)
        folder.mkdir(exist_ok=True)
        _write(path, columns, [*there, *(row for row in rows if _key(name, row) not in known)])
        written.append(path)
    return written


def accept_proposals(root: Path) -> dict[str, int]:
    """Take the proposals into the mappings, and remove their files.

    Returns:
        Mapping file -> how many rows it gained. A row that the mapping has already is left as it is there.

    Raises:
        WorkspaceError: with them the workspace could not be used; every file is as it was then.
    """
    workspace = load_workspace(root)
    folder = workspace.mappings.folder
    proposed = [folder / PROPOSED / f"{name}.csv" for name in MAPPING_FILES]
    there = [path for path in proposed if path.is_file()]
    targets = [folder / path.name for path in there]
    gained = {}
    with kept_unless_valid(targets):
        for path, target in zip(there, targets, strict=True):
            name = path.stem
            known = {_key(name, row) for row in workspace.mappings.rows(name)}
            rows = [row for row in _rows(path) if _key(name, row) not in known]
            gained[name] = len(rows)
            _append(target, name, rows)
        load_workspace(root)
    for path in there:
        path.unlink()
    return gained


def _append(target: Path, name: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Rows at the end of a mapping file, in the order of its own columns; other lines stay to the letter."""
    columns = MAPPING_FILES[name].columns
    text = target.read_text(encoding="utf-8-sig") if target.is_file() else f"{','.join(columns)}\n"
    header = next(csv.reader(io.StringIO(text)), list(columns))
    own = [cell.strip() for cell in header]
    lacking = [column for column in columns if column not in own and any(row.get(column) for row in rows)]
    if lacking:
        what = f"The file has no column '{lacking[0]}', which a proposal fills in."
        raise WorkspaceError([Problem(file=target.name, line=1, what=what, fix="Add it to the header.")])
    added = io.StringIO()
    writer = csv.writer(added, lineterminator="\n")
    writer.writerows([row.get(column, "") for column in own] for row in rows)
    end = "" if not text or text.endswith("\n") else "\n"
    target.write_text(f"{text}{end}{added.getvalue()}", encoding="utf-8")


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: value or "" for name, value in row.items() if name} for row in csv.DictReader(file)]


def _write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)


def _key(name: str, row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row.get(column, "").lower() for column in MAPPING_FILES[name].key)
