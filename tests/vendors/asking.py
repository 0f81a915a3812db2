"""What tests of APIs share: every endpoint that a description names, the server that stands for it, and who asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
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
    """A key of the API, and waits of a hundredth of a second."""
    monkeypatch.setattr(client, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(client, "JOB_WAIT_SECONDS", 0.01)
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
    pages = endpoint_of(case).pages
    if pages.next == "last_id":
        # An API lists a record once, in its newest state.
        found = {str(value_at(record, pages.path)): record for record in found.values()}
    return list(found.values())


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


@contextmanager
def asked(root: Path, case: Case, replay: Replay, **access: Any) -> Iterator[Workspace]:
    """A workspace with one source, of the server's API."""
    with serving(replay) as address:
        values = dict.fromkeys(replay.api.asks, "x1")
        said = {"token": "env:API_KEY", "url": address, "user": USER, "values": values, **access}
        source = {name: value for name, value in case.source.items() if name != "path"}
        yield make_workspace(root, {**source, "api": said})


def landed(workspace: Workspace, case: Case) -> list[tuple[Any, ...]]:
    """Live rows without their origin."""
    columns = ", ".join([*case.columns, "_record"])
    live = "select load_id from ledger.loads where status = 'active'"
    return rows(workspace, f"select {columns} from {case.table} where _load_id in ({live}) order by all")


def errors(report: Any) -> list[str]:
    return [problem.what for problem in report.problems if problem.severity == "error"]


def many(number: int) -> list[dict[str, Any]]:
    return [{"id": str(nth), "properties": {"email": f"p{nth}@a.example"}} for nth in range(number)]
