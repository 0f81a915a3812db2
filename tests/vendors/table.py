"""The table of docs/vendors.md, from the descriptions: `python -m tests.vendors.table` writes it into the page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ingestion.vendors.description import Description, descriptions

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "vendors.md"
HEAD: Final = "| Vendor | `vendor` | Entities | Files | API | Tried against |\n|---|---|---|---|---|---|\n"
_CONTAINERS: Final = {"json": "JSON", "delimited": "CSV", "parquet": "Parquet"}


def table() -> str:
    """One row a vendor: its entities, its routes, and what the description was tried against."""
    return HEAD + "".join(_row(one) for one in sorted(descriptions(), key=lambda one: one.title.lower()))


def _row(vendor: Description) -> str:
    forms = {form.container for name in vendor.entities for form in vendor.reads_of(name)}
    files = ", ".join(word for container, word in _CONTAINERS.items() if container in forms)
    asked = [name for name in vendor.entities if vendor.api and name in vendor.api.endpoints]
    api = "all" if asked and len(asked) == len(vendor.entities) else ", ".join(f"`{name}`" for name in asked) or "-"
    entities = ", ".join(f"`{name}`" for name in vendor.entities)
    return f"| {vendor.title} | `{vendor.vendor}` | {entities} | {files} | {api} | {vendor.tested} |\n"


def with_table(page: str) -> str:
    """A page with its table replaced by that of the descriptions."""
    start = page.index(HEAD.splitlines()[0])
    end = page.index("\n\n", start)
    return page[:start] + table() + page[end + 1 :]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
