"""`cx connect` adds a source that can be read and proposes mappings, or changes nothing."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from ingestion import check_sources, load_source, prepare
from tests.ingestion.postgres import Server, find_programs
from tests.vendors.replay import TOKEN, serving
from tests.vendors.samples import Case
from tests.vendors.test_api import replay_of
from workspace import load_workspace


def cx(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "200"})


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    root = tmp_path / "company"
    assert cx("init", root, "--bare").exit_code == 0
    return root


def contacts(*plans: str) -> str:
    listed = [
        {"id": str(nth), "properties": {"email": f"p{nth}@a.example", "plan": plan, "firstname": "Ann"}}
        for nth, plan in enumerate(plans)
    ]
    return json.dumps({"results": listed})


def responses(**answers: list[Any]) -> str:
    """Typeform's responses, of which the nth has the nth answer to each question."""
    items = []
    for nth in range(len(next(iter(answers.values())))):
        said = [{"field": {"ref": ref}, "text": str(given[nth])} for ref, given in answers.items()]
        items.append({"response_id": f"r{nth}", "submitted_at": "2026-03-01T10:00:00Z", "answers": said})
    return json.dumps({"items": items})


def put(root: Path, name: str, text: str) -> None:
    path = root / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def proposed(root: Path, name: str) -> list[dict[str, str]]:
    with (root / "mappings" / "proposed" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_connected_source_is_in_order_and_its_proposals_wait_for_a_person(bare: Path) -> None:
    put(bare, "hub/a.json", contacts(*["gold", "silver"] * 5))
    result = cx("connect", "hubspot", "--entity", "crm/contacts", "--path", "inbox/hub/*", "-w", bare)
    assert result.exit_code == 0, result.output
    assert "Added source 'hubspot_contacts' to cx.yml: 10 records looked at." in result.output
    loaded = load_workspace(bare)
    assert [(one.name, one.namespace) for one in loaded.config.sources] == [("hubspot_contacts", "hubspot")]
    assert check_sources(loaded) == []
    assert loaded.mappings.rows("touchpoint_types") == ()
    assert [row["event"] for row in proposed(bare, "touchpoint_types")] == ["contact_created"]
    assert [row["column"] for row in proposed(bare, "attributes")] == ["plan"]


def test_accepted_proposals_are_in_force_once(bare: Path) -> None:
    put(bare, "form/a.json", responses(recommend=[*range(11)], why=["a long answer in whole words"] * 11))
    assert cx("connect", "typeform", "--path", "inbox/form/*", "-w", bare).exit_code == 0
    result = cx("connect", "--accept", "-w", bare)
    assert "survey_codebook.csv: 2 rows added" in result.output
    rows = load_workspace(bare).mappings.rows("survey_codebook")
    assert {(row["question_id"], row["construct"], row["scale_max"]) for row in rows} == {
        ("recommend", "nps", "10"),
        ("why", "comment", ""),
    }
    assert cx("connect", "--accept", "-w", bare).output.strip() == "Nothing is proposed."
    assert check_sources(load_workspace(bare)) == []


def test_lines_that_a_person_removed_or_changed_are_not_accepted_as_they_were(bare: Path) -> None:
    put(bare, "form/a.json", responses(recommend=[*range(11)], mood=["well", "so so"] * 5 + ["well"]))
    cx("connect", "typeform", "--path", "inbox/form/*", "-w", bare)
    path = bare / "mappings" / "proposed" / "survey_codebook.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("typeform_wide,mood")]
    path.write_text("\n".join(kept).replace(",nps,", ",overall,") + "\n")
    cx("connect", "--accept", "-w", bare)
    (row,) = load_workspace(bare).mappings.rows("survey_codebook")
    assert (row["question_id"], row["construct"]) == ("recommend", "overall")


def test_a_proposal_that_breaks_the_mappings_changes_nothing(bare: Path) -> None:
    put(bare, "form/a.json", responses(recommend=[*range(11)]))
    cx("connect", "typeform", "--path", "inbox/form/*", "-w", bare)
    path = bare / "mappings" / "proposed" / "survey_codebook.csv"
    path.write_text(path.read_text().replace(",nps,", ",npss,"))
    before = (bare / "mappings" / "survey_codebook.csv").read_text()
    result = cx("connect", "--accept", "-w", bare)
    assert result.exit_code == 1
    assert "'npss' is not a known construct" in result.output
    assert (bare / "mappings" / "survey_codebook.csv").read_text() == before
    assert path.is_file()


def test_rows_that_are_in_force_are_not_proposed_again(bare: Path) -> None:
    put(bare, "form/a.json", responses(recommend=[*range(11)]))
    for name in ("one", "two"):
        cx("connect", "typeform", "--name", name, "--path", "inbox/form/*", "-w", bare)
    (bare / "mappings" / "survey_codebook.csv").write_text(
        "survey_id,question_id,construct,scale_min,scale_max\n,recommend,nps,0,10\n"
    )
    (bare / "mappings" / "proposed" / "survey_codebook.csv").unlink()
    result = cx("connect", "typeform", "--name", "three", "--path", "inbox/form/*", "-w", bare)
    assert result.exit_code == 0
    assert not (bare / "mappings" / "proposed" / "survey_codebook.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody", "--path", "inbox/*"), "Vendor 'nobody' is not described. Use one of"),
        (("--path", "inbox/*"), "No vendor is named."),
        (("hubspot", "--entity", "crm/cases", "--path", "inbox/*"), "hubspot has no entity 'crm/cases'"),
        (("typeform",), "Say where it is: --path for files, or --token for the API."),
        (("typeform", "--path", "inbox/*", "--token", "KEY"), "Say one of --path, --token."),
        (("typeform", "--token", "KEY", "--value", "VWO7mLtl"), "Write NAME=VALUE"),
        (("typeform", "--path", "../elsewhere/*"), "below the workspace"),
        (("typeform", "--path", "inbox/none/*"), "No file matches this path."),
        (("typeform", "--token", "KEY_THAT_IS_NOT_SET"), "The variable KEY_THAT_IS_NOT_SET is not set."),
        (("typeform", "--path", "inbox/broken.json"), "was not added to cx.yml"),
    ],
)
def test_what_cannot_be_connected_leaves_the_workspace_as_it_was(
    bare: Path, arguments: tuple[str, ...], said: str
) -> None:
    put(bare, "broken.json", "PK\x03\x04 not JSON")
    before = (bare / "cx.yml").read_bytes()
    result = cx("connect", *arguments, "-w", bare)
    assert result.exit_code == 1
    assert said in result.output
    assert (bare / "cx.yml").read_bytes() == before
    assert not (bare / "mappings" / "proposed").exists()


