"""Sources -> raw: vendors' files land as they are, exactly once, with a ledger, and nothing is lost without a reason.

In: a workspace. Out: `warehouse/raw.duckdb` with the raw tables, the ledger, the rejects, the settings and the
secret. Runs without Dagster, Streamlit and Great Expectations.
"""

from ingestion.checks import check_sources
from ingestion.ledger import ledger_rows
from ingestion.load import LoadReport, load_mappings, load_source, prepare
from ingestion.loader import FileReport
from ingestion.rejects import reject_summary

__all__ = [
    "FileReport",
    "LoadReport",
    "check_sources",
    "ledger_rows",
    "load_mappings",
    "load_source",
    "prepare",
    "reject_summary",
]
