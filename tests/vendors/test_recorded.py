"""Answers that vendors really gave, from public repositories, become the rows that plain Python counted in them.

The files are not in this repository: recorded/README.md says where each is. One that is not there is skipped.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from pathlib import Path
from typing import Any, Final

import pytest

from tests.ingestion.workspaces import load, make_workspace, put, rows, unbalanced
from tests.vendors.samples import FOLDER, Case
from workspace import Workspace

RECORDED: Final = FOLDER / "recorded"


def recorded(name: str) -> str:
    path = RECORDED / name
    if not path.is_file():
        pytest.skip(f"{name} is not here: tests/vendors/recorded/README.md says where it is")
    return path.read_text(encoding="utf-8-sig")


def loaded(root: Path, case: Case, files: dict[str, str]) -> tuple[Workspace, dict[str, int]]:
    """A workspace with these files, and its books: records, loaded, rejected and skipped."""
    workspace = make_workspace(root, case.source)
    for name, text in files.items():
        put(workspace, name, text)
    report = load(workspace, "s")
    assert [problem for problem in report.problems if problem.severity == "error"] == []
    assert not unbalanced(workspace)
    names = ("records", "loaded", "rejected", "skipped")
    return workspace, {name: sum(getattr(file.books, name) for file in report.files) for name in names}


def test_responses_of_surveymonkey(tmp_path: Path) -> None:
    case = Case("surveymonkey", "survey", "wide")
    files = {f"page{number}.json": recorded(f"surveymonkey_{number}.json") for number in (1, 2)}
    workspace, books = loaded(tmp_path, case, files)
    assert books == {"records": 16, "loaded": 16, "rejected": 0, "skipped": 0}
    found = rows(workspace, "select respondent, answered_at, is_test, _row from raw_survey.wide order by answered_at")
    assert len({row[0] for row in found}) == 16
    assert [found[0][1], found[-1][1]] == ["2018-05-31T23:24:52+00:00", "2018-05-31T23:27:13+00:00"]
    # Responses that were typed in are answers, too.
    assert {row[2] for row in found} == {None}
    answers = [answer for row in found for answer in json.loads(row[3]).values()]
    assert len(answers) == 160
    assert sum(map(int, answers)) == 104_282_222_170
    questions = {question for row in found for question in json.loads(row[3])}
    assert questions == {str(number) for number in range(84_795_226, 84_795_236)}


def test_an_export_of_surveymonkey(tmp_path: Path) -> None:
    case = Case("surveymonkey", "survey", "wide")
    workspace, books = loaded(tmp_path, case, {"export.csv": recorded("surveymonkey.csv")})
    # Two header rows and 97 respondents.
    assert (books["loaded"], books["rejected"]) == (97, 0)
    found = rows(workspace, "select respondent, answered_at, _row from raw_survey.wide")
    assert len({row[0] for row in found}) == 97
    # The export has no times.
    assert {row[1] for row in found} == {None}
    answers = [(name, value) for row in found for name, value in json.loads(row[2]).items() if value]
    projects = [value for name, value in answers if name.startswith("Which CNCF Project(s)")]
    # A column a project is one question: 119 crosses of 97 people.
    assert (len(projects), sum(len(value.split("; ")) for value in projects)) == (97, 119)
    assert len(answers) - len(projects) == 1_944


STRIPE: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "customer": ("contacts", "customer_id, created_at::timestamptz::varchar, email", {"loaded": 1, "skipped": 0}),
    "subscription": (
        "contracts",
        "customer_id, started_at::timestamptz::varchar, ended_at::timestamptz::varchar, currency, amount_per_month",
        {"loaded": 1, "skipped": 0},
    ),
    # It was paid and not captured: no money came.
    "charge": ("orders", "order_id", {"loaded": 0, "skipped": 1}),
}
STRIPE_ROWS: Final[dict[str, list[tuple[Any, ...]]]] = {
    "customer": [("cus_QXg1o8vcGmoR32", "2009-02-13 23:31:30+00", None)],
    "subscription": [("cus_QXg1o8vcGmoR32", "2009-02-13 23:31:30+00", "2009-02-13 23:31:30+00", "usd", "20.000")],
    "charge": [],
}


@pytest.mark.parametrize("kind", STRIPE)
def test_objects_of_stripe(tmp_path: Path, kind: str) -> None:
    entity, columns, expected = STRIPE[kind]
    one = json.loads(recorded("stripe.json"))["resources"][kind]
    text = json.dumps({"object": "list", "has_more": False, "data": [one]})
    workspace, books = loaded(tmp_path, Case("stripe", "crm", entity), {"list.json": text})
    assert books == {"records": 1, "rejected": 0, **expected}
    found = rows(workspace, f"select {columns} from raw_crm.{entity}")
    assert found == STRIPE_ROWS[kind]


def test_a_captured_charge_of_stripe_is_an_order(tmp_path: Path) -> None:
    charge = json.loads(recorded("stripe.json"))["resources"]["charge"]
    charge |= {"captured": True, "amount_captured": charge["amount"]}
    workspace, _ = loaded(tmp_path, Case("stripe", "crm", "orders"), {"list.json": json.dumps({"data": [charge]})})
    query = "select order_id, customer_id, amount::double, currency, is_test, occurred_at::timestamptz::varchar"
    assert rows(workspace, f"{query} from raw_crm.orders") == [
        ("ch_1PgafuB7WZ01zgkWXYmPNZs8", "guest", 1.0, "usd", "true", "2009-02-13 23:31:30+00")
    ]


def test_people_of_pipedrive(tmp_path: Path) -> None:
    # The file has commas behind the last entries.
    answer = json.loads(re.sub(r",(\s*[}\]])", r"\1", recorded("pipedrive.json")))
    people = [item["data"] for item in answer["data"]]
    workspace, books = loaded(
        tmp_path, Case("pipedrive", "crm", "contacts"), {"persons.json": json.dumps({"data": people})}
    )
    # One of three has no data any more.
    assert (books["records"], books["loaded"]) == (3, 2)
    query = """
        select
            customer_id, name, account_id, email, phone, is_deleted,
            created_at::timestamptz::varchar, updated_at::timestamptz::varchar
        from raw_crm.contacts order by customer_id
    """
    assert rows(workspace, query) == [
        ("532", "some name 525", None, None, None, None, "2023-02-22 15:40:06+00", "2023-02-22 15:40:07+00"),
        ("611", "some deal user", "4", None, None, None, "2023-05-12 12:41:33+00", "2023-05-12 12:41:52+00"),
    ]


def test_an_event_of_snowplow(tmp_path: Path) -> None:
    fields = _fields(recorded("snowplow.txt"))
    line = "\t".join(value.replace("\n", "") for _, value in fields)
    assert len(fields) == 131
    workspace, books = loaded(tmp_path, Case("snowplow", "web", "events"), {"enriched.tsv": f"{line}\n"})
    assert books == {"records": 1, "loaded": 1, "rejected": 0, "skipped": 0}
    query = "select person_id, customer_id, event, event_id, url, occurred_at from raw_web.events"
    assert rows(workspace, query) == [
        (
            "bc2e92ec6c204a14",
            dict(fields)["user_id"],
            "link_click",
            "c6ef3124-b53a-4b13-a233-0088f79dcbcb",
            "http://www.snowplowanalytics.com",
            "2013-11-26T00:03:57.886000Z",
        )
    ]


def _fields(source: str) -> list[tuple[str, str]]:
    """The fields of the event that a program names: it is read, not run."""
    read: dict[str, Any] = {}

    def value(node: ast.expr) -> Any:
        return read[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)

    with warnings.catch_warnings():
        # The program's own texts.
        warnings.simplefilter("ignore")
        body = ast.parse(source).body
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if isinstance(node.value, ast.Constant):
                read[node.targets[0].id] = node.value.value
            elif isinstance(node.value, ast.Tuple):
                pairs = (pair for pair in node.value.elts if isinstance(pair, ast.Tuple))
                read[node.targets[0].id] = [(value(pair.elts[0]), value(pair.elts[1])) for pair in pairs]
    fields: list[tuple[str, str]] = read["full_event"]
    return fields
