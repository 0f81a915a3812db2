"""What tests of APIs share: every endpoint that a description names, the server that stands for it, and who asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingestion.api import client
from ingestion.vendors.description import description
from ingestion.vendors.endpoints import Endpoint
from tests.ingestion.workspaces import make_workspace, rows
from tests.vendors.replay import TOKEN, USER, Replay, serving, value_at
from tests.vendors.samples import Case, cases
from workspace import Workspace

CASES = [
    case for case in cases() if (api := description(case.vendor).api) and f"{case.kind}/{case.entity}" in api.endpoints
]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
# One entity of each vendor: keys and faults are those of the API, not of an entity.
VENDORS = list({case.vendor: case for case in reversed(CASES)}.values())
every_vendor = pytest.mark.parametrize("case", VENDORS, ids=lambda case: case.vendor)
HUBSPOT = Case("hubspot", "crm", "contacts")
TYPEFORM = Case("typeform", "survey", "wide")
ZENDESK = Case("zendesk", "service", "tickets")


def be_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of the API, and waits of a thousandth of a second."""
    monkeypatch.setattr(client, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(client, "JOB_WAIT_SECONDS", 0.001)
    monkeypatch.setenv("API_KEY", TOKEN)


def records_of(case: Case) -> list[Any]:
    """The records of a case's JSON samples, one of each content."""
    found: dict[str, Any] = {}
    form = description(case.vendor).reads_of(f"{case.kind}/{case.entity}")[0]
    for path in case.files:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            read = json.loads(text)
            listed = read if isinstance(read, list) else read.get(form.collection, [read])
        elif path.suffix in (".jsonl", ".ndjson"):
            listed = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            continue
        found |= {json.dumps(record, sort_keys=True): record for record in listed}
    if path := known_by(case):
        # An API lists a record once, in its newest state.
        found = {str(value_at(record, path)): record for record in found.values()}
    return list(found.values())


def known_by(case: Case) -> str:
    """The path in a record by which its API goes on; '' where it goes on by something else."""
    pages = endpoint_of(case).pages
    return pages.path if pages.next == "last_id" else ""


def endpoint_of(case: Case) -> Endpoint:
    api = description(case.vendor).api
    assert api is not None
    return api.endpoints[f"{case.kind}/{case.entity}"]


def replay_of(case: Case, records: list[Any]) -> Replay:
    vendor = description(case.vendor)
    assert vendor.api is not None
    endpoint = endpoint_of(case)
    collection = vendor.reads_of(f"{case.kind}/{case.entity}")[0].collection
    if endpoint.records is not None:
        collection = endpoint.records.removeprefix("$").removeprefix(".")
    others = [[] for _ in endpoint.variants[1:]]
    return Replay(vendor.api, endpoint, [records, *others], collection)


def source_by_api(case: Case, replay: Replay, address: str, **access: Any) -> dict[str, Any]:
    """A source of a case's records by the server's API."""
    values = dict.fromkeys(replay.api.asks, "x1")
    said = {"token": "env:API_KEY", "url": address, "user": USER, "values": values, **access}
    return {**{name: value for name, value in case.source.items() if name != "path"}, "api": said}


@contextmanager
def asked(
    root: Path, case: Case, replay: Replay, *, beside: Sequence[dict[str, Any]] = (), **access: Any
) -> Iterator[Workspace]:
    """A workspace with one source, of the server's API, and with those `beside` it."""
    with serving(replay) as address:
        yield make_workspace(root, source_by_api(case, replay, address, **access), *beside)


def landed(workspace: Workspace, case: Case, source: str = "s") -> list[tuple[Any, ...]]:
    """Live rows of a source without their origin."""
    columns = ", ".join([*case.columns, "_record"])
    live = "select load_id from ledger.loads where status = 'active' and source = ?"
    return rows(workspace, f"select {columns} from {case.table} where _load_id in ({live}) order by all", source)


def errors(report: Any) -> list[str]:
    return [problem.what for problem in report.problems if problem.severity == "error"]


def many(number: int) -> list[dict[str, Any]]:
    return [{"id": str(nth), "properties": {"email": f"p{nth}@a.example"}} for nth in range(number)]
