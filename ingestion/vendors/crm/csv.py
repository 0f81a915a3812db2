"""CRM exports as delimited text (vendor `csv`, kind `crm`).

inbox file -> lines -> records -> raw_crm.<entity> -> stg_crm__*

Lands: the canonical columns of the entity as text, and the other cells as JSON; of contacts and accounts the whole row.
Reads: any encoding, delimiter and header that cx.yml names; casting is staging's, so `decimal`, `timestamp_format`
and `timezone` are only passed on.
"""

from __future__ import annotations

from typing import Final

from ingestion.vendors.tables import TableReader

READER: Final = TableReader()
