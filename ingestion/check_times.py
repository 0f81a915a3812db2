"""A source and the text of its time columns in, what of them cannot be read as times out.

Values are read by the SQL of the macro that reads them in the warehouse, on the same engine.
"""

from __future__ import annotations

from ingestion.time_formats import format_fault
from workspace import Source
from workspace.errors import Problem


def check_format(source: Source) -> Problem | None:
    """Why the source's `timestamp_format` cannot be used; None where it can, or where there is none."""
    if source.timestamp_format is None:
        return None
    fault = format_fault(source.timestamp_format)
    if fault is None:
        return None
    return Problem(
        file="cx.yml",
        key=f"sources.{source.name}.timestamp_format",
        what=f"'{source.timestamp_format}' cannot be used. {fault.what}.",
        fix=fault.fix,
    )
