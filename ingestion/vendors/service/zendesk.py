"""Zendesk's ticket exports (vendor `zendesk`, kind `service`).

inbox file -> documents or lines -> raw_zendesk.tickets -> stg_service__tickets

Lands: `_record`, the whole ticket as JSON text, with the comments and metric sets that the export put inside it.
Reads: UTF-8; pages of the incremental export (`{"tickets": [...]}`), an array of tickets, or JSON lines. The same
ticket occurs in several pages, deleted ones have `status` deleted: the latest state is staging's.
"""

from __future__ import annotations

from typing import Final

from ingestion.readers.json_documents import JsonDocumentReader
from ingestion.readers.json_lines import JsonLinesReader

_TYPICAL_KEYS: Final = ("requester_id", "custom_fields", "satisfaction_rating", "via")
READER: Final = JsonDocumentReader(collection="tickets", lines=JsonLinesReader(typical_keys=_TYPICAL_KEYS))
