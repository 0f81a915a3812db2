"""A vendor's own record in, the same record as it may come again out: later, deleted, changed, with other keys.

What is changed, and where, follows from the vendor's description alone. A record is a JSON object, or the cells of a
delimited file by column; both are left as they are.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet

from ingestion.vendors.columns import Column
from ingestion.vendors.description import description
from ingestion.vendors.entity import Entity, Reads, Row
from ingestion.vendors.paths import PATH_IN_SQL, column_named
from tests.vendors.samples import Case
from workspace.vocabulary import CSV_ENTITIES

Record = dict[str, Any]
NEW_KEY: Final = "brand_new"
_STEP: Final = re.compile(r'\.(?:"([^"]+)"|([A-Za-z0-9_$@]+))|\[(#-)?(\d+)\]')
# Columns that say what a row is, and those whose values are of a fixed set: another value makes another row.
_SAYS_WHAT_IT_IS: Final = (
    *("customer_id", "person_id", "previous_id", "account_id", "parent_id", "currency", "kind", "call", "event"),
    *("is_deleted", "is_test", "date", "network", "traffic_type", "reopened", "language", "user_agent", "line_id"),
    *("plan", "refund_id", "ticket_id", "order_id", "interaction_id"),
)
# Columns that decide which state of a thing is the latest, and of which thing it is one.
_DECIDES: Final = (
    "updated_at",
    "occurred_at",
    "answered_at",
    "revision",
    "wave",
    "interaction",
    "order_id",
    "ticket_id",
)
_LATER: Final = timedelta(days=1)


@dataclass(frozen=True)
class Form:
    """Files of one container of a case.

    Attributes:
        case: whose.
        container: json, delimited or parquet.
        samples: the case's sample files of that container; of Parquet those that are JSON.
    """

    case: Case
    container: str
    samples: tuple[Path, ...]

    @property
    def name(self) -> str:
        return f"{self.case.vendor}_{self.case.kind}_{self.case.entity}_{self.container}"

    @property
    def entity(self) -> Entity:
        return description(self.case.vendor).entities[f"{self.case.kind}/{self.case.entity}"]

    @property
    def reads(self) -> Reads:
        """How its files are read."""
        forms = description(self.case.vendor).reads_of(f"{self.case.kind}/{self.case.entity}")
        return next(form for form in forms if form.container == self.container)

    @property
    def has_header(self) -> bool:
        """Whether a file can have a column or key that others have not."""
        return not (self.container == "delimited" and self.reads.names)

    @property
    def says_deleted(self) -> bool:
        """Whether a record of these files can say that it is deleted."""
        said = self.entity.deleted
        if said is None or self.container != "delimited":
            return said is not None
        names = {name for path in self.samples for name in table_of(path, self.reads).names}
        return any(column_named(path) in names for path in said.paths)

    @property
    def key(self) -> tuple[str, ...]:
        return CSV_ENTITIES[self.case.kind][self.case.entity].key


def forms(case: Case) -> Iterator[Form]:
    """Every container in which a case's vendor exports the entity, and that its samples show."""
    containers = {form.container for form in description(case.vendor).reads_of(f"{case.kind}/{case.entity}")}
    json_samples = tuple(path for path in case.files if path.suffix in (".json", ".jsonl"))
    others = tuple(path for path in case.files if path.suffix in (".csv", ".tsv"))
    for container, samples in (("json", json_samples), ("delimited", others), ("parquet", json_samples)):
        if container in containers and samples:
            yield Form(case, container, samples)


@dataclass(frozen=True)
class Table:
    """A delimited file: its header rows, and its records by the line where each begins."""

    header: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    records: Mapping[int, Record]


def table_of(path: Path, reads: Reads) -> Table:
    """Read a delimited sample."""
    bom = path.read_bytes()[:2]
    text = path.read_text(encoding="utf-16" if bom in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    quoting = csv.QUOTE_MINIMAL if reads.quoted else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(reads), quoting=quoting)
    header = tuple(tuple(next(reader)) for _ in range(0 if reads.names else reads.header_rows))
    names = reads.names or header[0]
    if reads.named_by:
        names = tuple(json.loads(cell)[reads.named_by] for cell in header[-1])
    records = {}
    line = reader.line_num + 1
    for row in reader:
        if row:
            records[line] = {str(position): cell for position, cell in enumerate(row)}
        line = reader.line_num + 1
    return Table(header, names, records)