def test_a_person_is_asked_for_what_was_not_said(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bare, "hub/a.json", contacts("gold"))
    asked: list[str] = []
    answers = {"Vendor": "hubspot", "Files": "inbox/hub/*", "One of": "crm/contacts"}

    def answer(question: str, **_: Any) -> str:
        asked.append(question)
        return next(said for start, said in answers.items() if question.startswith(start))

    monkeypatch.setattr("cli.connect.typer.prompt", answer)
    monkeypatch.setattr("cli.connect._is_asked", lambda: True)
    result = cx("connect", "-w", bare)
    assert result.exit_code == 0, result.output
    assert len(asked) == 3
    assert [one.name for one in load_workspace(bare).config.sources] == ["hubspot_contacts"]


def test_a_second_source_of_the_same_name_is_refused(bare: Path) -> None:
    put(bare, "form/a.json", responses(recommend=[*range(11)]))
    cx("connect", "typeform", "--path", "inbox/form/*", "-w", bare)
    result = cx("connect", "typeform", "--path", "inbox/form/*", "-w", bare)
    assert result.exit_code == 1
    assert "There is a source 'typeform_wide' already." in result.output


def test_comments_and_order_of_cx_yml_stay(bare: Path) -> None:
    put(bare, "form/a.json", responses(recommend=[*range(11)]))
    before = (bare / "cx.yml").read_text().splitlines()
    cx("connect", "typeform", "--path", "inbox/form/*", "-w", bare)
    after = (bare / "cx.yml").read_text().splitlines()
    assert [line for line in before if not line.startswith("sources:") and line not in after] == []


