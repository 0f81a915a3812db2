"""The tables of docs/vendors.md, from the descriptions and the tests: `python -m tests.vendors.table` writes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from ingestion.vendors.description import Description, descriptions
from tests.vendors.meaning import CONTAINER_OF, why_not
from tests.vendors.samples import Case
from tests.vendors.shown import HEADS, shown

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "vendors.md"
HEAD: Final = "| Vendor | `vendor` | Entities | Files | API | Tried against |\n|---|---|---|---|---|---|\n"
TESTED_HEAD: Final = "| Vendor | Entity | By"
REASONS_HEAD: Final = "| Mark | Why not |\n|---|---|\n"
# Tests that say what they show.
TESTS: Final = (
    *("test_samples", "test_variants", "test_api", "test_api_faults", "test_api_variants"),
    *("test_landed", "test_landed_variants"),
)


def table() -> str:
    """One row a vendor: its entities, its routes, and what the description was tried against."""
    return HEAD + "".join(_row(one) for one in sorted(descriptions(), key=lambda one: one.title.lower()))


def _row(vendor: Description) -> str:
    forms = {form.container for name in vendor.entities for form in vendor.reads_of(name)}
    files = ", ".join(word for word, container in CONTAINER_OF.items() if container in forms)
    asked = [name for name in vendor.entities if vendor.api and name in vendor.api.endpoints]
    api = "all" if asked and len(asked) == len(vendor.entities) else ", ".join(f"`{name}`" for name in asked) or "-"
    entities = ", ".join(f"`{name}`" for name in vendor.entities)
    return f"| {vendor.title} | `{vendor.vendor}` | {entities} | {files} | {api} | {vendor.tested} |\n"


def tested() -> tuple[str, str]:
    """Two tables: a row an entity and route, with what is tested of it; and why a fault has no meaning somewhere.

    A mark stands for every test that a head means and that has a meaning there.
    """
    modules = (import_module(f"tests.vendors.{name}") for name in TESTS)
    found = shown(modules)
    titles = {one.vendor: one.title for one in descriptions()}
    reasons: dict[str, int] = {}
    rows = []
    for (case, route), faults in sorted(
        found.items(), key=lambda one: (titles[one[0][0].vendor].lower(), *_order(one[0]))
    ):
        marks = [_mark(case, route, meant, faults, reasons) for meant in HEADS.values()]
        rows.append(f"| {titles[case.vendor]} | `{case.kind}/{case.entity}` | {route} | {' | '.join(marks)} |\n")
    head = f"{TESTED_HEAD} | {' | '.join(HEADS)} |\n|{'---|' * (3 + len(HEADS))}\n"
    why = "".join(f"| n/a {number} | {reason} |\n" for reason, number in reasons.items())
    return head + "".join(rows), REASONS_HEAD + why


def _mark(case: Case, route: str, meant: Sequence[str], faults: Collection[str], reasons: dict[str, int]) -> str:
    """`x` where all is tested that has a meaning, the number of the reason where nothing has one, else nothing."""
    against = {fault: why_not(case, route, fault) for fault in meant}
    possible = [fault for fault, reason in against.items() if not reason]
    if not possible:
        return f"n/a {reasons.setdefault(against[meant[0]], len(reasons) + 1)}"
    return "x" if set(possible) <= set(faults) else ""


def _order(place: tuple[Case, str]) -> tuple[str, str, int]:
    case, route = place
    return case.kind, case.entity, (*CONTAINER_OF, "API", "table").index(route)


def with_table(page: str) -> str:
    """A page with its tables replaced by those of the descriptions and of the tests."""
    found, reasons = tested()
    heads = (HEAD, TESTED_HEAD, REASONS_HEAD)
    for head, now in zip((head.splitlines()[0] for head in heads), (table(), found, reasons), strict=True):
        start = page.index(head)
        end = page.index("\n\n", start)
        page = page[:start] + now + page[end + 1 :]
    return page


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
