"""Header rows of which the last has a JSON object a cell in, names of the columns and the zone of their times out."""

from __future__ import annotations

import json

from ingestion.readers.delimited import Head, HeaderError, distinct_names
from workspace.configuration.sources import known_zone
from workspace.wording import kind_of


def names_and_zone(head: Head, named_by: str, zone_by: str | None) -> tuple[tuple[str, ...], str | None]:
    """What the last header row says: one distinct name a column, and the zone (None where it names none).

    Args:
        head: of a file.
        named_by: the key of a cell's object that names the column.
        zone_by: the key that names the zone, where there is one.

    Raises:
        HeaderError: a cell is not such an object, or the zone is not known.
    """
    row = len(head.rows)
    names: list[str] = []
    zone: object = None
    for position, cell in enumerate(head.rows[-1], start=1):
        try:
            found = json.loads(cell)
            names.append(str(found[named_by]))
        except (ValueError, KeyError, TypeError, RecursionError):
            what = f'Row {row}, column {position} is not of the form {{"{named_by}": ...}}: a header row is missing.'
            raise HeaderError(what) from None
        zone = zone or found.get(zone_by)
    return distinct_names(names), _known(zone, row)


def _known(zone: object, row: int) -> str | None:
    """The zone by its IANA name. Some exports write Z."""
    if zone is None or zone == "Z":
        return None if zone is None else "UTC"
    try:
        return known_zone(zone)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        found = kind_of(str(zone))
        what = f"Row {row} names a time zone that cannot be used: {found} is not a name such as Europe/Berlin."
        raise HeaderError(what) from None
