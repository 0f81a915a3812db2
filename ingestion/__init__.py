"""Sources -> raw: vendors' files land as they are, exactly once, with a ledger, and nothing is lost without a reason.

In: a workspace. Out: `warehouse/raw.duckdb` with the raw tables, the ledger, the rejects, the settings and the
secret. Runs without Dagster, Streamlit and Great Expectations.
"""

from ingestion.checks.workspace import check_sources
from ingestion.engine.ledger import ledger_rows
from ingestion.engine.load import LoadReport, is_settled, load_mappings, load_source, prepare
from ingestion.engine.loader import FileReport
from ingestion.readers.rejects import reject_summary

__all__ = [
    "FileReport",
    "LoadReport",
    "check_sources",
    "is_settled",
    "ledger_rows",
    "load_mappings",
    "load_source",
    "prepare",
    "reject_summary",
]