def test_an_api_is_asked_for_one_page_and_its_entities_are_added(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM_KEY", TOKEN)
    listed = json.loads(responses(recommend=[*range(11)]))["items"]
    replay = replay_of(Case("typeform", "survey", "wide"), [{**one, "token": one["response_id"]} for one in listed])
    with serving(replay) as address:
        said = ("--token", "FORM_KEY", "--url", address, "--value", "form=x1")
        result = cx("connect", "typeform", *said, "-w", bare)
        assert result.exit_code == 0, result.output
        assert len(replay.requests) == 1
        loaded = load_workspace(bare)
        prepare(loaded)
        assert load_source(loaded, "typeform_wide", run_id="run").loaded == 11
    assert [row["question_id"] for row in proposed(bare, "survey_codebook")] == ["recommend"]
    assert TOKEN not in (bare / "cx.yml").read_text()


CONTACTS = [
    {"id": str(nth), "properties": {"email": f"p{nth}@a.example", "plan": plan}}
    for nth, plan in enumerate(["gold", "silver"] * 5)
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(find_programs())
    server.start()
    yield server
    server.remove()


def land(server: Server) -> None:
    """Contacts and companies of HubSpot, as Airbyte lands them, and a table of another source."""
    server.execute("drop schema if exists hub cascade", "create schema hub")
    for table in ("contacts", "companies"):
        server.execute(
            f"""create table hub.{table} (_airbyte_raw_id text, id text, properties jsonb, "createdAt" timestamptz)"""
        )
    server.execute("create table hub.invoices (id text)")
    for one in CONTACTS:
        cells = f"'r', '{one['id']}', '{json.dumps(one['properties'])}', '2026-03-01'"
        server.execute(f"insert into hub.contacts values ({cells})")


def test_tables_in_postgres_are_found_read_and_connected(
    bare: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(server)
    monkeypatch.setenv("WAREHOUSE_URL", server.url)
    result = cx(
        "connect", "hubspot", "--landed", "airbyte", "--connection", "env:WAREHOUSE_URL", "--schema", "hub", "-w", bare
    )
    assert result.exit_code == 0, result.output
    assert "Added source 'hubspot_contacts' to cx.yml: 10 records looked at." in result.output
    assert "Added source 'hubspot_accounts' to cx.yml: 0 records looked at." in result.output
    loaded = load_workspace(bare)
    assert [(one.name, one.table, one.landed) for one in loaded.config.sources] == [
        ("hubspot_contacts", "hub.contacts", "airbyte"),
        ("hubspot_accounts", "hub.companies", "airbyte"),
    ]
    assert "s3cret" not in (bare / "cx.yml").read_text()
    assert "contact_created" in [row["event"] for row in proposed(bare, "touchpoint_types")]
    assert [row["column"] for row in proposed(bare, "attributes")] == ["plan"]
    prepare(loaded)
    assert load_source(loaded, "hubspot_contacts", run_id="r").loaded == 10


@pytest.mark.parametrize("url", ["sqlite:///lake.db", "duckdb:///lake.duckdb"])
def test_a_table_in_a_file_is_connected(bare: Path, url: str) -> None:
    path = bare / url.rpartition("/")[2]
    statement = "create table contacts (_dlt_id varchar, id varchar, properties json, created_at timestamp)"
    cells = [("r", one["id"], json.dumps(one["properties"]), "2026-03-01 10:00:00") for one in CONTACTS]
    connect = sqlite3.connect if url.startswith("sqlite") else duckdb.connect
    connection = connect(str(path))
    connection.execute(statement)
    connection.executemany("insert into contacts values (?, ?, ?, ?)", cells)
    connection.commit()
    connection.close()
    result = cx("connect", "hubspot", "--landed", "dlt", "--connection", url, "--entity", "crm/contacts", "-w", bare)
    assert result.exit_code == 0, result.output
    assert "10 records looked at" in result.output
    assert [row["column"] for row in proposed(bare, "attributes")] == ["plan"]
    assert [problem for problem in check_sources(load_workspace(bare)) if problem.severity == "error"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--landed", "airbyte"), "need both --landed and --connection"),
        (("--landed", "meltano", "--connection", "X"), "--landed airbyte or dlt or fivetran"),
        (("--landed", "airbyte", "--connection", "X", "--path", "a"), "neither --path nor --token"),
        (("--landed", "airbyte", "--connection", "postgresql://a:b@c/d"), "does not belong in a file"),
        (("--landed", "airbyte", "--connection", "env:CX_NOT_SET"), "The variable CX_NOT_SET is not set."),
        (("--landed", "airbyte", "--connection", "env:CX_CLOSED"), "The database cannot be read"),
        (("--landed", "airbyte", "--connection", "env:CX_SNOW"), "Install the package snowflake-sqlalchemy"),
        (("--landed", "airbyte", "--connection", "duckdb:///none.duckdb"), "There is no file"),
        (("--landed", "airbyte", "--connection", "sqlite:///lake.db"), "no table in the database for crm/contacts"),
        (("--landed", "airbyte", "--connection", "sqlite:///lake.db"), "Tables there: people."),
        (("--landed", "airbyte", "--connection", "sqlite:///lake.db", "--schema", "a.b"), "'table' does not fit"),
        (("--landed", "airbyte", "--connection", "sqlite:///lake.db", "--table", "people"), "Name it with --entity"),
        (("--landed", "fivetran", "--connection", "X", "--entity", "survey/wide"), "has no entity 'survey/wide'"),
        (
            (
                "--landed",
                "airbyte",
                "--connection",
                "sqlite:///lake.db",
                "--entity",
                "crm/contacts",
                "--table",
                "people",
            ),
            "The table has no column 'id'",
        ),
    ],
)
def test_landed_tables_that_cannot_be_connected_leave_the_workspace_as_it_was(
    bare: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("CX_CLOSED", "postgresql://reader:s3cret@127.0.0.1:1/lake")
    monkeypatch.setenv("CX_SNOW", "snowflake://reader:s3cret@account/lake")
    monkeypatch.setitem(sys.modules, "snowflake", None)
    with sqlite3.connect(bare / "lake.db") as connection:
        connection.execute("create table people (name text)")
    before = (bare / "cx.yml").read_bytes()
    result = cx("connect", "hubspot", *arguments, "-w", bare)
    assert result.exit_code == 1, result.exception
    assert said in result.output
    assert "s3cret" not in result.output
    assert (bare / "cx.yml").read_bytes() == before