def written(form: Form, path: Path, records: Sequence[Record], *, table: Table | None, otherwise: bool = False) -> None:
    """Write records as a file of the vendor.

    Args:
        form: which.
        path: the file, without its suffix.
        records: what it holds.
        table: of a delimited file, the sample whose header it has.
        otherwise: the same content in other bytes.
    """
    if form.container == "json":
        separators = (", ", " : ") if otherwise else None
        lines = [json.dumps(record, separators=separators) for record in records]
        path.with_suffix(".jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    elif form.container == "parquet":
        compression = "gzip" if otherwise else "snappy"
        pyarrow.parquet.write_table(
            pa.Table.from_pylist([_for_parquet(record) for record in records]),
            path.with_suffix(".parquet"),
            compression=compression,
        )
    else:
        assert table is not None
        _write_table(form, path, records, table, end="\r\n" if otherwise else "\n")


def _write_table(form: Form, path: Path, records: Sequence[Record], table: Table, *, end: str) -> None:
    positions = list(dict.fromkeys(name for record in records for name in record))
    rows = []
    for nth, row in enumerate(table.header):
        added = [_head(row, nth, position) for position in positions if not position.isdigit()]
        rows.append([*(row[int(position)] for position in positions if position.isdigit()), *added])
    rows += [[record.get(position, "") for position in positions] for record in records]
    text = io.StringIO()
    if form.reads.quoted:
        csv.writer(text, delimiter=_delimiter(form.reads), lineterminator=end).writerows(rows)
    else:
        text.writelines(f"{_delimiter(form.reads).join(row)}{end}" for row in rows)
    path.with_suffix(".csv").write_text(text.getvalue(), encoding="utf-8", newline="")


def _head(row: Sequence[str], nth: int, name: str) -> str:
    """What a header row says of a new column: its name, that it is an answer, or its name in JSON."""
    if row[0].startswith("{"):
        return json.dumps({next(iter(json.loads(row[0]))): name})
    return name if nth == 0 else "Response"


def _for_parquet(record: Record) -> Record:
    """A record whose empty lists and objects, which Parquet has no type for, are left out."""
    return {name: value for name, value in record.items() if value not in ([], {}, None)}


def _delimiter(reads: Reads) -> str:
    return "\t" if reads.delimiter == "tab" else reads.delimiter


@dataclass(frozen=True)
class Variants:
    """One record, and how it may come again.

    Attributes:
        form: whose.
        record: a record of the samples.
        names: of a delimited file, its columns in turn.
    """

    form: Form
    record: Record
    names: tuple[str, ...] = ()

    def later(self, record: Record) -> Record:
        """A day later by the vendor's own time, where it has one."""
        for column in _alternatives(self.form.entity.columns.get("updated_at")):
            for path in column.path:
                value = self._value(record, path)
                if value not in (None, ""):
                    return self._put(record, path, _a_day_later(value, column.clock))
        return record

    @property
    def has_time(self) -> bool:
        """Whether it says when it was changed."""
        return self.later(self.record) != self.record

    def another(self, nth: int, known_by: str = "") -> Record:
        """The same, said of another thing: with other values where its key is read from.

        Args:
            nth: from 1; another thing for each.
            known_by: path by which the vendor knows its records besides; '' for none.
        """
        # A time stays one.
        names = [name for name in self.form.key if not name.endswith("_at")]
        columns = [row.columns[name] for row in self.form.entity.all_rows for name in names if name in row.columns]
        of_key = [self._filled([path for one in _alternatives(column) for path in one.sources]) for column in columns]
        record = self.record
        for path in dict.fromkeys(filter(None, (*of_key, known_by))):
            value = self._value(record, path)
            record = self._put(record, path, type(value)(f"{value}{nth}"))
        return record

    def _filled(self, paths: Sequence[str]) -> str | None:
        """The first of these paths that holds text or a whole number."""
        values = ((path, self._value(self.record, path)) for path in paths if path.startswith("$"))
        return next((path for path, one in values if type(one) in (int, str) and one != ""), None)

    def changed(self) -> Record:
        """With one other value, of an answer or of a column that does not say what the row is."""
        for path in self._changeable():
            value = self._value(self.record, path)
            if isinstance(value, str) and value and not value.startswith(("{", "[")):
                # One more of a number, so that it stays one.
                is_number = re.fullmatch(r"[0-9]+(\.[0-9]+)?", value)
                return self._put(self.record, path, str(Decimal(value) + 1) if is_number else f"{value}x")
            if isinstance(value, int | float) and not isinstance(value, bool):
                return self._put(self.record, path, value + 1)
        raise LookupError(f"{self.form.name} has nothing that may change")

    def deleted(self) -> Record:
        """As the vendor marks it when it is deleted."""
        said = self.form.entity.deleted
        assert said is not None
        if said.path:
            value = (said.values or (True,))[0]
            return self._put(self.record, said.path, str(value).lower() if self.names else value)
        for path in PATH_IN_SQL.findall(said.sql or ""):
            for value in (True, False, "deleted"):
                tried = self._put(self.record, path, value)
                if _holds(said.sql or "", tried) and not _holds(said.sql or "", self.record):
                    return tried
        raise LookupError(f"{self.form.name}: nothing makes {said.sql} true")

    def with_new_key(self) -> Record:
        """With a key that no record had."""
        return {**self.record, NEW_KEY: "x"}

    def lost_key(self) -> tuple[str, Record, Record]:
        """A key that only columns read which need not be there, a record with it, and without.

        Where there is none, a key that nothing reads.
        """
        entity, required = self.form.entity, CSV_ENTITIES[self.form.case.kind][self.form.case.entity].required
        kept = {*required, *self.form.key, *_DECIDES, "created_at", "event"}
        needed = {*entity.packed}
        for row in entity.all_rows:
            needed |= _keys_of_columns(row, kept)
            needed |= _keys_of_paths([row.each] if row.each else [], None)
            for condition in row.when:
                needed |= _keys_of_paths(condition.paths, condition.sql)
        needed |= _keys_of_paths(entity.deleted.paths, entity.deleted.sql) if entity.deleted else set()
        needed |= _keys_of_paths([entity.params.items], None) if entity.params else set()
        for name in sorted(entity.record_keys - needed):
            held = self._position(name) if self.names else name
            if held in self.record and self.record[held] not in (None, "", [], {}):
                return name, self.record, {key: value for key, value in self.record.items() if key != held}
        return NEW_KEY, self.with_new_key(), self.record

    def other_type(self) -> tuple[str, Record, Record]:
        """A key, a record with a number there, and one with text: where no key holds a number, of one that is new."""
        required = _keys_of_columns(self.form.entity, self.form.key)
        for held, value in self.record.items():
            name = self.names[int(held)] if self.names else held
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if name not in required and (is_number or (self.names and re.fullmatch("[0-9]+", value))):
                return name, self.record, {**self.record, held: "soon"}
        number = "5" if self.names else 5
        return NEW_KEY, {**self.record, NEW_KEY: number}, {**self.record, NEW_KEY: "soon"}

    def _changeable(self) -> Iterator[str]:
        """Paths of values that may be others, the best first."""
        entity = self.form.entity
        if entity.answers is not None:
            yield from self._answers()
        fixed = {*_SAYS_WHAT_IT_IS, *self.form.key}
        yield from self._columns(fixed)
        if entity.attributes.startswith("$."):
            attributes = self._value(self.record, entity.attributes)
            free = [key for key in attributes or () if key not in entity.taken_attributes]
            yield from (f'{entity.attributes}."{key}"' for key in free)
        yield from self._columns({name for row in entity.all_rows for name in row.columns} - {"event", "customer_id"})
        # What no column is read from, raw keeps all the same.
        yield from (f'$."{key}"' for key in self.record if not self.names and key not in entity.record_keys)

    def _columns(self, fixed: Collection[str]) -> Iterator[str]:
        """Paths of columns, but for these and for those that their key is read from, too."""
        for row in self.form.entity.all_rows:
            of_key = {path for name in self.form.key if name in row.columns for path in row.columns[name].sources}
            inside = (row.each or "").replace("[*]", "[0]")
            for name, column in row.columns.items():
                for one in () if name in fixed else _alternatives(column):
                    if name.endswith("_at") or one.clock or one.when or one.minor_units_of or one.words:
                        continue
                    for path in (*one.path, *one.joined):
                        if path not in of_key and (path[0] == "$" or inside):
                            yield path if path[0] == "$" else f"{inside}{path[1:]}"

    def _answers(self) -> Iterator[str]:
        answers = self.form.entity.answers
        assert answers is not None
        if self.names:
            taken = self.form.entity.taken
            out = answers.left_out
            for position, name in enumerate(self.names):
                if name and name not in taken and not (out and out.fullmatch(name)) and self.record[str(position)]:
                    yield f'$."{name}"'
            return
        if answers.items:
            inside = f"{answers.items}{(answers.within or '$').removeprefix('$')}".replace("[*]", "[0]")
            yield from (f"{inside}{path.removeprefix('$').replace('[*]', '[0]')}" for path in answers.value)
        if answers.fields:
            out = answers.left_out
            for key in self._value(self.record, answers.fields) or ():
                if key not in self.form.entity.taken_fields and not (out and out.fullmatch(key)):
                    inside = (path.removeprefix("$").replace("[*]", "[0]") for path in answers.value)
                    yield from (f'{answers.fields}."{key}"{path}' for path in inside)
        for paths in answers.named.values():
            yield from (path.replace("[*]", "[0]") for path in paths)

    def _position(self, name: str) -> str:
        return str(self.names.index(name)) if name in self.names else ""

    def _value(self, record: Record, path: str) -> Any:
        return record.get(self._position(column_named(path))) if self.names else value_at(record, path)

    def _put(self, record: Record, path: str, value: Any) -> Record:
        if self.names:
            return {**record, self._position(column_named(path)): str(value)}
        changed = deepcopy(record)
        put_at(changed, path, value)
        return changed


def _alternatives(column: Column | None) -> Sequence[Column]:
    return () if column is None else (column, *column.first)


def _keys(column: Column) -> set[str]:
    return _keys_of_paths(column.paths, column.sql)


def _keys_of_columns(row: Row, names: Collection[str]) -> set[str]:
    """Outermost keys, and columns of a delimited file, that canonical columns are read from."""
    return {key for name in names if name in row.columns for key in _keys(row.columns[name])}


def _keys_of_paths(paths: Collection[str], sql: str | None) -> set[str]:
    inside = (found[0] for found in PATH_IN_SQL.finditer(sql or ""))
    return {key for path in (*paths, *inside) for key in (*Entity.first_keys(path), column_named(path))}


def _holds(condition: str, record: Record) -> bool:
    """Whether an SQL condition of a description is true of a record."""
    query = f"select coalesce({condition}, false) from (select $record::json as record)"
    with duckdb.connect() as connection:
        return bool(connection.execute(query, {"record": json.dumps(record)}).fetchall()[0][0])


def _a_day_later(value: Any, clock: str | None) -> Any:
    """A time as the vendor writes it, a day later."""
    seconds: dict[str, Callable[[timedelta], float]] = {
        "unix": lambda span: span.total_seconds(),
        "unix_ms": lambda span: span.total_seconds() * 1_000,
        "unix_us": lambda span: span.total_seconds() * 1_000_000,
    }
    if clock in seconds:
        later = int(float(value)) + int(seconds[clock](_LATER))
        return str(later) if isinstance(value, str) else later
    if clock is not None:
        try:
            return (datetime.strptime(value, clock).replace(tzinfo=UTC) + _LATER).strftime(clock)
        except ValueError:
            pass
    return (datetime.fromisoformat(value) + _LATER).isoformat(sep="T" if "T" in value else " ")


def value_at(value: Any, path: str) -> Any:
    """What stands at a path of a record; None where nothing does. Objects may be JSON text."""
    for step in _STEP.finditer(path):
        if isinstance(value, str) and value.startswith(("{", "[")):
            value = json.loads(value)
        place = step[1] or step[2]
        if place is not None:
            value = value.get(place) if isinstance(value, dict) else None
        else:
            nth = -int(step[4]) if step[3] else int(step[4])
            value = value[nth] if isinstance(value, list) and -len(value) <= nth < len(value) else None
    return value


def put_at(record: Record, path: str, value: Any) -> None:
    """Write a value where a path leads; objects that are not there are made."""
    *steps, last = _STEP.finditer(path)
    inner: Any = record
    for nth, step in enumerate(steps):
        place: Any = step[1] or step[2] or int(step[4])
        found = inner.setdefault(place, {}) if isinstance(inner, dict) else inner[place]
        if isinstance(found, str):
            rest = "$" + "".join(one[0] for one in (*steps[nth + 1 :], last))
            packed = json.loads(found)
            put_at(packed, rest, value)
            inner[place] = json.dumps(packed)
            return
        inner = found
    inner[last[1] or last[2] or int(last[4])] = value
