"""Tables that an ELT tool landed: a row becomes the vendor's record again, and lands as it does from a file."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from ingestion import check_sources
from ingestion.engine.databases import Database
from ingestion.engine.landed import keys_of
from tests.ingestion.postgres import Server, find_programs
from tests.ingestion.workspaces import load, make_workspace, put, rows, unbalanced
from workspace import Source, Workspace, WorkspaceError
from workspace.vocabulary import CSV_ENTITIES

CONTACTS: list[dict[str, Any]] = [
    {
        "id": "31",
        "properties": {"email": "mira@acme.example", "firstname": "Mira", "lastname": "Holt", "plan": "gold"},
        "createdAt": "2026-03-01T08:00:00.120Z",
        "updatedAt": "2026-03-05T08:00:01.004Z",
        "archived": False,
        "associations": {"companies": {"results": [{"id": "900", "type": "contact_to_company"}]}},
    },
    {
        "id": "32",
        "properties": {"email": None, "firstname": "Ängla", "lastname": "", "mobilephone": "0301234567", "n": 1.50},
        "createdAt": "2026-03-02T08:00:00Z",
        "updatedAt": "2026-03-05T08:00:01.004Z",
        "archived": True,
    },
    {"id": "33", "properties": {"note": 'a "quoted" word'}, "createdAt": None, "updatedAt": None, "archived": False},
]
FILE = {"name": "file", "kind": "crm", "vendor": "hubspot", "entity": "contacts", "path": "inbox/*.json"}
LANDED = {
    "name": "hub",
    "kind": "crm",
    "vendor": "hubspot",
    "entity": "contacts",
    "landed": "airbyte",
    "url": "env:CX_LAKE_URL",
    "table": "contacts",
}
AIRBYTE = """
    create table contacts (
        _airbyte_raw_id varchar not null, _airbyte_extracted_at timestamptz not null, _airbyte_meta jsonb,
        _ab_cdc_deleted_at timestamptz, id varchar, properties jsonb, "createdAt" timestamptz, "updatedAt" timestamptz,
        archived boolean, associations jsonb
    )
"""
SQLITE = """
    create table contacts (
        _airbyte_raw_id text, _airbyte_extracted_at timestamp, id text, properties json, createdAt text,
        updatedAt text, archived boolean, associations json
    )
"""
COLUMNS = (
    "customer_id, account_id, email, phone, name, is_deleted, _row, created_at::timestamptz, updated_at::timestamptz"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(find_programs())
    server.start()
    yield server
    server.remove()


@pytest.fixture
def postgres(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server with an empty table of contacts, as Airbyte writes it."""
    server.execute("drop schema public cascade", "create schema public", AIRBYTE)
    monkeypatch.setenv("CX_LAKE_URL", server.url)
    return server


def extract(server: Server, contact: dict[str, Any], at: str, **own: str) -> None:
    """A row of a contact, extracted at a time."""
    named = {
        "_airbyte_raw_id": f"raw {contact['id']} {at}",
        "_airbyte_extracted_at": at,
        "_airbyte_meta": '{"changes": []}',
        **own,
        **{name: json.dumps(one) if isinstance(one, dict) else one for name, one in contact.items()},
    }
    cells = ", ".join("null" if one is None else f"'{one}'" for one in named.values())
    columns = ", ".join(f'"{name}"' for name in named)
    server.execute(f"insert into contacts ({columns}) values ({cells})")


def lifted(workspace: Workspace, source: str) -> list[tuple[Any, ...]]:
    """Live rows of a source by customer, and the keys of its records that hold something."""
    found = rows(
        workspace,
        f"""
        select {COLUMNS}, _record
        from raw_crm.contacts
        where _source = ? and _load_id in (select load_id from ledger.loads where status = 'active')
        order by customer_id, _load_id
        """,
        source,
    )
    return [
        (
            *(json.loads(cell) if isinstance(cell, str) and cell.startswith("{") else cell for cell in row[:-1]),
            {key for key, value in json.loads(row[-1]).items() if value is not None},
        )
        for row in found
    ]


