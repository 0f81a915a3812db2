"""An entity and the route of its records in, which faults can happen there out: from the vendor's description alone."""

from __future__ import annotations

from typing import Final

from ingestion.vendors.description import description
from tests.vendors.samples import Case
from tests.vendors.variants import forms

_OF_APIS: Final = ("pages", "busy or broken", "stale cursor", "page repeats", "page elsewhere")
# How an API goes on, where the address of a page is made here of what the vendor says.
_NUMBERED: Final = ("page", "offset", "none")
_ADDRESSES: Final = ("url", "link")


def why_not(case: Case, route: str, fault: str) -> str:
    """Why a fault has no meaning for an entity by a route, as a sentence; '' where it has one.

    Args:
        case: the entity.
        route: JSON, CSV, Parquet, API or table.
        fault: as tests call it.
    """
    if route == "API":
        return _not_by_api(case, fault)
    if fault in _OF_APIS:
        return "Only an API can have it."
    if route == "table":
        return _not_in_a_table(case, fault)
    return _not_in_files(case, route, fault)


def _not_by_api(case: Case, fault: str) -> str:
    vendor = description(case.vendor)
    assert vendor.api is not None
    endpoint = vendor.api.endpoints[f"{case.kind}/{case.entity}"]
    is_job, goes_on = endpoint.job is not None, endpoint.pages.next
    if fault in ("pages", "page repeats") and (is_job or goes_on == "none"):
        return "The vendor answers with one file, without pages."
    if fault == "stale cursor" and not is_job and goes_on in _NUMBERED:
        return "Pages are counted: the vendor gives no cursor that could run out."
    if fault == "page elsewhere" and goes_on not in _ADDRESSES:
        return "The vendor names no address of a next page."
    if fault == "lag" and endpoint.since is None:
        return "Everything is asked for at each run."
    if fault == "gone" and endpoint.since is not None:
        return "Only what changed is asked for, so that a record that is missing says nothing."
    if fault == "deleted" and not says_deleted(case):
        return "No record says that it is deleted."
    return ""


def _not_in_a_table(case: Case, fault: str) -> str:
    if fault == "broken record":
        return "A database has no broken rows."
    if fault == "deleted" and not says_deleted(case):
        return "No record says that it is deleted."
    return ""


def _not_in_files(case: Case, route: str, fault: str) -> str:
    form = next(form for form in forms(case) if form.container == CONTAINER_OF[route])
    if fault == "lag":
        return "Every file is read: nothing is asked for since a time."
    if fault == "gone":
        return "A file that lacks a record says nothing of those of other files."
    if fault == "deleted" and not form.says_deleted:
        return "No record says that it is deleted."
    if fault in ("new key", "lost key") and not form.has_header:
        return "Files have no header: their columns are fixed."
    if fault == "broken record" and route == "Parquet":
        return "A Parquet file has no broken records: it can be read, or it cannot."
    return ""


CONTAINER_OF: Final = {"JSON": "json", "CSV": "delimited", "Parquet": "parquet"}


def says_deleted(case: Case) -> bool:
    """Whether a record of the vendor, in JSON, can say that it is deleted."""
    return description(case.vendor).entities[f"{case.kind}/{case.entity}"].deleted is not None
