"""Entities that Fivetran spreads over tables: joined, they give the rows that a file of the vendor gives for the same.

Columns are those that Fivetran's public dbt packages and their seeds name; the rows are our own, since those of the
seeds do not join.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import check_sources
from ingestion.readers.vendor import FURTHER_LINES
from ingestion.vendors.description import descriptions
from tests.ingestion.workspaces import load, make_workspace, put, rows, unbalanced
from workspace import Workspace
from workspace.vocabulary import CSV_ENTITIES

Rows = list[dict[str, Any]]
SYNCED = {"_fivetran_synced": "2026-03-10 00:00:00"}


@dataclass(frozen=True)
class Example:
    """The same facts twice.

    Attributes:
        file: as a file of the vendor has them.
        tables: as Fivetran's tables have them, the entity's own first.
    """

    vendor: str
    entity: str
    file: Any
    tables: dict[str, Rows]


HUBSPOT_DEALS = Example(
    "hubspot",
    "crm/deals",
    {
        "results": [
            {
                "id": "1",
                "properties": {
                    "createdate": "2026-03-01T08:00:00Z", "closedate": "2026-03-05T09:00:00Z", "amount": "1200.50",
                    "dealstage": "closedwon", "hs_is_closed": "true", "hs_is_closed_won": "true",
                    "hs_lastmodifieddate": "2026-03-05T09:00:00Z", "hs_analytics_source": "PAID_SEARCH",
                },
                "associations": {"contacts": {"results": [{"id": "31"}]}, "companies": {"results": [{"id": "900"}]}},
            },
            {
                "id": "2",
                "properties": {
                    "createdate": "2026-03-02T08:00:00Z", "closedate": "2026-06-01T00:00:00Z", "amount": "70",
                    "dealstage": "s-17", "hs_is_closed": "false", "hs_lastmodifieddate": "2026-03-02T08:00:00Z",
                },
            },
            {
                "id": "3",
                "properties": {
                    "createdate": "2026-03-03T08:00:00Z", "closedate": "2026-03-04T10:00:00Z",
                    "dealstage": "s-18", "hs_is_closed": "true", "hs_lastmodifieddate": "2026-03-04T10:00:00Z",
                },
                "associations": {"contacts": {"results": [{"id": "32"}]}},
                "archived": True,
            },
        ]
    },
    {
        "deal": [
            {
                "deal_id": 1, "is_deleted": False, "deal_pipeline_stage_id": "closedwon", "property_amount": "1200.50",
                "property_createdate": "2026-03-01 08:00:00", "property_closedate": "2026-03-05 09:00:00",
                "property_hs_lastmodifieddate": "2026-03-05 09:00:00", "property_hs_analytics_source": "PAID_SEARCH",
            },
            {
                "deal_id": 2, "is_deleted": False, "deal_pipeline_stage_id": "s-17", "property_amount": "70",
                "property_createdate": "2026-03-02 08:00:00", "property_closedate": "2026-06-01 00:00:00",
                "property_hs_lastmodifieddate": "2026-03-02 08:00:00",
            },
            {
                "deal_id": 3, "is_deleted": True, "deal_pipeline_stage_id": "s-18",
                "property_createdate": "2026-03-03 08:00:00", "property_closedate": "2026-03-04 10:00:00",
                "property_hs_lastmodifieddate": "2026-03-04 10:00:00",
            },
        ],
        "deal_contact": [
            {"deal_id": 1, "contact_id": 31, "_fivetran_deleted": False},
            # An association that was removed belongs to nothing any more.
            {"deal_id": 2, "contact_id": 99, "_fivetran_deleted": True},
            {"deal_id": 3, "contact_id": 32, "_fivetran_deleted": False},
        ],
        "deal_company": [{"deal_id": 1, "company_id": 900}],
        "deal_pipeline_stage": [
            {"stage_id": "closedwon", "label": "Won", "is_closed": True, "closed_won": True},
            {"stage_id": "s-17", "label": "Talks", "is_closed": False, "closed_won": False},
            {"stage_id": "s-18", "label": "Gone", "is_closed": True, "closed_won": False},
        ],
    },
)  # fmt: skip
HUBSPOT_TICKETS = Example(
    "hubspot",
    "service/tickets",
    {
        "results": [
            {
                "id": "7",
                "properties": {
                    "createdate": "2026-03-01T08:00:00Z", "closed_date": "2026-03-02T08:00:00Z",
                    "first_agent_reply_date": "2026-03-01T09:00:00Z", "hs_pipeline_stage": "4",
                    "hs_ticket_category": "BILLING", "hs_ticket_priority": "HIGH",
                },
                "associations": {"contacts": {"results": [{"id": "31"}]}},
            }
        ]
    },
    {
        "ticket": [
            {
                "id": 7, "is_deleted": False, "property_createdate": "2026-03-01 08:00:00",
                "property_closed_date": "2026-03-02 08:00:00",
                "property_first_agent_reply_date": "2026-03-01 09:00:00", "property_hs_pipeline_stage": "4",
                "property_hs_ticket_category": "BILLING", "property_hs_ticket_priority": "HIGH",
            }
        ],
        "ticket_contact": [{"ticket_id": 7, "contact_id": 31, "category": "HUBSPOT_DEFINED"}],
    },
)  # fmt: skip
SALESFORCE_DEALS = Example(
    "salesforce",
    "crm/deals",
    {
        "records": [
            {
                "attributes": {"type": "Opportunity"}, "Id": "006A", "CreatedDate": "2026-03-01T08:00:00.000+0000",
                "CloseDate": "2026-03-05", "IsClosed": True, "IsWon": True, "StageName": "Signed", "Amount": 900,
                "AccountId": "001A", "LeadSource": "Web", "SystemModstamp": "2026-03-05T09:00:00.000+0000",
            },
            {
                "attributes": {"type": "Opportunity"}, "Id": "006B", "CreatedDate": "2026-03-02T08:00:00.000+0000",
                "CloseDate": "2026-09-01", "IsClosed": False, "IsWon": False, "StageName": "Talks", "IsDeleted": True,
                "SystemModstamp": "2026-03-06T09:00:00.000+0000",
            },
        ]
    },
    {
        "opportunity": [
            {
                "id": "006A", "created_date": "2026-03-01 08:00:00", "close_date": "2026-03-05", "is_closed": True,
                "is_won": True, "stage_name": "Signed", "amount": 900, "account_id": "001A", "lead_source": "Web",
                "system_modstamp": "2026-03-05 09:00:00", "is_deleted": False,
            },
            {
                "id": "006B", "created_date": "2026-03-02 08:00:00", "close_date": "2026-09-01", "is_closed": False,
                "is_won": False, "stage_name": "Talks", "system_modstamp": "2026-03-06 09:00:00", "is_deleted": True,
            },
        ],
    },
)  # fmt: skip
SALESFORCE_LEADS = Example(
    "salesforce",
    "crm/leads",
    {
        "records": [
            {
                "attributes": {"type": "Lead"}, "Id": "00QA", "CreatedDate": "2026-03-01T08:00:00.000+0000",
                "ConvertedContactId": "003A", "ConvertedAccountId": "001A", "ConvertedDate": "2026-03-04",
                "IsConverted": True, "Status": "Converted", "SystemModstamp": "2026-03-04T09:00:00.000+0000",
            }
        ]
    },
    {
        "lead": [
            {
                "id": "00QA", "created_date": "2026-03-01 08:00:00", "converted_contact_id": "003A",
                "converted_account_id": "001A", "converted_date": "2026-03-04", "is_converted": True,
                "status": "Converted", "system_modstamp": "2026-03-04 09:00:00",
            }
        ]
    },
)  # fmt: skip
MONEY = {"shop_money": {"amount": "20.00", "currency_code": "EUR"}}
SHOPIFY_ORDERS = Example(
    "shopify",
    "crm/orders",
    {
        "orders": [
            {
                "id": 1, "order_number": 1, "created_at": "2026-03-06T08:00:00Z", "total_price": "20.00",
                "total_price_set": MONEY, "currency": "EUR", "customer": {"id": 5}, "test": False,
                "landing_site": "/a?utm_source=news&utm_medium=email&utm_campaign=spring",
                "updated_at": "2026-03-08T08:00:00Z", "line_items": [{"quantity": 2}, {"quantity": 1}],
                "refunds": [
                    {
                        "id": 7, "created_at": "2026-03-07T08:00:00Z",
                        "transactions": [
                            {"id": 77, "kind": "refund", "status": "success", "amount": "5.00", "currency": "EUR",
                             "created_at": "2026-03-07T08:00:00Z"},
                            {"id": 78, "kind": "refund", "status": "failure", "amount": "6.00", "currency": "EUR",
                             "created_at": "2026-03-07T08:00:00Z"},
                        ],
                    }
                ],
            },
            {
                "id": 2, "order_number": 2, "created_at": "2026-03-06T09:00:00Z", "total_price": "20.00",
                "total_price_set": MONEY, "currency": "EUR", "updated_at": "2026-03-06T10:00:00Z", "test": True,
                "cancelled_at": "2026-03-06T10:00:00Z", "line_items": [{"quantity": 1}],
            },
        ]
    },
    {
        "order": [
            {
                "id": 1, "order_number": 1, "created_at": "2026-03-06 08:00:00", "total_price": 20,
                "total_price_set": json.dumps(MONEY), "currency": "EUR", "customer_id": 5, "test": False,
                "updated_at": "2026-03-08 08:00:00", "_fivetran_deleted": False,
            },
            {
                "id": 2, "order_number": 2, "created_at": "2026-03-06 09:00:00", "total_price": 20,
                "total_price_set": json.dumps(MONEY), "currency": "EUR", "test": True,
                "cancelled_at": "2026-03-06 10:00:00", "updated_at": "2026-03-06 10:00:00", "_fivetran_deleted": False,
            },
        ],
        "transaction": [
            {"id": 76, "order_id": 1, "kind": "sale", "status": "success", "amount": "20.00", "currency": "EUR",
             "created_at": "2026-03-06 08:00:00"},
            {"id": 77, "order_id": 1, "kind": "refund", "status": "success", "amount": "5.00", "currency": "EUR",
             "created_at": "2026-03-07 08:00:00"},
            {"id": 78, "order_id": 1, "kind": "refund", "status": "failure", "amount": "6.00", "currency": "EUR",
             "created_at": "2026-03-07 08:00:00"},
        ],
        "order_line": [
            {"id": 11, "order_id": 1, "quantity": 2}, {"id": 12, "order_id": 1, "quantity": 1},
            {"id": 13, "order_id": 2, "quantity": 1},
        ],
        "order_url_tag": [
            {"order_id": 1, "key": "utm_source", "value": "news"},
            {"order_id": 1, "key": "utm_medium", "value": "email"},
            {"order_id": 1, "key": "utm_campaign", "value": "spring"},
        ],
    },
)  # fmt: skip
STRIPE_ORDERS = Example(
    "stripe",
    "crm/orders",
    {
        "data": [
            {
                "object": "charge", "id": "ch_1", "livemode": True, "status": "succeeded", "captured": True,
                "created": 1772352000, "amount": 2000, "amount_captured": 2000, "currency": "eur", "customer": "cus_1",
                "metadata": {"utm_source": "news"}, "amount_refunded": 500,
                "refunds": {"data": [{"id": "re_1", "status": "succeeded", "created": 1772438400, "amount": 500,
                                      "currency": "eur"}]},
            },
            {
                "object": "charge", "id": "ch_2", "livemode": False, "status": "failed", "captured": False,
                "created": 1772352000, "amount": 700, "currency": "eur", "customer": "cus_1", "metadata": {},
            },
            {
                "object": "charge", "id": "ch_3", "livemode": False, "status": "succeeded", "captured": True,
                "created": 1772352060, "amount": 900, "currency": "jpy", "metadata": {}, "amount_refunded": 900,
            },
        ]
    },
    {
        "charge": [
            {
                "id": "ch_1", "livemode": True, "status": "succeeded", "captured": True, "amount": 2000,
                "created": "2026-03-01 08:00:00", "currency": "eur", "customer_id": "cus_1", "amount_refunded": 500,
                "metadata": '{"utm_source": "news"}',
            },
            {
                "id": "ch_2", "livemode": False, "status": "failed", "captured": False, "amount": 700,
                "created": "2026-03-01 08:00:00", "currency": "eur", "customer_id": "cus_1", "amount_refunded": 0,
            },
            {
                "id": "ch_3", "livemode": False, "status": "succeeded", "captured": True, "amount": 900,
                "created": "2026-03-01 08:01:00", "currency": "jpy", "amount_refunded": 900,
            },
        ],
        "refund": [
            {"id": "re_1", "charge_id": "ch_1", "status": "succeeded", "created": "2026-03-02 08:00:00", "amount": 500,
             "currency": "eur"},
        ],
    },
)  # fmt: skip
ZENDESK_TICKETS = Example(
    "zendesk",
    "service/tickets",
    {
        "tickets": [
            {
                "id": 1, "requester_id": 50, "status": "solved", "created_at": "2026-03-01T08:00:00Z",
                "updated_at": "2026-03-03T08:00:00Z", "type": "incident", "priority": "high", "via": {"channel": "web"},
                "requester": {"external_id": "c-5", "email": "mira@acme.example"},
                "satisfaction_rating": {"score": "good"}, "metric_set": {"solved_at": "2026-03-02T10:00:00Z"},
                "comments": [
                    {"author_id": 50, "public": True, "created_at": "2026-03-01T08:00:00Z"},
                    {"author_id": 60, "public": False, "created_at": "2026-03-01T08:10:00Z"},
                    {"author_id": 60, "public": True, "created_at": "2026-03-01T09:30:00Z"},
                    {"author_id": 61, "public": True, "created_at": "2026-03-01T11:00:00Z"},
                ],
            },
            {
                "id": 2, "requester_id": 51, "status": "open", "created_at": "2026-03-02T08:00:00Z",
                "updated_at": "2026-03-03T09:00:00Z", "metric_set": {"solved_at": "2026-03-02T12:00:00Z"},
                "via": {"channel": "email", "source": {"from": {"address": "li@acme.example"}}},
            },
            {
                "id": 3, "requester_id": 50, "status": "deleted", "created_at": "2026-03-02T08:00:00Z",
                "updated_at": "2026-03-03T09:00:00Z", "via": {"channel": "web"},
                "requester": {"external_id": "c-5", "email": "mira@acme.example"},
            },
        ]
    },
    {
        "ticket": [
            {
                "id": 1, "requester_id": 50, "status": "solved", "created_at": "2026-03-01 08:00:00",
                "updated_at": "2026-03-03 08:00:00", "type": "incident", "priority": "high", "via_channel": "web",
            },
            {
                "id": 2, "requester_id": 51, "status": "open", "created_at": "2026-03-02 08:00:00",
                "updated_at": "2026-03-03 09:00:00", "via_channel": "email",
                "via_source_from_address": "li@acme.example",
            },
            {
                "id": 3, "requester_id": 50, "status": "deleted", "created_at": "2026-03-02 08:00:00",
                "updated_at": "2026-03-03 09:00:00", "via_channel": "web",
            },
        ],
        "ticket_comment": [
            {"id": 901, "ticket_id": 1, "user_id": 50, "public": True, "created": "2026-03-01 08:00:00"},
            {"id": 902, "ticket_id": 1, "user_id": 60, "public": False, "created": "2026-03-01 08:10:00"},
            {"id": 804, "ticket_id": 1, "user_id": 61, "public": True, "created": "2026-03-01 11:00:00"},
            {"id": 903, "ticket_id": 1, "user_id": 60, "public": True, "created": "2026-03-01 09:30:00"},
        ],
        "user": [{"id": 50, "external_id": "c-5", "email": "mira@acme.example", "role": "end-user"}],
        "ticket_field_history": [
            {"ticket_id": 1, "field_name": "status", "value": "solved", "updated": "2026-03-01 12:00:00"},
            {"ticket_id": 1, "field_name": "status", "value": "open", "updated": "2026-03-01 13:00:00"},
            {"ticket_id": 1, "field_name": "status", "value": "solved", "updated": "2026-03-02 10:00:00"},
            {"ticket_id": 1, "field_name": "satisfaction_score", "value": "offered", "updated": "2026-03-02 11:00:00"},
            {"ticket_id": 1, "field_name": "satisfaction_score", "value": "good", "updated": "2026-03-02 12:00:00"},
            {"ticket_id": 2, "field_name": "status", "value": "solved", "updated": "2026-03-02 12:00:00"},
        ],
    },
)  # fmt: skip
QUALTRICS = Example(
    "qualtrics_api",
    "survey/wide",
    {
        "responses": [
            {
                "responseId": "R_1",
                "values": {
                    "endDate": "2026-03-01T08:00:00Z", "recordedDate": "2026-03-01T08:00:01Z", "status": 0,
                    "userLanguage": "EN", "recipientEmail": "mira@acme.example", "customer_id": "c-5",
                    "QID1": 4, "QID2": ["1", "3"], "QID4_2": 5, "QID5": "Quick and kind",
                },
            },
            {
                "responseId": "R_2",
                "values": {"endDate": "2026-03-02T08:00:00Z", "recordedDate": "2026-03-02T08:00:01Z", "status": 1,
                           "QID1": 2},
            },
        ]
    },
    {
        "survey_response": [
            {
                "id": "R_1", "survey_id": "SV_1", "end_date": "2026-03-01 08:00:00", "status": 0, "user_language": "EN",
                "recorded_date": "2026-03-01 08:00:01", "recipient_email": "mira@acme.example",
            },
            {
                "id": "R_2", "survey_id": "SV_1", "end_date": "2026-03-02 08:00:00", "status": 1,
                "recorded_date": "2026-03-02 08:00:01",
            },
        ],
        "question_response": [
            {"_fivetran_id": "a", "response_id": "R_1", "question_id": "QID1", "value": "4", "text": "Good"},
            {"_fivetran_id": "c", "response_id": "R_1", "question_id": "QID2", "value": "3"},
            {"_fivetran_id": "b", "response_id": "R_1", "question_id": "QID2", "value": "1"},
            {"_fivetran_id": "d", "response_id": "R_1", "question_id": "QID4", "sub_question_key": "2", "value": "5"},
            {"_fivetran_id": "e", "response_id": "R_1", "question_id": "QID5", "text": "Quick and kind"},
            {"_fivetran_id": "f", "response_id": "R_2", "question_id": "QID1", "value": "2"},
        ],
        "survey_embedded_data": [{"response_id": "R_1", "key": "customer_id", "import_id": "c", "value": "c-5"}],
    },
)  # fmt: skip
EXAMPLES = (
    HUBSPOT_DEALS, HUBSPOT_TICKETS, SALESFORCE_DEALS, SALESFORCE_LEADS, SHOPIFY_ORDERS, STRIPE_ORDERS, ZENDESK_TICKETS,
    QUALTRICS,
)  # fmt: skip
named = pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.vendor}-{one.entity.replace('/', '-')}")


def write_sqlite(root: Path, tables: dict[str, Rows]) -> str:
    with sqlite3.connect(root / "lake.db") as connection:
        for table, found in tables.items():
            names = list(dict.fromkeys(name for row in found for name in {**row, **SYNCED}))
            connection.execute(f'''create table "{table}" ({", ".join(f'"{name}"' for name in names)})''')
            for row in found:
                cells = [{**row, **SYNCED}.get(name) for name in names]
                connection.execute(f'insert into "{table}" values ({", ".join("?" * len(cells))})', cells)
    return "sqlite:///lake.db"


def write_duckdb(root: Path, tables: dict[str, Rows]) -> str:
    """The same with types: true and false, numbers, times."""
    with duckdb.connect(str(root / "lake.duckdb")) as connection:
        connection.execute("create schema hub")
        for table, found in tables.items():
            (root / f"{table}.jsonl").write_text("".join(f"{json.dumps({**row, **SYNCED})}\n" for row in found))
            path = str(root / f"{table}.jsonl")
            connection.execute(f'create table hub."{table}" as from read_json($path)', {"path": path})
    return "duckdb:///lake.duckdb"


def workspace_of(tmp_path: Path, example: Example, place: str) -> Workspace:
    """A workspace with a file and with the tables of the same facts."""
    kind, _, entity = example.entity.partition("/")
    own = {"kind": kind, "vendor": example.vendor, "entity": entity, "timezone": "UTC"}
    url = (write_sqlite if place == "sqlite" else write_duckdb)(tmp_path, example.tables)
    table = ("hub." if place == "duckdb" else "") + next(iter(example.tables))
    landed = {**own, "name": "lake", "landed": "fivetran", "url": url, "table": table}
    workspace = make_workspace(tmp_path, {**own, "name": "file", "path": "inbox/*.json"}, landed)
    put(workspace, "a.json", json.dumps(example.file))
    return workspace


def canonical(workspace: Workspace, example: Example, source: str) -> list[dict[str, str]]:
    """Rows of a source by key: the columns that are filled, times and numbers in one form."""
    kind, _, entity = example.entity.partition("/")
    columns = [*CSV_ENTITIES[kind][entity].columns, *(["_row"] if example.entity == "survey/wide" else [])]
    forms = ", ".join(
        f"coalesce(strftime(try_cast({name} as timestamptz) at time zone 'UTC', '%Y-%m-%d %H:%M:%S'), {name})"
        if name.endswith("_at")
        else f"coalesce(cast(try_cast({name} as decimal(18, 3)) as varchar), {name})"
        if name in ("amount", "quantity")
        else f"coalesce(try_cast({name} as boolean)::varchar, {name})"
        if name == "is_test"
        else name
        for name in columns
    )
    found = rows(workspace, f"select {forms} from raw_{kind}.{entity} where _source = ? order by all", source)
    filled = [{name: one for name, one in zip(columns, row, strict=True) if one is not None} for row in found]
    for row in filled:
        if "_row" in row:
            row["_row"] = json.loads(row["_row"])
    return filled


@named
@pytest.mark.parametrize("place", ["sqlite", "duckdb"])
def test_tables_that_are_joined_give_the_rows_of_the_file(tmp_path: Path, example: Example, place: str) -> None:
    workspace = workspace_of(tmp_path, example, place)
    assert [one for one in load(workspace, "file").problems if one.severity == "error"] == []
    report = load(workspace, "lake")
    assert [one for one in report.problems if one.severity == "error"] == []
    expected = canonical(workspace, example, "file")
    if example.entity == "survey/wide":
        questions = {"QID1", "QID2", "QID4_2", "QID5"}
        for row in expected:
            row["_row"] = {name: one for name, one in row["_row"].items() if name in questions}
    assert canonical(workspace, example, "lake") == expected != []
    assert not unbalanced(workspace)
    assert {file.outcome for file in load(workspace, "lake").files} == {"unchanged"}


@named
def test_a_table_that_is_not_there_is_reported_and_the_others_are_read(tmp_path: Path, example: Example) -> None:
    first, *others = example.tables
    if not others:
        pytest.skip("one table holds it all")
    workspace = workspace_of(tmp_path, Example(**{**vars(example), "tables": {first: example.tables[first]}}), "sqlite")
    found = [one.what for one in check_sources(workspace) if one.key == "sources.lake.table"]
    for name in others:
        assert f"There is no table '{name}' beside '{first}': what is read from it is empty." in found
    report = load(workspace, "lake")
    assert report.loaded > 0
    lines = rows(
        workspace,
        f"select count(*) from raw_{example.entity.replace('/', '.')} where _source = 'lake' and _line < ?",
        FURTHER_LINES,
    )
    assert lines == [(report.loaded,)]


def test_a_cursor_beside_joined_tables_is_refused(tmp_path: Path) -> None:
    url = write_sqlite(tmp_path, HUBSPOT_DEALS.tables)
    own = {"kind": "crm", "vendor": "hubspot", "entity": "deals", "landed": "fivetran", "url": url, "table": "deal"}
    cursor = {"cursor": "_fivetran_synced", "lag": "1 hour"}
    workspace = make_workspace(tmp_path, {**own, "name": "lake", **cursor})
    (problem,) = load(workspace, "lake").problems
    assert "several tables, which are read whole" in problem.what


def test_responses_of_several_surveys_are_refused(tmp_path: Path) -> None:
    tables = {**QUALTRICS.tables, "survey_response": [*QUALTRICS.tables["survey_response"]]}
    tables["survey_response"].append({"id": "R_3", "survey_id": "SV_2", "status": 0})
    workspace = workspace_of(tmp_path, Example(**{**vars(QUALTRICS), "tables": tables}), "sqlite")
    (problem,) = load(workspace, "lake").problems
    assert "2 different values of 'survey_id'" in problem.what
    assert "Name a view" in problem.fix


def test_every_entity_that_is_spread_over_tables_has_an_example() -> None:
    spread = {
        (one.vendor, name) for one in descriptions() for name, table in one.landed.fivetran.items() if table.joins
    }
    assert spread <= {(example.vendor, example.entity) for example in EXAMPLES}
