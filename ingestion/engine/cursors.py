"""A cursor column's highest value so far in, the value to read from next out.

An incremental load reads rows whose cursor is not below the highest one seen, minus a lag: a row is visible only
when its transaction commits, which may be later than rows with a higher cursor. A value in the future does not
count as seen, or every later row would be missed. DuckDB does the arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import duckdb

# instant: a time with a zone; local: one without; day; id: an ever growing number; text: an ISO time as text, which
# is how SQLite keeps times.
CursorKind = Literal["instant", "local", "day", "id", "text"]

_TYPES: Final[dict[CursorKind, str]] = {
    "instant": "timestamptz",
    "local": "timestamp",
    "day": "date",
    "id": "hugeint",
    "text": "timestamp",
}
# Values that do not parse count for nothing; the value itself is kept, as the database writes it.
_HIGHEST: Final = "select arg_max({cell}, try_cast({cell} as {type})) from arrived"
_FURTHEST: Final = """
    select arg_max(highest, cast(highest as {type}))
    from (select unnest($values::varchar[]) as highest)
"""
_NOT_BEFORE: Final = """
    select load_id
    from (select unnest($loads::bigint[]) as load_id, unnest($values::varchar[]) as highest)
    where cast(highest as {type}) >= cast($since as {type})
"""
# From where to read, as text that compares with the column's values.
_BOUND: Final[dict[CursorKind, str]] = {
    "instant": "cast(least(cast($highest as timestamptz), now()) - to_seconds($lag) as varchar)",
    "local": "cast(least(cast($highest as timestamp), timezone($zone, now())) - to_seconds($lag) as varchar)",
    "day": """
        cast(cast(
            least(cast($highest as date), cast(timezone($zone, now()) as date)) - to_seconds($lag)
        as date) as varchar)
    """,
    "id": "cast(cast($highest as hugeint) - $lag as varchar)",
    # Text compares letter by letter, so the bound is written as the values are.
    "text": """
        strftime(
            least(cast($highest as timestamp), timezone($zone, now())) - to_seconds($lag),
            case
                when length($highest) = 10 then '%Y-%m-%d'
                when contains($highest, 'T') then '%Y-%m-%dT%H:%M:%S'
                else '%Y-%m-%d %H:%M:%S'
            end
        )
    """,
}


@dataclass(frozen=True)
class Cursor:
    """The column that says what is new, what it holds, and how far to look back (seconds, or a number of ids)."""

    column: str
    kind: CursorKind
    lag: int
    zone: str

    def highest(self, connection: duckdb.DuckDBPyConnection, cell: str) -> str | None:
        """The highest cursor in a column of the temporary table `arrived`; None where it holds none."""
        return self._ask(connection, _HIGHEST.replace("{cell}", cell))

    def resume(
        self, connection: duckdb.DuckDBPyConnection, reached: Mapping[int, str]
    ) -> tuple[str | None, Sequence[int]]:
        """Where the next load begins (None: at the start), and which loads hold rows from there on.

        Args:
            connection: any connection; nothing of it is read.
            reached: live loads and the highest cursor of each.
        """
        highest = self._ask(connection, _FURTHEST, values=list(reached.values()))
        if highest is None:
            return None, ()
        zone = {"zone": self.zone} if self.kind not in ("instant", "id") else {}
        bound = connection.execute(f"select {_BOUND[self.kind]}", {"highest": highest, "lag": self.lag, **zone})
        since = str(bound.fetchall()[0][0])
        known = {"loads": list(reached), "values": list(reached.values()), "since": since}
        held = connection.execute(_NOT_BEFORE.format(type=_TYPES[self.kind]), known).fetchall()
        return since, [load_id for (load_id,) in held]

    def _ask(self, connection: duckdb.DuckDBPyConnection, statement: str, **parameters: object) -> str | None:
        found = connection.execute(statement.format(type=_TYPES[self.kind]), parameters or None).fetchall()
        return None if found[0][0] is None else str(found[0][0])