def counts(workspace: Workspace) -> list[tuple[int, ...]]:
    """Records, loaded and skipped of every load."""
    assert not unbalanced(workspace)
    return rows(workspace, "select records, loaded, skipped from ledger.loads order by load_id")


def test_a_table_of_airbyte_in_postgres_gives_the_rows_of_the_file(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, FILE, LANDED)
    put(workspace, "contacts.json", json.dumps({"results": CONTACTS}))
    for contact in CONTACTS:
        extract(postgres, contact, "2026-03-06T00:00:00Z")
    assert load(workspace, "file").problems == ()
    assert load(workspace, "hub").problems == ()
    expected = lifted(workspace, "file")
    assert [row[:6] for row in expected] == [
        ("31", "900", "mira@acme.example", None, "Mira Holt", None),
        ("32", None, None, "0301234567", "Ängla", "true"),
        ("33", None, None, None, None, None),
    ]
    assert lifted(workspace, "hub") == expected
    assert counts(workspace) == [(3, 3, 0), (3, 3, 0)]
    assert [file.outcome for file in load(workspace, "hub").files] == ["unchanged"]
    # A tool that extracts the same again changes its own columns only.
    postgres.execute("update contacts set _airbyte_extracted_at = now(), _airbyte_raw_id = 'other'")
    assert [file.outcome for file in load(workspace, "hub").files] == ["unchanged"]


def test_a_table_of_airbyte_in_sqlite_gives_the_rows_of_the_file(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, FILE, {**LANDED, "url": "sqlite:///lake.db"})
    put(workspace, "contacts.json", json.dumps({"results": CONTACTS}))
    with sqlite3.connect(tmp_path / "lake.db") as connection:
        connection.execute(SQLITE)
        for one in CONTACTS:
            related = json.dumps(one["associations"]) if "associations" in one else None
            cells = (one["id"], json.dumps(one["properties"]), one["createdAt"], one["updatedAt"], one["archived"])
            connection.execute("insert into contacts values ('r', '2026-03-06', ?, ?, ?, ?, ?, ?)", (*cells, related))
    for source in ("file", "hub"):
        assert load(workspace, source).problems == ()
    assert len(lifted(workspace, "hub")) == 3
    assert lifted(workspace, "hub") == lifted(workspace, "file")
    assert counts(workspace) == [(3, 3, 0), (3, 3, 0)]


def test_a_table_that_dlt_itself_wrote_gives_the_rows_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dlt

    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    path = tmp_path / "lake.db"
    pipeline = dlt.pipeline(
        "lake",
        pipelines_dir=str(tmp_path / "dlt"),
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{path}"),
        dataset_name="main",
    )
    pipeline.run(dlt.resource(CONTACTS, name="contacts", max_table_nesting=0))
    # SQLite keeps no zone: dlt writes UTC without one.
    source = {**LANDED, "landed": "dlt", "url": "sqlite:///lake.db", "timezone": "UTC"}
    workspace = make_workspace(tmp_path, FILE, source)
    put(workspace, "contacts.json", json.dumps({"results": CONTACTS}))
    monkeypatch.setattr("tests.ingestion.test_landed.COLUMNS", COLUMNS.replace("::timestamptz", "::timestamp"))
    for one in ("file", "hub"):
        assert load(workspace, one).problems == ()
    assert {key for row in lifted(workspace, "hub") for key in row[-1]} == {*CONTACTS[0]}
    assert lifted(workspace, "hub") == lifted(workspace, "file")
    assert counts(workspace) == [(3, 3, 0), (3, 3, 0)]


@pytest.mark.parametrize(
    ("tool", "names", "keys"),
    [
        ("airbyte", ["ID", "_airbyte_meta", "properties"], {"ID": "id", "properties": "properties"}),
        ("airbyte", ["_ab_cdc_lsn", "_ab_cdc_deleted_at"], {"_ab_cdc_deleted_at": "_ab_cdc_deleted_at"}),
        ("dlt", ["created_at", "_dlt_id", "lead_score"], {"created_at": "createdAt", "lead_score": "lead_score"}),
        ("dlt", ["created_at", "createdAt"], {"created_at": "created_at", "createdAt": "createdAt"}),
        ("airbyte", ["createdat", "CREATEDAT"], {"createdat": "createdAt", "CREATEDAT": "CREATEDAT"}),
    ],
)
def test_a_column_has_the_key_that_the_description_reads(tool: str, names: list[str], keys: dict[str, str]) -> None:
    source = Source.model_validate({**LANDED, "landed": tool})
    assert keys_of(names, source) == keys


