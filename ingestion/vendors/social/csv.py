"""Public mentions and reviews as delimited text (vendor `csv`, kind `social`), as any listening tool exports them.

inbox file -> lines -> records -> raw_social.mentions -> stg_social__mentions

Lands: the canonical columns as text, and the other cells as JSON. Texts may hold quoted newlines.
Reads: any encoding, delimiter and header that cx.yml names; casting and deduplication (`mention_id`) are staging's.
"""

from __future__ import annotations

from typing import Final

from ingestion.vendors.tables import TableReader

READER: Final = TableReader()
