"""A JSON document in, such as a page of an API's answer; `_record`, every object of its collection as text, out.

The document is an array, an object that holds the array under a known key, or several of these one behind the other.
Records before a fault are loaded; what comes after it is rejected in one piece, since nothing shows
where the next record begins. Python reads it and not DuckDB, which does not say on which line a record starts; the
whole text is held in memory, so the bulk of an export comes as JSON lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NoReturn

import duckdb

from ingestion.readers.files import MARK, Readable
from ingestion.readers.json_depth import depth_of, end_of
from ingestion.readers.json_lines import JsonLinesReader
from ingestion.readers.reject_reasons import reject_reason, text_of
from ingestion.readers.rejects import PAYLOAD_CHARACTERS
from ingestion.readers.vendor import Reader, Shape, Staged, UnreadableFileError
from workspace.configuration import limits
from workspace.errors import Problem

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_LONGEST_WHOLE: Final = 18
_NAMES: Final = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}

_JUDGED: Final = """
    create or replace temp table judged_pieces as
    with judged as (
        select
            line,
            text,
            case
                when contains(text, $mark) then $bad_bytes
                when reason is not null then reason
                when try(json_type(text)) is null then $not_json
            end as reason
        from pieces
    )

    select
        line,
        case when reason is null then 'loaded' else 'rejected' end as disposition,
        reason,
        null::varchar as column_name,
        text as payload
    from judged
