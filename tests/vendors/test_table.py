"""docs/vendors.md lists every described vendor as its description says."""

from __future__ import annotations

from tests.vendors.table import PAGE, with_table


def test_the_table_of_vendors_is_that_of_the_descriptions() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page), "python -m tests.vendors.table writes it"
