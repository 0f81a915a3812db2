"""For any record: what is lifted by short cuts is what the plain expressions of DuckDB give."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.readers.files import make_readable
from ingestion.readers.json_lines import JsonLinesReader
from ingestion.readers.vendor import Shape
from ingestion.vendors.columns import Column
from ingestion.vendors.entity import Entity
from ingestion.vendors.lifting import Lifting, lift_cells, lift_json

# Every blank that `trim` takes away, blanks that it leaves, and what stands at either end of other texts.
BLANKS = " \u00a0\u1680\u2000\u2003\u200a\u202f\u205f\u3000\t\n\r\u200b\ufeff\x1f\x7f"
TEXTS = st.text(st.sampled_from(f"{BLANKS}aZ0!~é漢😀\"'\\{{}}[],:"), max_size=6)
VALUES = st.recursive(
    st.one_of(TEXTS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inside: st.one_of(st.lists(inside, max_size=2), st.dictionaries(TEXTS, inside, max_size=2)),
    max_leaves=4,
)
RECORDS = st.fixed_dictionaries({}, optional=dict.fromkeys("abp", VALUES))
LAYOUTS = st.sampled_from([{}, {"separators": (",", ":")}, {"ensure_ascii": False}, {"indent": 1}])
PATHS = ("$.a", "$.b", "$.p.a")
ENTITY = Entity(
    columns={
        "one": Column(path="$.a"),
        "either": Column(path=("$.p.a", "$.b")),
        "both": Column(joined=("$.a", "$.b")),
        "expression": Column(sql="lower(json_extract_string(record, '$.a'))"),
        "beside": Column(path="$.b", sql="record ->> '$.a'"),
    },
    attributes="$.p",
)
COLUMNS = (*ENTITY.columns, "_row", "_canonical", "_record")
PLAIN = {
    "one": "nullif(trim(json_extract_string(payload, '$.a')), '')",
    "either": """coalesce(
        nullif(trim(json_extract_string(payload, '$.p.a')), ''), nullif(trim(json_extract_string(payload, '$.b')), '')
    )""",
    "both": """nullif(trim(concat_ws(
        ' ',
        nullif(trim(json_extract_string(payload, '$.a')), ''), nullif(trim(json_extract_string(payload, '$.b')), '')
    )), '')""",
    "expression": "nullif(trim(lower(json_extract_string(payload, '$.a'))), '')",
    "beside": """coalesce(
        nullif(trim(json_extract_string(payload, '$.b')), ''), nullif(trim(json_extract_string(payload, '$.a')), '')
    )""",
    "_row": """case when json_type(json_extract(payload, '$.p')) = 'OBJECT'
        then json_extract(payload, '$.p')::varchar else '{}' end""",
    "_record": "payload",
}
LINES = st.one_of(
    st.builds(lambda record, layout: json.dumps(record, **layout).replace("\n", ""), RECORDS, LAYOUTS),
    st.builds(json.dumps, VALUES),
    st.sampled_from(
        [
            *(
                '{"a": 1',
                '{"a": 1} x',
                ' {"a": " x"}',
                '\t{"a": 1}',
                '{"a": "\\ud800"}',
                '{"a": NaN}',
                '{"a": 1,}',
                "{}",
            ),
            *("{a: 1}", '{"a": 1e999}', '{"a": 12345678901234567890123}', '{"a": 1}{"a": 2}', "", " ", "\t", "{", "x"),
            *(
                '{"a": "\\u0000"}',
                '{"a": 1, "a": 2}',
                f'{{"a": {"[" * 300}{"]" * 300}}}',
                "[" * 300,
                '{"p": {"a": "é "}}',
            ),
        ]
    ),
)


def plain(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[tuple[Any, ...]]:
    listed = ", ".join(PLAIN[name] for name in names)
    return connection.execute(f"select {listed} from staged order by line").fetchall()


def lifted(connection: duckdb.DuckDBPyConnection, lifting: Lifting, names: Sequence[str]) -> list[tuple[Any, ...]]:
    added = ", ".join(f"{expression} as {name}" for name, expression in lifting.added.items())
    values = ", ".join(lifting.values[name] for name in names)
    query = f"select {values} from (select *{f', {added}' if added else ''} from staged) order by line"
    return connection.execute(query).fetchall()


@settings(max_examples=40)
@given(st.lists(st.tuples(RECORDS, LAYOUTS), min_size=1, max_size=30))
def test_columns_of_a_record_are_those_of_plain_expressions(records: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    names = tuple(PLAIN)
    with duckdb.connect() as connection:
        connection.execute("create table staged (line integer, disposition varchar, payload varchar)")
        rows = [(nth, "loaded", json.dumps(record, **layout)) for nth, (record, layout) in enumerate(records)]
        connection.executemany("insert into staged values (?, ?, ?)", rows)
        assert lifted(connection, lift_json(ENTITY, COLUMNS), names) == plain(connection, names)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.one_of(TEXTS, st.none()), st.one_of(TEXTS, st.none())), min_size=1, max_size=30))
def test_columns_of_cells_are_those_of_plain_expressions(cells: Sequence[tuple[str | None, str | None]]) -> None:
    entity = Entity(columns={name: ENTITY.columns[name] for name in ("one", "either", "both", "expression")})
    record = "json_object('a', a, 'b', b)::varchar"
    with duckdb.connect() as connection:
        connection.execute("create table staged (line integer, a varchar, b varchar, payload varchar)")
        connection.executemany(
            "insert into staged values (?, ?, ?, null)", [(nth, *one) for nth, one in enumerate(cells)]
        )
        connection.execute(f"update staged set payload = {record}")
        lifting = lift_cells(entity, {"a": "a", "b": "b"}, tuple(entity.columns), {}, record=record)
        names = tuple(entity.columns)
        assert lifted(connection, lifting, names) == plain(connection, names)


@pytest.fixture(scope="module")
def text_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lines") / "lines.jsonl"


@settings(max_examples=60)
@given(lines=st.lists(LINES, min_size=1, max_size=20), ends=st.sampled_from(["", "\n"]))
def test_lines_are_judged_alike_whether_paths_are_read_or_not(text_file: Path, lines: list[str], ends: str) -> None:
    text_file.write_text("\n".join(lines) + ends, encoding="utf-8")
    text = make_readable(text_file, "utf-8", text_file.parent / "scratch")
    judged = "select line, disposition, reason, column_name, payload from staged order by line"
    found = {}
    with duckdb.connect() as connection:
        shape: Shape = None  # type: ignore[assignment]  # lines are read without it
        for paths in ((), PATHS):
            JsonLinesReader(paths=paths).stage(connection, text, shape, shown="lines.jsonl")
            found[paths] = connection.execute(judged).fetchall()
        listed = ", ".join(f"json_extract_string(payload, '{path}')" for path in PATHS)
        wanted = f"select [{listed}] as wanted, found from staged where disposition = 'loaded'"
        assert all(one == other for one, other in connection.execute(wanted).fetchall())
    assert found[()] == found[PATHS]
