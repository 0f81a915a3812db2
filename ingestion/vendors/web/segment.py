"""Segment's event archive: JSON lines (vendor `segment`, kind `web`).

inbox file -> lines -> raw_segment.events -> stg_segment__events, stg_segment__identities

Lands: `_record`, the whole call (page, track, screen, identify, alias, group) as JSON text.
Reads: UTF-8, one JSON object a line. Any other line is rejected; duplicates (`messageId`) are staging's.
"""

from __future__ import annotations

from typing import Final

from ingestion.readers.json_lines import JsonLinesReader

READER: Final = JsonLinesReader(typical_keys=("type", "messageId", "anonymousId", "userId", "timestamp"))
