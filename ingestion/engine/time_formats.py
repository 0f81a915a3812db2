"""A `timestamp_format` in, what is wrong with it out, by trying it on the engine that will read times with it.

Nothing else may find out: the formats of all sources are in the SQL of every staging model, where one
that the engine does not know would end the models of every source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import duckdb

# `%-d` and `%%` among them.
_DIRECTIVE: Final = re.compile(r"%-?(.)")
_YEARS: Final = frozenset("YyGcx")
_HOURS: Final = frozenset("HIcX")


@dataclass(frozen=True)
class FormatFault:
    """Why a format cannot be used, and what to write instead."""

    what: str
    fix: str


@cache
def format_fault(pattern: str) -> FormatFault | None:
    """Try a format on the engine; None where it can be used.

    Args:
        pattern: the format, as cx.yml states it.
    """
    used = _DIRECTIVE.findall(pattern)
    if "Z" in used and not (pattern.endswith("%Z") and used.count("Z") == 1 and "z" not in used):
        what = "%Z, the name of a zone, can be read at the end of a time only, and not beside %z"
        return FormatFault(what, "Export times with an offset (%z), or with the zone's name at their end.")
    if "Z" in used and not _HOURS & set(used):
        return FormatFault("%Z, the name of a zone, follows a day without a time", "Remove it.")
    tried = pattern.removesuffix("%Z").strip()
    try:
        # On a connection of its own: what fails in a transaction ends it.
        with duckdb.connect() as connection:
            connection.execute("select try_strptime('2026-01-31 10:00:00', $pattern)", {"pattern": tried}).fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].rpartition(": ")[2]
        unknown = re.search(r"strptime: (%\S+)", str(error))
        what = f"The engine does not know {unknown[1]}" if unknown else f"The engine cannot use it ({reason})"
        return FormatFault(what, _instead(unknown[1] if unknown else ""))
    if not _YEARS & set(used):
        what = "It names no year, so that every time would be in 1900"
        return FormatFault(what, "Add %Y where times name the year.")
    if "I" in used and "p" not in used:
        what = "Its hours run to 12 (%I) and it names neither AM nor PM (%p), so that 7 may be morning or evening"
        return FormatFault(what, "Add %p where times name it, or write %H for hours of 24.")
    return None


def _instead(directive: str) -> str:
    better = {"%k": "%H", "%l": "%I", "%e": "%d", "%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%D": "%m/%d/%y"}
    if directive in better:
        return f"Write {better[directive]}."
    if directive == "%s":
        return "Remove timestamp_format: seconds since 1970 are read without one."
    return "Use the directives that docs/configuration.md lists under Times."