def test_an_object_that_dlt_took_apart_is_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "lake.db") as connection:
        connection.execute("create table contacts (id text, properties__email text, created_at text, _dlt_id text)")
    source = {**LANDED, "landed": "dlt", "url": "sqlite:///lake.db"}
    problems = check_sources(make_workspace(tmp_path, source))
    (email,) = [problem for problem in problems if "'email'" in problem.what]
    assert (email.severity, email.what) == ("warning", "The table has no column 'properties' for 'email'.")
    assert "max_table_nesting=0" in email.fix


def test_a_cursor_loads_what_was_extracted_since(tmp_path: Path, postgres: Server) -> None:
    source = {**LANDED, "cursor": "_airbyte_extracted_at", "lag": "1 hour"}
    workspace = make_workspace(tmp_path, source)
    first, second, third = CONTACTS
    extract(postgres, first, "2026-03-06T00:00:00Z")
    extract(postgres, second, "2026-03-06T12:00:00Z")
    load(workspace, "hub")
    assert [file.outcome for file in load(workspace, "hub").files] == ["unchanged"]
    postgres.execute("delete from contacts where id = '31'")
    changed = {**first, "properties": {"email": "mira@new.example"}, "updatedAt": "2026-03-06T12:01:00Z"}
    extract(postgres, changed, "2026-03-06T12:30:00Z")
    extract(postgres, third, "2026-03-06T12:30:00Z")
    assert load(workspace, "hub").problems == ()
    assert counts(workspace) == [(2, 2, 0), (3, 2, 1)], "the row within the lag is read again, and skipped"
    assert [row[:3] for row in lifted(workspace, "hub")] == [
        ("31", "900", "mira@acme.example"),
        ("31", "900", "mira@new.example"),
        ("32", None, None),
        ("33", None, None),
    ]
    assert rows(workspace, "select count(distinct _line) from raw_crm.contacts") == [(4,)], "file and line name a row"


def test_rows_without_a_cursor_value_land_beside_the_others(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, {**LANDED, "cursor": "updatedAt", "lag": "1 hour"})
    for contact in CONTACTS:
        extract(postgres, contact, "2026-03-06T00:00:00Z")
    for _ in range(2):
        assert load(workspace, "hub").problems == ()
    assert counts(workspace) == [(2, 2, 0), (1, 1, 0)]
    assert [row[0] for row in lifted(workspace, "hub")] == ["31", "32", "33"]


def test_a_row_that_airbyte_marks_is_deleted_and_its_mark_no_attribute(tmp_path: Path, postgres: Server) -> None:
    postgres.execute(AIRBYTE.replace("contacts", "sf_contacts"), 'alter table sf_contacts add column "Id" text')
    postgres.execute(
        """
        insert into sf_contacts (_airbyte_raw_id, _airbyte_extracted_at, "Id", _ab_cdc_deleted_at)
        values ('a', now(), '003A', null), ('b', now(), '003B', '2026-03-06 10:00+00')
        """
    )
    workspace = make_workspace(tmp_path, {**LANDED, "vendor": "salesforce", "table": "sf_contacts"})
    load(workspace, "hub")
    found = rows(workspace, "select customer_id, is_deleted, _canonical from raw_crm.contacts order by 1")
    assert [row[:2] for row in found] == [("003A", None), ("003B", "true")]
    assert "_ab_cdc_deleted_at" in json.loads(found[0][2])
    assert all("_airbyte_raw_id" not in row for (row,) in rows(workspace, "select _record from raw_crm.contacts"))
    assert counts(workspace) == [(2, 2, 0)]


