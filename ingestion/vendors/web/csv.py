"""Web behaviour as delimited text (vendor `csv`, kind `web`).

inbox file -> lines -> records -> raw_web.{events, paths} -> stg_web__*

Lands: the canonical columns of the entity as text, and the other cells as JSON. `events` is an event a row;
`paths` is a path to conversion a row, already counted: it feeds contributions and nothing else.
Reads: any encoding, delimiter and header that cx.yml names; casting and deduplication (`event_id`) are staging's.
"""

from __future__ import annotations

from typing import Final

from ingestion.vendors.tables import TableReader

READER: Final = TableReader()
