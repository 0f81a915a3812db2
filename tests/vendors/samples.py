"""The samples of described vendors in, a case each out: `<vendor>/<kind>_<entity>/` beside this file.

`rows.json` of a folder lists what its other files have to become: a row each by file and line, with the canonical
columns that are filled, and `_row` for attributes and answers. `shared.json` does so for files of the shared samples,
which it names (`files`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ingestion.vendors.description import descriptions
from workspace.vocabulary import CSV_ENTITIES

FOLDER: Final = Path(__file__).parent
EXPECTED: Final = ("rows.json", "shared.json")


@dataclass(frozen=True)
class Case:
    """Samples of one entity of a vendor."""

    vendor: str
    kind: str
    entity: str

    @property
    def name(self) -> str:
        return f"{self.vendor}-{self.kind}-{self.entity}"

    @property
    def folder(self) -> Path:
        return FOLDER / self.vendor / f"{self.kind}_{self.entity}"

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.name not in EXPECTED)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the files have to become."""
        read: list[dict[str, Any]] = json.loads((self.folder / "rows.json").read_text(encoding="utf-8"))
        return read

    @property
    def shared(self) -> dict[str, Any]:
        """Files of the shared samples, and what they have to become; empty where there are none."""
        path = self.folder / "shared.json"
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return read

    @property
    def source(self) -> dict[str, str]:
        return {"name": "s", "kind": self.kind, "vendor": self.vendor, "entity": self.entity, "path": "inbox/*"}

    @property
    def table(self) -> str:
        return f"raw_{self.kind}.{self.entity}"

    @property
    def columns(self) -> tuple[str, ...]:
        return CSV_ENTITIES[self.kind][self.entity].columns


def cases() -> Iterator[Case]:
    """Every entity of every described vendor."""
    for one in descriptions():
        for name in one.entities:
            kind, _, entity = name.partition("/")
            yield Case(one.vendor, kind, entity)