"""
# A view, as for JSON lines: a file of the same source may hold them.
_STAGED: Final = "create or replace temp view staged as from judged_pieces"


@dataclass(frozen=True)
class Piece:
    """A record of a document. `reason` says why it is none."""

    line: int
    text: str
    reason: str | None = None


# Yields records, returns the position behind what it walked over.
Walk = Generator[Piece, None, int]


@dataclass(frozen=True)
class JsonDocumentReader:
    """Reads documents, and JSON lines where that is what a file holds.

    Attributes:
        collection: key of the array that holds the records.
        lines: how JSON lines of the same vendor are read.
        numbers_records: where records share a line, each has its number instead: file and line name a row.
        included: key of the list of what records are related to; each record gets its own as `_included`.
    """

    collection: str
    lines: JsonLinesReader
    numbers_records: bool = False
    included: str | None = None

    @property
    def is_delimited(self) -> bool:
        return False

    def for_file(self, path: Path) -> Reader:  # noqa: ARG002 (every reader is asked in the same way)
        return self

    def examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        if not self.is_document(_head_of(text)):
            return self.lines.examine(text, shape, shown=shown)
        content = _content(text, shown=shown)
        document = Document(content, self.collection)
        first = next(document.pieces(), None)
        if first is None or first.reason is None:
            return self.lines.examine_record(first.text, shape, shown=shown, number=first.line) if first else []
        fix = (
            f"Source '{shape.source}' reads JSON: an array, an object with the array '{self.collection}', or one"
            " object a line."
        )
        return [Problem(file=shown, line=first.line, what=f"The first record is {text_of(first.reason)}.", fix=fix)]

    def stage(self, connection: duckdb.DuckDBPyConnection, text: Readable, shape: Shape, *, shown: str) -> Staged:
        # Arrow takes a while to import, and many commands read nothing.
        import pyarrow as pa

        if not self.is_document(_head_of(text.path)):
            return self.lines.stage(connection, text, shape, shown=shown)
        content = _content(text.path, shown=shown)
        document = Document(content, self.collection, included=self.included)
        pieces = list(document.pieces())
        if document.included:
            pieces = [_with_included(piece, document.included) for piece in pieces]
        found = [(piece.line, piece.text, piece.reason) for piece in pieces]
        if self.numbers_records and len({line for line, *_ in found}) < len(found):
            found = [(nth, text, reason) for nth, (_, text, reason) in enumerate(found, start=1)]
        columns = zip(*found, strict=True) if found else ([], [], [])
        schema = pa.schema([("line", pa.int64()), ("text", pa.string()), ("reason", pa.string())])
        connection.register("pieces", pa.table([list(column) for column in columns], schema=schema))
        try:
            connection.execute(
                _JUDGED, {"mark": MARK, "bad_bytes": reject_reason("bad_bytes"), "not_json": reject_reason("not_json")}
            )
            connection.execute(_STAGED)
        finally:
            connection.unregister("pieces")
        return Staged({"_record": "payload"}, warnings=tuple(self._unread(document, shape, shown=shown)))

    def is_document(self, content: str) -> bool:
        """Whether a text is one JSON value over several lines, or holds the collection: else it is JSON lines.

        Args:
            content: the text's beginning.
        """
        start = content.lstrip(" \t\r\n")
        if start.startswith("["):
            return True
        if re.match(rf'\{{\s*(\n|$|"{re.escape(self.collection)}"\s*:)', start):
            return True
        first = start.split("\n", 1)[0]
        try:
            record = json.loads(first) if f'"{self.collection}"' in first else None
        except RecursionError:
            return True
        except ValueError:
            # The first line of an object that goes on, such as `{"total": 2, "results": [`.
            return first.rstrip().endswith(("[", "{", ","))
        return isinstance(record, dict) and isinstance(record.get(self.collection), list)

    def _unread(self, document: Document, shape: Shape, *, shown: str) -> Iterator[Problem]:
        names = shape.names(sorted(document.other_collections), word="list", have_positions=False)
        for name in names.names:
            named = names.of(name)
            yield Problem(
                file=shown,
                key=names.key(name),
                what=f"{named[:1].upper()}{named[1:]} beside '{self.collection}' is not read.",
                fix=f"Export it inside each record, or to a file of another source than '{shape.source}'.",
                severity="warning",
            )


class Document:
    """One text of JSON values, taken apart into records with the line each starts on.

    Attributes:
        other_collections: lists of objects beside the collection that are not records of it; complete once
            all pieces were taken.
        included: (type, id) -> what records are related to; complete once all pieces were taken.
    """

    def __init__(self, text: str, collection: str, *, included: str | None = None) -> None:
        self.other_collections: set[str] = set()
        self.included: dict[tuple[str, str], Any] = {}
        self._included = included
        self._shown = text
        # Undecodable bytes are written out behind a mark as \\xNN, which is not an escape of JSON.
        self._text = text.replace(f"{MARK}\\", f"{MARK}/")
        self._collection = collection
        # As floats, for Python refuses to read an integer of thousands of digits.
        self._decoder = json.JSONDecoder(parse_constant=_refuse, parse_int=float)
        self._reached = 0
        self._counted_to = 0
        self._line = 1

    def pieces(self) -> Iterator[Piece]:
        """Every record, in the order of the text; the last one has a reason where the text cannot be read on."""
        try:
            position = self._skip(0)
            while position < len(self._text):
                position = self._skip((yield from self._value(position)))
        except (ValueError, RecursionError) as error:
            yield Piece(self._line_of(self._reached), self._shown[self._reached :], self._why(error))

    def _value(self, position: int) -> Walk:
        if self._text.startswith("[", position):
            return (yield from self._array(position))
        if self._text.startswith("{", position):
            return (yield from self._object(position))
        return (yield from self._record(position))

    def _array(self, position: int) -> Walk:
        position = self._skip(position + 1)
        if self._text.startswith("]", position):
            return position + 1
        while True:
            position = self._skip((yield from self._record(position)))
            mark = self._expect(",]", position)
            position = self._skip(position + 1)
            if mark == "]":
                return position

    def _object(self, start: int) -> Walk:
        """The records of an object with the collection; an object without it is a record itself."""
        self._reached = start
        lists: set[str] = set()
        holds_collection = False
        position = self._skip(start + 1)
        while not self._text.startswith("}", position):
            key, position = self._decoder.raw_decode(self._text, position)
            position = self._skip(position)
            self._expect(":", position)
            position = self._skip(position + 1)
            if key == self._collection and self._text.startswith("[", position):
                holds_collection = True
                position = self._skip((yield from self._array(position)))
            else:
                begin = position
                value, position = self._decode(position)
                if key == self._included and isinstance(value, list):
                    resources = json.loads(self._text[begin:position], parse_int=_whole)
                    self.included |= {named: one for one in resources if (named := _name_of(one)) is not None}
                elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
                    lists.add(str(key))
                position = self._skip(position)
            if self._expect(",}", position) == ",":
                position = self._skip(position + 1)
        if holds_collection:
            self.other_collections |= lists
        else:
            yield self._piece(start, position + 1, None)
        return position + 1

    def _record(self, start: int) -> Walk:
        self._reached = start
        value, end = self._decode(start)
        kind = _NAMES.get(type(value), "number")
        yield self._piece(start, end, None if kind == "object" else reject_reason("not_an_object", kind))
        self._reached = end
        return end

    def _decode(self, start: int) -> tuple[Any, int]:
        """A value and the position behind it; an empty object for one that is nested too deep to be read."""
        try:
            return self._decoder.raw_decode(self._text, start)
        except RecursionError:
            end = end_of(self._text, start)
            if end is None:
                raise json.JSONDecodeError("Unterminated string", self._text, len(self._text)) from None
            return {}, end

    def _piece(self, start: int, end: int, reason: str | None) -> Piece:
        text = self._shown[start:end]
        if len(text) > limits.LINE_BYTES:
            reason = reject_reason("long_record", limits.in_words(limits.LINE_BYTES))
        elif (
            text.count("{") + text.count("[") > limits.JSON_DEPTH
            and depth_of(text, limits.JSON_DEPTH) > limits.JSON_DEPTH
        ):
            reason = reject_reason("deep", limits.JSON_DEPTH)
        return Piece(self._line_of(start), text if reason is None else text[:PAYLOAD_CHARACTERS], reason)

    def _skip(self, position: int) -> int:
        """The position after the blanks at `position`."""
        match = _SPACE.match(self._text, position)
        return match.end() if match else position

    def _expect(self, marks: str, position: int) -> str:
        mark = self._text[position : position + 1]
        if not mark or mark not in marks:
            raise json.JSONDecodeError(f"Expecting one of {' '.join(marks)}", self._text, position)
        return mark

    def _line_of(self, position: int) -> int:
        """Physical line of a position; asked in ascending order, so that newlines are counted once."""
        self._line += self._text.count("\n", self._counted_to, position)
        self._counted_to = max(self._counted_to, position)
        return self._line

    def _why(self, error: Exception) -> str:
        if isinstance(error, json.JSONDecodeError):
            at_the_end = error.pos >= len(self._text.rstrip(" \t\r\n"))
            if at_the_end or error.msg.startswith("Unterminated string"):
                return reject_reason("cut_document")
        return reject_reason("not_json_from_here")


def _whole(digits: str) -> int | float:
    # Python refuses to read an integer of thousands of digits.
    return int(digits) if len(digits) <= _LONGEST_WHOLE else float(digits)


def _name_of(resource: Any) -> tuple[str, str] | None:
    """Type and id of a resource of JSON:API, or of what points to it."""
    if isinstance(resource, dict) and {"type", "id"} <= resource.keys():
        return str(resource["type"]), str(resource["id"])
    return None


def _with_included(piece: Piece, included: Mapping[tuple[str, str], Any]) -> Piece:
    """A record with what its relationships point to behind its own keys, which stay as they are written."""
    try:
        relationships = json.loads(piece.text, parse_int=float).get("relationships") if piece.reason is None else None
    except (ValueError, RecursionError):
        return piece
    related = {}
    for name, to in relationships.items() if isinstance(relationships, dict) else ():
        pointed = to.get("data") if isinstance(to, dict) else None
        named = map(_name_of, pointed if isinstance(pointed, list) else [pointed])
        there = [included[one] for one in named if one is not None and one in included]
        if there:
            related[name] = there if isinstance(pointed, list) else there[0]
    if not related:
        return piece
    return replace(piece, text=f'{piece.text.rstrip()[:-1]}, "_included": {json.dumps(related)}}}')


def _head_of(text: Path) -> str:
    with text.open(encoding="utf-8-sig", errors="replace") as file:
        return file.read(limits.LINE_BYTES)


def _content(text: Path, *, shown: str) -> str:
    size = text.stat().st_size
    if size > limits.DOCUMENT_BYTES:
        what = (
            f"The JSON document has {limits.in_words(size)}; at most {limits.in_words(limits.DOCUMENT_BYTES)} are read."
        )
        fix = "Export it as JSON lines (one object a line), or in several pages."
        raise UnreadableFileError(Problem(file=shown, what=what, fix=fix))
    return text.read_text(encoding="utf-8-sig", errors="replace")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