def test_a_record_of_several_rows_becomes_them(tmp_path: Path, postgres: Server) -> None:
    """A Shopify order with refunds: the order and its refunds, from a file and from a table."""
    refunds = [
        {
            "id": 7,
            "created_at": "2026-03-07T08:00:00Z",
            "transactions": [{"id": 77, "kind": "refund", "status": "success", "amount": "5.00"}],
        },
        {
            "id": 8,
            "created_at": "2026-03-08T08:00:00Z",
            "transactions": [{"id": 78, "kind": "refund", "status": "success", "amount": "6.00"}],
        },
    ]
    order = {"id": 1, "created_at": "2026-03-06T08:00:00Z", "total_price": "20.00", "currency": "EUR"}
    order |= {"customer": {"id": 5}, "refunds": refunds, "updated_at": "2026-03-08T08:00:00Z"}
    shop = {"kind": "crm", "vendor": "shopify", "entity": "orders"}
    landed = {**LANDED, **shop, "table": "orders", "cursor": "updated_at", "lag": "1 hour"}
    workspace = make_workspace(tmp_path, {**FILE, **shop}, landed)
    put(workspace, "orders.json", json.dumps({"orders": [order]}))
    postgres.execute(
        """
        create table orders (
            _airbyte_raw_id text, id bigint, created_at timestamptz, total_price text, currency text, customer jsonb,
            refunds jsonb, updated_at timestamptz
        )
        """
    )
    add = "insert into orders values ('r', {}, '2026-03-06 08:00Z', '20.00', 'EUR', '{}', '{}', '{}')"
    customer = json.dumps(order["customer"])
    postgres.execute(add.format(1, customer, json.dumps(refunds), order["updated_at"]))
    load(workspace, "file")
    load(workspace, "hub")
    query = "select order_id, customer_id, amount, _line from raw_crm.orders where _source = ? order by _line"
    expected = rows(workspace, query, "file")
    assert len(expected) > 1
    assert rows(workspace, query, "hub") == expected
    # A later row has a line of its own, and what landed in several rows is known again.
    postgres.execute(add.format(2, customer, "[]", "2026-03-08T08:30:00Z"))
    load(workspace, "hub")
    assert counts(workspace)[1:] == [(1, 1, 0), (2, 1, 1)]
    lines = [row[3] for row in rows(workspace, query, "hub")]
    assert len({*lines}) == len(lines) == len(expected) + 1
    assert sorted(lines)[1] < 1_000_000


FIVETRAN = """
    create table contact (
        id bigint, _fivetran_deleted boolean, _fivetran_synced timestamptz, property_email text,
        property_firstname text, property_lastname text, property_createdate timestamptz, property_plan text
    )
"""


def test_a_table_of_fivetran_is_read_by_its_own_columns(tmp_path: Path, postgres: Server) -> None:
    postgres.execute(FIVETRAN)
    postgres.execute(
        """
        insert into contact values
            (31, false, now(), 'mira@acme.example', 'Mira', 'Holt', '2026-03-01 08:00:00.12+00', 'gold'),
            (32, true, now(), null, 'Ängla', null, '2026-03-02 08:00+00', null)
        """
    )
    workspace = make_workspace(tmp_path, {**LANDED, "landed": "fivetran", "table": "public.contact"})
    report = load(workspace, "hub")
    assert {problem.severity for problem in report.problems} == {"warning"}
    assert any("'property_phone' nor 'property_mobilephone' for 'phone'" in one.what for one in report.problems)
    found = rows(workspace, f"select {COLUMNS}, _canonical from raw_crm.contacts order by 1")
    assert [row[:6] for row in found] == [
        ("31", None, "mira@acme.example", None, "Mira Holt", None),
        ("32", None, None, None, "Ängla", "true"),
    ]
    attributes, taken = json.loads(found[0][6]), json.loads(found[0][9])
    assert {name: value for name, value in attributes.items() if name not in taken} == {"property_plan": "gold"}
    assert counts(workspace) == [(2, 2, 0)]


