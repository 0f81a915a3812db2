"""Names of the vendors that are described, for checking cx.yml: files of ingestion/vendors in, kinds and entities out.

Read as data: what a description means is for `ingestion.vendors.description`, which no workspace imports.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

VENDORS_FOLDER: Final = Path(__file__).resolve().parents[2] / "ingestion" / "vendors"


@cache
def description_of(vendor: str) -> Mapping[str, Any]:
    """The description of a vendor as it is written; empty where there is none."""
    path = VENDORS_FOLDER / f"{vendor}.yml"
    if not vendor.isidentifier() or not path.is_file():
        return {}
    with path.open(encoding="utf-8") as file:
        read = YAML(typ="safe").load(file)
    return read if isinstance(read, dict) else {}


def described_entities(vendor: str, kind: str) -> tuple[str, ...]:
    """Entities of a kind that a described vendor holds, in the order of its description."""
    named = [key.partition("/") for key in description_of(vendor).get("entities", {})]
    return tuple(entity for of_kind, _, entity in named if of_kind == kind)


def accepted_keys(vendor: str) -> tuple[str, ...]:
    """Keys of cx.yml that sources of a described vendor take, although descriptions say them as a rule."""
    return tuple(description_of(vendor).get("accepts", ()))


def has_endpoint(vendor: str, entity: str) -> bool:
    """Whether a vendor's API is described for `<kind>/<entity>`."""
    return entity in description_of(vendor).get("api", {}).get("endpoints", {})


def is_landed(vendor: str, entity: str, tool: str) -> bool:
    """Whether a table that a tool landed holds what the description of `<kind>/<entity>` reads.

    Airbyte and dlt keep a record's keys, so that a description of JSON fits; Fivetran's tables are described apart.
    """
    said = description_of(vendor)
    if tool == "fivetran":
        return entity in said.get("landed", {}).get("fivetran", {})
    reads = said.get("entities", {}).get(entity, {}).get("reads") or said.get("reads", ())
    return any(one.get("container") in ("json", "parquet") for one in ([reads] if isinstance(reads, dict) else reads))


def fivetran_table(vendor: str, entity: str) -> str:
    """How Fivetran names the table of `<kind>/<entity>`; '' where that is not described."""
    said = description_of(vendor).get("landed", {}).get("fivetran", {}).get(entity, {})
    return str(said.get("table", ""))


@cache
def described_vendors() -> tuple[str, ...]:
    """Every vendor that has a description, by name."""
    return tuple(sorted(path.stem for path in VENDORS_FOLDER.glob("*.yml")))
