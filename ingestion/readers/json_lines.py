"""JSON lines in; `_record`, the whole object of a line as text, out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from ingestion.readers.files import LONG_MARK, MARK, Readable
from ingestion.readers.reject_reasons import reject_reason
from ingestion.readers.vendor import Reader, Shape, Staged
from workspace.configuration import limits
from workspace.errors import Problem

# DuckDB's read_json would turn a bad line into an unreported row of nulls. A view and no table: a large file is not
# held a second time, but read and judged on its way into raw. Its parameters are numbers and truth values, which a view
# must have in its text.
_STAGED: Final = """
    create or replace temp view staged as
    with parsed as (
        select
            line,
            text,
            is_deep,
            {is_marked} and contains(text, chr({mark})) as is_marked,
            {has_long} and contains(text, chr({long_mark})) as is_long,
            found,
            -- What has been read for its paths is valid, and need not be read once more.
            case
                when found is not null and starts_with(text, '{{') then 'OBJECT'
                else try(json_type(text))
            end as json_type
        from (select *, {found} as found from lines_of_file)
    ),

    judged as (
        select
            *,
            case
                when json_type = 'OBJECT' and not is_marked and not is_deep then null
                when is_long then '{long_line}'
                when is_deep then '{deep}'
                when not regexp_matches(text, '[^ \t]') then null
                when is_marked then '{bad_bytes}'
                when json_type is null and line = {cut_line} then '{is_cut}'
                when json_type is null then '{not_json}'
                else replace('{not_an_object}', '$found', lower(json_type))
            end as reason
        from parsed
    )

    select
        line,
        case
            when reason is not null then 'rejected'
            when json_type = 'OBJECT' then 'loaded'
            else 'skipped'
        end as disposition,
        reason,
        null::varchar as column_name,
        text as payload
        {also}
    from judged
"""
_FOUND: Final = "case when not is_deep then try(json_extract_string(text, [{paths}])) end"


@dataclass(frozen=True)
class JsonLinesReader:
    """Loads every JSON object unchanged.

    Attributes:
        typical_keys: a first line with none of them is another vendor's.
        paths: their values are left in the list `found` of `staged`, as text: to find them an object has to be read,
            and it has to be read to see that it is one.
    """

    typical_keys: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def is_delimited(self) -> bool:
        return False

    def for_file(self, path: Path) -> Reader:  # noqa: ARG002 (every reader is asked in the same way)
        return self

    def examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        with text.open(encoding="utf-8-sig", errors="replace") as file:
            for number, line in enumerate(iter(lambda: file.readline(limits.LINE_BYTES + 1), ""), start=1):
                if len(line) > limits.LINE_BYTES:
                    what = f"The first record is a line of more than {limits.in_words(limits.LINE_BYTES)}."
                    fix = f"Source '{shape.source}' reads JSON lines: one object a line. The line will be rejected."
                    return [Problem(file=shown, line=number, what=what, fix=fix, severity="warning")]
                if line.strip():
                    return self.examine_record(line, shape, shown=shown, number=number)
        return []

    def stage(  # every reader is asked in the same way
        self,
        connection: duckdb.DuckDBPyConnection,
        text: Readable,
        shape: Shape,  # noqa: ARG002
        *,
        shown: str,  # noqa: ARG002
    ) -> Staged:
        # Arrow takes a while to import, and many commands read nothing.
        from ingestion.readers.lines import Lines

        connection.register("lines_of_file", Lines(text))
        cut_line = -1 if text.ends_with_newline else text.lines
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in self.paths)
        connection.execute(
            _STAGED.format(
                is_marked=text.is_marked,
                mark=ord(MARK),
                has_long=text.longest_line > limits.LINE_BYTES,
                long_mark=ord(LONG_MARK),
                cut_line=cut_line,
                long_line=reject_reason("long_line", limits.in_words(limits.LINE_BYTES)),
                deep=reject_reason("deep", limits.JSON_DEPTH),
                bad_bytes=reject_reason("bad_bytes"),
                is_cut=reject_reason("cut_line"),
                not_json=reject_reason("not_json"),
                not_an_object=reject_reason("not_an_object", "$found"),
                found=_FOUND.format(paths=listed) if listed else "null::varchar[]",
                also=", found" if listed else "",
            )
        )
        return Staged({"_record": "payload"}, records=text.lines, found=self.paths)

    def examine_record(self, text: str, shape: Shape, *, shown: str, number: int) -> list[Problem]:
        """Look at one record, on line `number`: an object, and of this vendor by its keys?"""
        fix = f"Source '{shape.source}' reads JSON lines: one object a line, the whole of it on that line."
        try:
            record = json.loads(text)
        except RecursionError:
            what = f"The first record is nested more than {limits.JSON_DEPTH} deep: it will be rejected."
            return [Problem(file=shown, line=number, what=what, fix=fix, severity="warning")]
        except ValueError as error:
            what = f"The first record is not valid JSON ({error})."
            return [Problem(file=shown, line=number, what=what, fix=fix)]
        if not isinstance(record, dict):
            return [Problem(file=shown, line=number, what="The first record is not a JSON object.", fix=fix)]
        if self.typical_keys and not set(self.typical_keys) & set(record):
            what = f"The first record has none of the keys {', '.join(self.typical_keys)}."
            fix = f"Check 'vendor' of source '{shape.source}': this looks like another vendor's file."
            return [Problem(file=shown, line=number, what=what, fix=fix, severity="warning")]
        return []