@pytest.mark.parametrize(
    ("vendor", "entity", "row", "expected"),
    [
        (
            "hubspot",
            "accounts",
            {"id": 900, "is_deleted": 1, "property_name": "Acme", "property_hs_parent_company_id": "7"},
            {"account_id": "900", "name": "Acme", "parent_id": "7", "is_deleted": "true"},
        ),
        (
            "salesforce",
            "contacts",
            {"id": "003A", "account_id": "001A", "mobile_phone": "0301", "first_name": "Li", "last_name": "Wu"},
            {"customer_id": "003A", "account_id": "001A", "phone": "0301", "name": "Li Wu"},
        ),
        (
            "salesforce",
            "accounts",
            {"id": "001A", "name": "Acme", "parent_id": "001B", "is_deleted": 0, "system_modstamp": "2026-03-05"},
            {"account_id": "001A", "name": "Acme", "parent_id": "001B", "updated_at": "2026-03-05"},
        ),
    ],
)
def test_every_table_of_fivetran_that_is_described_is_read(
    tmp_path: Path, vendor: str, entity: str, row: dict[str, Any], expected: dict[str, str]
) -> None:
    with sqlite3.connect(tmp_path / "lake.db") as connection:
        connection.execute(f"create table landed ({', '.join(row)}, _fivetran_synced text)")
        connection.execute(f"insert into landed values ({', '.join('?' * len(row))}, '2026-03-06')", [*row.values()])
    source = {**LANDED, "landed": "fivetran", "url": "sqlite:///lake.db", "table": "landed"}
    workspace = make_workspace(tmp_path, {**source, "vendor": vendor, "entity": entity})
    load(workspace, "hub")
    names = CSV_ENTITIES["crm"][entity].columns
    (found,) = rows(workspace, f"select {', '.join(names)} from raw_crm.{entity}")
    assert {name: value for name, value in zip(names, found, strict=True) if value is not None} == expected


def test_a_table_of_fivetran_that_keeps_history_is_refused(tmp_path: Path, postgres: Server) -> None:
    postgres.execute(FIVETRAN, "alter table contact add column _fivetran_active boolean")
    workspace = make_workspace(tmp_path, {**LANDED, "landed": "fivetran", "table": "contact"})
    (problem,) = load(workspace, "hub").problems
    assert "keeps the history" in problem.what
    assert "_fivetran_active is true" in problem.fix


def test_a_column_that_comes_or_goes_is_reported_and_an_empty_one_is_not(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, LANDED)
    for contact in CONTACTS:
        extract(postgres, contact, "2026-03-06T00:00:00Z")
    load(workspace, "hub")
    postgres.execute("update contacts set associations = null")
    assert load(workspace, "hub").problems == ()
    postgres.execute("alter table contacts drop column associations", "alter table contacts add column url text")
    postgres.execute("update contacts set url = 'https://app.example'")
    said = {problem.what for problem in load(workspace, "hub").problems}
    assert "Key 'url' is new. It is kept in raw." in said
    assert "Key 'associations' is gone; the load before had it." in said
    assert counts(workspace) == [(3, 3, 0)] * 3


# Column -> its values at the first load and at the second, as the database has them, and what is said of it.
TYPED: dict[str, tuple[list[str], list[str], str | None]] = {
    "score": (["1::bigint", "2", "3.5"], ["'soon'", "'later'", "'3'"], "held numbers and now holds text"),
    "rank": (["1::bigint", "2", "3"], ["'1'", "'2'", "'3'"], None),
    "few": (["1::bigint", "2", "3"], ["'1'", "'soon'", "'3'"], None),
    "seen": (["timestamptz '2026-03-01 10:00:00Z'"] * 3, ["'soon'"] * 3, "held times and now holds text"),
    "day": (["date '2026-03-01'"] * 3, ["5"] * 3, "held times and now holds numbers"),
    "parts": (["json '{\"a\": 1}'"] * 3, ["'soon'"] * 3, "held objects and now holds text"),
    "list": (["json '[1]'"] * 3, ["json '{}'"] * 3, "held arrays and now holds objects"),
    "word": (["'soon'"] * 3, ["5"] * 3, None),
    "empty": (["null::varchar"] * 3, ["'soon'"] * 3, None),
}


