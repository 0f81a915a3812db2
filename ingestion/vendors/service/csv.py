"""Service tickets as delimited text (vendor `csv`, kind `service`).

inbox file -> lines -> records -> raw_service.tickets -> stg_service__tickets

Lands: the canonical columns as text, and the other cells as JSON; a ticket may occur once an export.
Reads: any encoding, delimiter and header that cx.yml names; casting and the latest state of a ticket are staging's.
"""

from __future__ import annotations

from typing import Final

from ingestion.vendors.tables import TableReader

READER: Final = TableReader()
