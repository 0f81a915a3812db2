"""docs/vendors.md lists every described vendor as its description says, and what is tested of it as the tests say."""

from __future__ import annotations

from importlib import import_module

from tests.vendors.shown import HEADS, shown
from tests.vendors.table import PAGE, TESTS, with_table


def test_the_table_of_vendors_is_that_of_the_descriptions() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page), "python -m tests.vendors.table writes it"


def test_all_that_tests_show_has_its_head() -> None:
    found = shown(import_module(f"tests.vendors.{name}") for name in TESTS)
    assert set().union(*found.values()) == {fault for meant in HEADS.values() for fault in meant}