@pytest.mark.parametrize(
    ("landed", "named"),
    [
        ("airbyte", '\'{"email": "a@a.example"}\'::json as properties'),
        ("dlt", '\'{"email": "a@a.example"}\'::json as properties'),
        ("fivetran", "'a@a.example' as property_email, now() as property_lastmodifieddate"),
    ],
)
def test_a_column_whose_values_are_of_another_type_is_reported_once_and_kept(
    tmp_path: Path, landed: str, named: str
) -> None:
    workspace = make_workspace(tmp_path, {**LANDED, "landed": landed, "url": "duckdb:///lake.duckdb"})
    said = []
    for nth in (0, 1, 1):
        columns = ", ".join(f"unnest([{', '.join(values[nth])}]) as {name}" for name, values in TYPED.items())
        with duckdb.connect(str(tmp_path / "lake.duckdb")) as connection:
            rows_of = f"select unnest([7, 8, 9]) as id, {named}, {columns}"
            connection.execute(f"create or replace table contacts as {rows_of}")
        report = load(workspace, "hub")
        assert [problem for problem in report.problems if problem.severity == "error"] == []
        # Not every key is shown by its name.
        said.append(
            sorted(problem.what[problem.what.index("held") :] for problem in report.problems if "held" in problem.what)
        )
    assert said == [[], sorted(f"{what}." for *_, what in TYPED.values() if what), []]
    kept = "select distinct _record ->> 'score' from raw_crm.contacts where _load_id = 2 order by 1"
    assert rows(workspace, kept) == [("3",), ("later",), ("soon",)]
    assert not unbalanced(workspace)


def test_a_required_column_that_is_missing_is_named_and_nothing_loads(tmp_path: Path, postgres: Server) -> None:
    postgres.execute("alter table contacts drop column id")
    workspace = make_workspace(tmp_path, LANDED)
    (problem,) = load(workspace, "hub").problems
    assert (problem.file, problem.key, problem.severity) == ("sql:hub", "sources.hub.table", "error")
    assert problem.what == "The table has no column 'id' for 'customer_id'."
    assert [one.what for one in check_sources(workspace)] == [problem.what]
    assert counts(workspace) == []


