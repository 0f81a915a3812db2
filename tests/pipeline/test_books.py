"""Books in: what does not balance is named."""

from __future__ import annotations

from pipeline.books import ledger_totals, unbalanced_files, unbalanced_models

GOOD = {"source": "shop", "path": "a.csv", "status": "active", "records": 10, "loaded": 8, "rejected": 1, "skipped": 1}
LOST = {**GOOD, "path": "b.csv", "status": "superseded", "loaded": 7}


def test_totals_are_per_source_over_all_its_loads() -> None:
    (total,) = ledger_totals([GOOD, LOST])
    assert total == {
        "source": "shop",
        "files": 1,
        "superseded": 1,
        "duplicate": 0,
        "records": 20,
        "loaded": 15,
        "rejected": 2,
        "skipped": 2,
    }


def test_a_file_with_a_lost_record_is_named() -> None:
    assert unbalanced_files([GOOD, LOST]) == ["b.csv"]


def test_a_staging_model_with_a_lost_row_is_named() -> None:
    kept = {"data_source": "shop", "raw_table": "raw_crm.orders", "loaded": 8, "kept": 8, "is_balanced": True}
    lost = {**kept, "data_source": "desk", "kept": 5, "is_balanced": False}
    assert unbalanced_models([kept, lost]) == ["desk in raw_crm.orders"]
