"""A new source in, what its files, its API's first page or its table's first rows hold out: can it be read, and which
mappings it wants."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.api.client import ApiClient
from ingestion.checks.proposals import Proposal, propose
from ingestion.checks.samples import Sample
from ingestion.checks.workspace import examine_files, examine_records
from ingestion.engine.table_loader import examine_table
from ingestion.readers.vendor import UnreadableFileError
from ingestion.vendors.description import description
from ingestion.vendors.shapes import shape_of
from workspace import Source, Workspace, WorkspaceError
from workspace.configuration.described import fivetran_table
from workspace.errors import Problem


@dataclass(frozen=True)
class FirstLook:
    """What was seen of a source.

    Attributes:
        records: how many records were looked at.
        problems: what is wrong with it; with an error it cannot be read.
        proposals: rows of the mappings that it wants.
    """

    records: int
    problems: tuple[Problem, ...]
    proposals: tuple[Proposal, ...]


def look_at(workspace: Workspace, name: str) -> FirstLook:
    """Look at a source's files or the first rows of its table, or ask its API for one page. Loads nothing.

    Args:
        workspace: that names the source.
        name: the source's.
    """
    source = workspace.config.source(name)
    sample = Sample(source)
    if source.landed is not None:
        try:
            problems = _examine_rows(workspace, source, sample)
        except UnreadableFileError as error:
            return FirstLook(0, (error.problem,), ())
    elif source.api is None:
        problems = examine_files(workspace, source, sample)
    else:
        try:
            client = ApiClient(source)
            page = next(client.pages(client.since(None)))
        except UnreadableFileError as error:
            return FirstLook(0, (error.problem,), ())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "page.json"
            path.write_bytes(page.content)
            problems = examine_records(path, workspace, source, sample, shown=client.shown)
    return FirstLook(sample.records, tuple(problems), tuple(propose(workspace, sample)))


def find_tables(
    root: Path, said: Mapping[str, Any], entities: Sequence[str], *, schema: str, table: str, all_of_them: bool
) -> dict[str, str]:
    """The table of each entity, among those that a tool landed.

    Args:
        root: the workspace.
        said: what sources of the tables have in common: vendor, tool and url.
        entities: `<kind>/<entity>` to look for.
        schema: that the tables are in; '' for the usual one.
        table: how the table of the only entity is called, where it is known.
        all_of_them: whether an entity without a table is an error.

    Raises:
        WorkspaceError: the place cannot be reached, or a table is not there.
    """
    # SQLAlchemy and Arrow take a second to import, and most companies read files only.
    from ingestion.engine.open_place import open_place

    try:
        with open_place(_source_of(said, entities[0], f"{schema}.any" if schema else "any"), root) as place:
            there = {name.lower(): name for name in place.tables}
    except UnreadableFileError as error:
        raise WorkspaceError([error.problem]) from None
    found, lacking = {}, []
    for entity in entities:
        names = [table] if table else _usual_names(said, entity)
        name = next((there[one.lower()] for one in names if one.lower() in there), None)
        if name is None:
            lacking.append(f"{entity} ({' or '.join(names)})")
        else:
            found[entity] = f"{schema}.{name}" if schema else name
    if lacking and (all_of_them or not found):
        place_name = f"schema '{schema}'" if schema else "the database"
        listed = ", ".join(sorted(there.values())[:20]) or "none"
        what = f"There is no table in {place_name} for {', '.join(lacking)}."
        fix = f"Name another with --table or --schema. Tables there: {listed}."
        raise WorkspaceError([Problem(file="--connection", what=what, fix=fix)])
    return found


def _examine_rows(workspace: Workspace, source: Source, sample: Sample) -> list[Problem]:
    """Look at the first rows of a landed table."""
    from ingestion.engine.arriving import receive
    from ingestion.engine.open_place import open_place

    shape = shape_of(source, workspace.mappings)
    with open_place(source, workspace.paths.root) as place, duckdb.connect() as connection:
        problems = examine_table(place, source, shape, zone=workspace.config.timezone)
        if not any(problem.severity == "error" for problem in problems):
            receive(connection, place, source, ["payload"], beside=place.open_beside, batches=1)
            sample.add_records(connection, shape)
        return problems


def _usual_names(said: Mapping[str, Any], entity: str) -> list[str]:
    """How a tool calls the table of an entity: Fivetran as described, others by the name that the vendor's API has."""
    vendor = str(said["vendor"])
    if said["landed"] == "fivetran":
        return [fivetran_table(vendor, entity)]
    known = description(vendor)
    word = entity.partition("/")[2]
    names = [form.collection for form in known.reads_of(entity) if form.collection not in ("data", "results", "items")]
    endpoint = known.api.endpoints.get(entity) if known.api else None
    names += [endpoint.path.rstrip("/").rpartition("/")[2].partition(".")[0]] if endpoint else []
    return list(dict.fromkeys(one.lower() for one in (*names, word) if one.replace("_", "").isalnum()))


def _source_of(said: Mapping[str, Any], entity: str, table: str) -> Source:
    """A source that opens the place; it is in no cx.yml."""
    from pydantic import ValidationError

    kind, _, word = entity.partition("/")
    try:
        return Source.model_validate({"name": "landed", "kind": kind, "entity": word, "table": table, **said})
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "url"
        what = f"'{place}' does not fit: {error.errors(include_input=False)[0]['msg'].removeprefix('Value error, ')}."
        fix = "Write --connection env:NAME, and plain names of a schema and a table."
        raise WorkspaceError([Problem(file="--connection", what=what, fix=fix)]) from None