def test_a_valid_table_passes_the_check(tmp_path: Path, postgres: Server) -> None:
    source = {**LANDED, "cursor": "_airbyte_extracted_at", "lag": "1 hour"}
    assert check_sources(make_workspace(tmp_path, source)) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"landed": "stitch"}, "'airbyte', 'dlt' or 'fivetran'"),
        ({"url": None}, "'landed' needs 'url'"),
        ({"table": None}, "'landed' needs 'table'"),
        ({"landed": "fivetran", "table": None}, "such as hubspot.contact"),
        ({"path": "inbox/*.json"}, "'path' and 'landed' are two ways in"),
        ({"api": {"token": "env:CX_KEY"}}, "'api' and 'landed' are two ways in"),
        ({"vendor": "csv"}, "'landed' belongs to described vendors"),
        ({"vendor": "sql"}, "'landed' belongs to described vendors"),
        (
            {"landed": "fivetran", "entity": "interactions"},
            "A table of fivetran is not described for hubspot crm/interactions",
        ),
        (
            {"kind": "survey", "vendor": "limesurvey", "entity": "wide"},
            "A table of airbyte is not described for limesurvey survey/wide",
        ),
        ({"landed": None}, "or say by which tool the table is 'landed'"),
        ({"columns": {"email": "mail"}}, "whose description says it"),
        ({"encoding": "latin-1"}, "'encoding' does not belong"),
    ],
)
def test_a_source_that_fits_no_landed_table_is_refused(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    source = {name: value for name, value in {**LANDED, **options}.items() if value is not None}
    with pytest.raises(WorkspaceError) as refused:
        make_workspace(tmp_path, source)
    assert said in str(refused.value)


DUCKDB = """
    create table contacts (
        _airbyte_raw_id varchar, _airbyte_extracted_at timestamptz, id varchar, properties json,
        "createdAt" timestamptz, "updatedAt" timestamptz, archived boolean, associations struct(companies json)
    )
"""


def write_duckdb(path: Path, contacts: list[dict[str, Any]], at: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'Asia/Tokyo'")
        connection.execute(DUCKDB.replace("create table", "create table if not exists"))
        for one in contacts:
            related = {"companies": json.dumps(one["associations"]["companies"])} if "associations" in one else None
            cells = (one["id"], json.dumps(one["properties"]), one["createdAt"], one["updatedAt"], one["archived"])
            connection.execute("insert into contacts values ('r', ?, ?, ?, ?, ?, ?, ?)", (at, *cells, related))


def write_parquet(root: Path, contacts: list[dict[str, Any]], at: str) -> None:
    """A file for each load, as tools write them to a folder."""
    database = root / "scratch.duckdb"
    database.unlink(missing_ok=True)
    write_duckdb(database, contacts, at)
    folder = root / "lake" / "contacts"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"copy contacts to '{folder / at.replace(':', '')}.parquet' (format parquet)")


@pytest.mark.parametrize("url", ["duckdb:///lake.duckdb", "parquet:///lake"])
def test_a_file_of_tables_gives_the_rows_of_the_vendors_file(tmp_path: Path, url: str) -> None:
    source = {**LANDED, "url": url, "cursor": "_airbyte_extracted_at", "lag": "1 hour"}
    workspace = make_workspace(tmp_path, FILE, source)
    put(workspace, "contacts.json", json.dumps({"results": CONTACTS}))

    def extract_to_file(contacts: list[dict[str, Any]], at: str) -> None:
        if url.startswith("duckdb"):
            write_duckdb(tmp_path / "lake.duckdb", contacts, at)
        else:
            write_parquet(tmp_path, contacts, at)

    extract_to_file(CONTACTS, "2026-03-06T00:00:00Z")
    assert check_sources(workspace) == []
    for one in ("file", "hub"):
        assert load(workspace, one).problems == ()
    assert lifted(workspace, "hub") == lifted(workspace, "file")
    assert [file.outcome for file in load(workspace, "hub").files] == ["unchanged"]
    # What was extracted since is loaded, and nothing twice.
    extract_to_file([{**CONTACTS[0], "archived": True}], "2026-03-07T00:00:00Z")
    assert load(workspace, "hub").problems == ()
    extract_to_file([{**CONTACTS[1], "archived": False}], "2026-03-08T00:00:00Z")
    load(workspace, "hub")
    assert counts(workspace)[1:] == [(3, 3, 0), (4, 1, 3), (2, 1, 1)], "rows within the lag are read again"


@pytest.mark.parametrize(
    ("url", "table", "key", "what", "fix"),
    [
        ("duckdb:///none.duckdb", "contacts", "url", "There is no file", "followed by its path"),
        ("duckdb:///../lake.duckdb", "contacts", "url", "outside the workspace", "workspace's folder"),
        ("duckdb:///lake.duckdb", "contact", "table", "no table or view 'contact'", "Similar names: contacts."),
        ("duckdb:///lake.duckdb", "hub.contacts", "table", "in schema 'hub'", "It has 0 tables"),
        ("duckdb:///cx.yml", "contacts", "url", "cannot be read", "the file is whole"),
        ("parquet:///cx.yml", "contacts", "url", "is not a folder", "Name the folder"),
        ("parquet:///lake", "contact", "table", "no table or view 'contact'", "Similar names: contacts."),
        ("parquet:///lake", "broken", "url", "cannot be read", "the file is whole"),
        ("env:CX_LAKE", "contacts", "url", "reads bigquery:// is not installed", "package sqlalchemy-bigquery into"),
        ("env:CX_SNOW", "contacts", "url", "reads snowflake:// is not installed", "package snowflake-sqlalchemy into"),
        ("env:CX_MYSQL", "contacts", "url", "reads mysql:// is not installed", "package mysqlclient into"),
        ("env:CX_NONSENSE", "contacts", "url", "names no database that can be read", "whose driver is installed"),
        ("env:CX_UNSET", "contacts", "url", "CX_UNSET is not set", "where 'cx' runs"),
    ],
)
def test_a_place_that_cannot_be_read_is_named_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, table: str, key: str, what: str, fix: str
) -> None:
    monkeypatch.setenv("CX_LAKE", "bigquery://project/hub?credentials_base64=s3cret")
    monkeypatch.setenv("CX_SNOW", "snowflake://reader:s3cret@account/lake/hub?warehouse=small")
    monkeypatch.setenv("CX_MYSQL", "mysql://reader:s3cret@127.0.0.1/lake")
    monkeypatch.setenv("CX_NONSENSE", "nonsense://reader:s3cret@127.0.0.1/lake")
    for module in ("MySQLdb", "sqlalchemy_bigquery", "snowflake"):
        monkeypatch.setitem(sys.modules, module, None)
    workspace = make_workspace(tmp_path, {**LANDED, "url": url, "table": table})
    write_duckdb(tmp_path / "lake.duckdb", CONTACTS, "2026-03-06T00:00:00Z")
    write_parquet(tmp_path, CONTACTS, "2026-03-06T00:00:00Z")
    (tmp_path / "lake" / "broken.parquet").write_bytes(b"PAR1 not a Parquet file")
    for problems in (check_sources(workspace), load(workspace, "hub").problems):
        (problem,) = [one for one in problems if one.severity == "error"]
        assert problem.key == f"sources.hub.{key}"
        assert what in problem.what
        assert fix in problem.fix
        assert "s3cret" not in str(problem)
    assert rows(workspace, "select count(*) from ledger.loads") == [(0,)]


