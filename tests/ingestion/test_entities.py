"""Every entity of the csv vendor loads its canonical columns, and names the required one that a file lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion.raw_schema import RAW_TABLES
from tests.ingestion.workspaces import load, make_workspace, put, rows, unbalanced
from workspace.vocabulary import CSV_ENTITIES

ENTITIES = [(kind, entity) for kind, entities in CSV_ENTITIES.items() for entity in entities]
REQUIRED = [(kind, entity, column) for kind, entity in ENTITIES for column in CSV_ENTITIES[kind][entity].required]


def source(kind: str, entity: str) -> dict[str, str]:
    return {"name": "export", "kind": kind, "vendor": "csv", "entity": entity, "path": "inbox/*.csv"}


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "entity"), ENTITIES)
def test_an_entity_loads_canonical_columns_and_keeps_the_others(tmp_path: Path, kind: str, entity: str) -> None:
    columns = CSV_ENTITIES[kind][entity].columns
    workspace = make_workspace(tmp_path, source(kind, entity))
    header = [*columns, "ours"]
    put(workspace, "a.csv", ",".join(header) + "\n" + ",".join(f"the {name}" for name in header) + "\n")
    assert load(workspace, "export").problems == ()
    names = ", ".join(f'"{column}"' for column in columns)
    kept = next(name for name in RAW_TABLES[f"raw_{kind}", entity].columns if name in ("_row", "_others"))
    found = rows(workspace, f"select {names}, {kept}, _file, _line from raw_{kind}.{entity}")
    written = {name: f"the {name}" for name in (header if kept == "_row" else ["ours"])}
    assert found[0][: len(columns)] == tuple(f"the {name}" for name in columns)
    assert (json.loads(found[0][-3]), *found[0][-2:]) == (written, "inbox/a.csv", 2)
    assert not unbalanced(workspace)


@pytest.mark.parametrize(("kind", "entity", "column"), REQUIRED)
def test_a_missing_required_column_is_named(tmp_path: Path, kind: str, entity: str, column: str) -> None:
    workspace = make_workspace(tmp_path, source(kind, entity))
    header = [name for name in CSV_ENTITIES[kind][entity].columns if name != column]
    put(workspace, "a.csv", ",".join(header) + "\n" + ",".join("1" for _ in header) + "\n")
    report = load(workspace, "export")
    assert [(problem.severity, problem.key) for problem in report.problems] == [("error", f"columns.{column}")]
    assert rows(workspace, f"select count(*) from raw_{kind}.{entity}") == [(0,)]