def test_a_view_of_a_duckdb_file_reads_nothing_of_this_machine(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {**LANDED, "url": "duckdb:///lake.duckdb"})
    (tmp_path / "contacts.csv").write_text("id\n1\n")
    with duckdb.connect(str(tmp_path / "lake.duckdb")) as connection:
        connection.execute(f"create view contacts as from read_csv('{tmp_path / 'contacts.csv'}')")
    (problem,) = load(workspace, "hub").problems
    assert "cannot be read" in problem.what


def test_a_table_that_dlt_wrote_into_duckdb_gives_the_rows_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dlt

    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    pipeline = dlt.pipeline(
        "lake",
        pipelines_dir=str(tmp_path / "dlt"),
        destination=dlt.destinations.duckdb(str(tmp_path / "lake.duckdb")),
        dataset_name="hub",
    )
    pipeline.run(dlt.resource(CONTACTS, name="contacts", max_table_nesting=0))
    source = {**LANDED, "landed": "dlt", "url": "duckdb:///lake.duckdb", "table": "hub.contacts"}
    workspace = make_workspace(tmp_path, FILE, source)
    put(workspace, "contacts.json", json.dumps({"results": CONTACTS}))
    for one in ("file", "hub"):
        assert load(workspace, one).problems == ()
    assert lifted(workspace, "hub") == lifted(workspace, "file")


def test_another_server_is_read_by_the_driver_that_sqlalchemy_has_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB through its SQLAlchemy driver stands for such a server; that driver cannot describe a table."""
    write_duckdb(tmp_path / "lake.duckdb", CONTACTS, "2026-03-06T00:00:00Z")
    monkeypatch.setenv("CX_SERVER", f"duckdb:///{tmp_path / 'lake.duckdb'}")
    source = Source.model_validate({**LANDED, "url": "env:CX_SERVER"})
    described = {"id": sa.String(), "properties": sa.JSON(), "_airbyte_extracted_at": sa.TIMESTAMP(timezone=True)}
    table = sa.Table("contacts", sa.MetaData(), *(sa.Column(name, kind) for name, kind in described.items()))
    with Database(source, tmp_path) as database:
        database.__dict__["table"] = table
        kinds = [(one.cursor_kind, one.is_json, one.may_hold_json) for one in database.columns]
        assert kinds == [(None, False, True), (None, True, False), ("instant", False, False)]
        cells = [row for batch in database.batches() for row in batch.to_pylist()]
        assert [row["c1"] for row in cells] == ["31", "32", "33"]
        assert json.loads(cells[0]["c2"]) == CONTACTS[0]["properties"]
        later = database.batches(cursor="_airbyte_extracted_at", since="2026-03-06 00:00:01+00")
        assert [row for batch in later for row in batch.to_pylist()] == []
