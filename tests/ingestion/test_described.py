"""A described vendor's record becomes a row of its entity: paths, clocks, words, answers, parameters."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import check_sources
from ingestion.vendors.columns import Column
from ingestion.vendors.description import Description, DescriptionError, description, descriptions
from ingestion.vendors.entity import Entity
from ingestion.vendors.lifting import lift_cells, lift_json
from tests.dbt_project.rendering import render_text
from tests.ingestion.workspaces import load, make_workspace, put, rejected, rows, unbalanced
from workspace import Workspace

PUBLIC_WORD = render_text("{{ public_word('given') }}")
HUBSPOT = {"name": "hub", "kind": "crm", "vendor": "hubspot", "entity": "contacts", "path": "inbox/*"}
SURVEYMONKEY = {"name": "poll", "kind": "survey", "vendor": "surveymonkey", "path": "inbox/*"}
TYPEFORM = {"name": "form", "kind": "survey", "vendor": "typeform", "path": "inbox/*"}


def lifted(entity: Entity, columns: tuple[str, ...], *records: Any) -> list[tuple[Any, ...]]:
    """These columns of JSON records."""
    lifting = lift_json(entity, columns)
    added = ", ".join(f"{expression} as {name}" for name, expression in lifting.added.items())
    values = ", ".join(lifting.values[name] for name in columns)
    with duckdb.connect() as connection:
        connection.execute("create table staged (nth integer, disposition varchar, payload varchar)")
        for nth, record in enumerate(records):
            connection.execute("insert into staged values (?, 'loaded', ?)", [nth, json.dumps(record)])
        query = f"select {values} from (select *, {added} from staged) order by nth"
        used = {name: value for name, value in lifting.parameters.items() if f"${name}::" in query}
        return connection.execute(query, used).fetchall()


def entity_of(**columns: Any) -> Entity:
    return Entity(columns={name: Column.model_validate(said) for name, said in columns.items()})


@pytest.mark.parametrize(
    ("said", "record", "expected"),
    [
        ("$.a.b", {"a": {"b": " x "}}, "x"),
        ("$.a.b", {"a": None}, None),
        ("$.a", {"a": "  "}, None),
        ('$."First name"', {"First name": "Li"}, "Li"),
        ("$.list[#-1].id", {"list": [{"id": 1}, {"id": 2}]}, "2"),
        (["$.a", "$.b"], {"a": None, "b": "second"}, "second"),
        (["$.a", "$.b"], {"a": "first", "b": "second"}, "first"),
        ({"constant": "refund"}, {}, "refund"),
        ({"sql": "json_array_length(record, '$.list')::varchar"}, {"list": [1, 2]}, "2"),
        ({"path": "$.a", "sql": "upper(record ->> '$.b')"}, {"a": "first", "b": "second"}, "first"),
        ({"path": "$.a", "sql": "upper(record ->> '$.b')"}, {"a": " ", "b": "second"}, "SECOND"),
        ({"path": "$.t", "clock": "unix"}, {"t": 1770796800}, "2026-02-11T08:00:00.000000Z"),
        ({"path": "$.t", "clock": "unix"}, {"t": "1770796800.5"}, "2026-02-11T08:00:00.500000Z"),
        ({"path": "$.t", "clock": "unix_ms"}, {"t": 1770796800123}, "2026-02-11T08:00:00.123000Z"),
        ({"path": "$.t", "clock": "unix_us"}, {"t": "1770796800123456"}, "2026-02-11T08:00:00.123456Z"),
        ({"path": "$.t", "clock": "unix"}, {"t": "soon"}, "soon"),
        ({"path": "$.t", "clock": "unix"}, {"t": "1e30"}, "1e30"),
        ({"path": "$.t", "clock": "%d/%m/%Y %H:%M"}, {"t": "31/01/2026 09:30"}, "2026-01-31T09:30:00.000000"),
        ({"path": "$.t", "clock": "%d/%m/%Y", "zone": "UTC"}, {"t": "31/01/2026"}, "2026-01-31T00:00:00.000000Z"),
        ({"path": "$.t", "clock": "%d/%m/%Y"}, {"t": "2026-01-31"}, "2026-01-31"),
        ({"path": "$.t", "zone": "UTC"}, {"t": "2026-01-31T09:30:00.25"}, "2026-01-31T09:30:00.25Z"),
        ({"path": "$.t", "zone": "UTC"}, {"t": "2026-01-31 09:30"}, "2026-01-31 09:30Z"),
        ({"path": "$.t", "zone": "UTC"}, {"t": "2026-01-31"}, "2026-01-31T00:00:00Z"),
        ({"path": "$.t", "zone": "UTC"}, {"t": "2026-01-31T09:30:00+02:00"}, "2026-01-31T09:30:00+02:00"),
        ({"path": "$.t", "zone": "UTC"}, {"t": "soon"}, "soon"),
        ({"path": "$.t", "zone": "UTC"}, {"t": None}, None),
        ({"path": "$.t", "clock": "%-m/%-d/%Y"}, {"t": "2/1/2026"}, "2026-02-01T00:00:00.000000"),
        ({"path": "$.t", "clock": "%-m/%-d/%Y"}, {"t": "02/01/2026"}, "02/01/2026"),
        ({"path": "$.s", "words": {"closedwon": "won"}}, {"s": "ClosedWon"}, "won"),
        ({"path": "$.s", "words": {"closedwon": "won"}}, {"s": "other"}, "other"),
        ({"path": "$.s", "words": {"closedwon": "won"}, "only_words": True}, {"s": "other"}, None),
        ({"path": "$.s", "words": {"none": ""}}, {"s": "None"}, None),
        ({"path": "$.n", "percent": True}, {"n": 40}, "0.4"),
        ({"path": "$.n", "percent": True}, {"n": "12.5"}, "0.125"),
        ({"path": "$.n", "percent": True}, {"n": "half"}, None),
        ({"path": ["$.a", "$.b"], "template": "Viewed {} Page"}, {"a": " ", "b": " Tea "}, "Viewed Tea Page"),
        ({"path": "$.a", "template": "Viewed {} Page"}, {"a": ""}, None),
        ({"path": "$.a", "template": "It's {}"}, {"a": "it's"}, "It's it's"),
        ([{"path": "$.a", "template": "Viewed {} Page"}, {"constant": "Loaded a Page"}], {}, "Loaded a Page"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": 1234, "c": "eur"}, "12.340"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": 1234, "c": "JPY"}, "1234.000"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": 1234, "c": "kwd"}, "1.234"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": 1234}, "12.340"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": "many", "c": "eur"}, "many"),
        ({"path": "$.n", "minor_units_of": "$.c", "minor_digits": {"UGX": 2}}, {"n": 1234, "c": "ugx"}, "12.340"),
        ({"path": "$.n", "minor_units_of": "$.c", "minor_digits": {"UGX": 2}}, {"n": 1234, "c": "jpy"}, "1234.000"),
        ({"joined": ["$.a", "$.b"]}, {"a": "Li", "b": "Wu"}, "Li Wu"),
        ({"joined": ["$.a", "$.b"]}, {"a": " ", "b": "Wu"}, "Wu"),
        ({"joined": ["$.a", "$.b"]}, {"a": None}, None),
        (
            {"joined": ["$.a", "$.b"], "clock": "%d/%m/%Y %H:%M"},
            {"a": "31/01/2026", "b": "09:30"},
            "2026-01-31T09:30:00.000000",
        ),
        (["$.a", {"constant": "guest"}], {"a": "7"}, "7"),
        (["$.a", {"constant": "guest"}], {"a": None}, "guest"),
        (
            [{"path": "$.won", "words": {"true": "won"}, "only_words": True}, "$.stage"],
            {"won": True, "stage": "x"},
            "won",
        ),
        (
            [{"path": "$.won", "words": {"true": "won"}, "only_words": True}, "$.stage"],
            {"won": False, "stage": "x"},
            "x",
        ),
        ({"path": "$.d", "when": "$.closed"}, {"d": "2026-01-31", "closed": True}, "2026-01-31"),
        ({"path": "$.d", "when": "$.closed"}, {"d": "2026-01-31", "closed": False}, None),
        ({"path": "$.d", "when": "$.closed"}, {"d": "2026-01-31"}, None),
        ({"constant": "call", "when": "$.status"}, {"status": "DONE"}, "call"),
        ({"constant": "call", "when": "$.status"}, {}, None),
        ({"path": "$.d", "when": {"path": "$.s", "values": ["Done"]}}, {"d": "x", "s": "DONE"}, "x"),
        ({"path": "$.d", "when": {"path": "$.s", "values": ["Done"]}}, {"d": "x", "s": "open"}, None),
    ],
)
def test_a_column_is_found_in_its_record(said: Any, record: Any, expected: str | None) -> None:
    assert lifted(entity_of(name=said), ("name",), record) == [(expected,)]


@pytest.mark.parametrize(
    "word", ["Tea", "0.5", "01.02", "20260105", "@home", "Ann <ann@example.org>", "+49 151 00000042", "0151/0000-0042"]
)
def test_a_word_in_a_template_is_as_public_as_one_that_stands_alone(word: str) -> None:
    entity = entity_of(event={"path": "$.a", "template": "Viewed {} Page"})
    public = duckdb.execute(f"select {PUBLIC_WORD} from (select $1::varchar as given)", [word]).fetchall()
    assert lifted(entity, ("event",), {"a": word}) == [(f"Viewed {public[0][0]} Page",)]


def test_parameters_are_found_by_their_key_also_where_an_entry_has_no_value() -> None:
    entity = Entity.model_validate(
        {
            "columns": {"url": {"param": "page"}, "value": {"param": "n"}},
            "params": {"items": "$.params[*]", "value": ["$.value.text", "$.value.number"]},
        }
    )
    records = [
        {"params": [{"key": "x"}, {"key": "page", "value": {"text": "/a"}}, {"key": "n", "value": {"number": 5}}]},
        {"params": [{"key": "n", "value": None}]},
        {"params": None},
        {},
    ]
    assert lifted(entity, ("url", "value"), *records) == [("/a", "5"), (None, None), (None, None), (None, None)]


def test_a_parameter_is_taken_where_no_path_holds_anything() -> None:
    entity = Entity.model_validate(
        {
            "columns": {"source": {"path": "$.source", "param": "source", "constant": None}},
            "params": {"items": "$.params[*]", "value": "$.value"},
        }
    )
    given = [{"key": "source", "value": "param"}]
    records = [{"source": "path", "params": given}, {"source": None, "params": given}, {"params": []}]
    assert lifted(entity, ("source",), *records) == [("path",), ("param",), (None,)]


PACKED = {"columns": {"url": "$.properties.$url", "email": "$.person.email"}, "packed": ["properties", "person"]}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"properties": {"$url": "/a"}, "person": {"email": "x"}}, ("/a", "x")),
        ({"properties": '{"$url": "/a", "n": null}', "person": {"email": "x"}}, ("/a", "x")),
        ({"properties": '{"$url": "/\\"ä\\""}', "person": '{"email": "x"}'}, ('/"ä"', "x")),
        ({"properties": "{broken", "person": '["x"]'}, (None, None)),
        ({"properties": None}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_an_object_is_read_also_where_it_is_written_as_text(record: Any, expected: tuple[str | None, ...]) -> None:
    entity = Entity.model_validate(PACKED)
    *found, whole = lifted(entity, ("url", "email", "_record"), record)[0]
    assert tuple(found) == expected
    # What the vendor said is kept as it was said.
    assert json.loads(whole) == record


@pytest.mark.parametrize(
    ("said", "record", "expected"),
    [
        (
            {"items": "$.answers[*]", "question": ["$.ref", "$.id"], "value": ["$.text", "$.number", "$.labels"]},
            {
                "answers": [
                    {"ref": "why", "text": 'It"s good'},
                    {"id": "q2", "number": 9},
                    {"ref": "topics", "labels": ["Price", "Support"]},
                    {"ref": "unanswered", "text": None},
                    {"ref": "none", "labels": []},
                    {"text": "whose?"},
                ]
            },
            {"why": 'It"s good', "q2": "9", "topics": "Price; Support"},
        ),
        (
            {"items": "$.pages[*].questions[*]", "question": "$.id", "value": "$.answers[*].choice"},
            {
                "pages": [
                    {"questions": [{"id": "1", "answers": [{"choice": "a"}, {"choice": "b"}]}]},
                    {"questions": [{"id": "1", "answers": [{"choice": "c"}]}, {"id": "2", "answers": []}]},
                ]
            },
            {"1": "a; b; c"},
        ),
        (
            {"fields": "$.answers", "value": ["$.text.answers[*].value", "$"]},
            {"answers": {"a.b": {"text": {"answers": [{"value": "x"}]}}, "q": 3, "empty": None}},
            {"a.b": "x", "q": "3"},
        ),
        (
            {"items": "$.a[*]", "question": "$.q", "value": ["$.label", "$.labels"], "also": ["$.other", "$.others"]},
            {
                "a": [
                    {"q": "one", "label": "Other", "other": "a friend"},
                    {"q": "many", "labels": ["Price", "", None, "Support"], "others": "Speed"},
                    {"q": "own", "labels": [], "others": "Speed"},
                    {"q": "none", "labels": [], "others": None},
                ]
            },
            {"one": "Other; a friend", "many": "Price; Support; Speed", "own": "Speed"},
        ),
        (
            {
                "items": "$.pages[*].questions[*]",
                "question": "$.id",
                "within": "$.answers[*]",
                "parts": ["$.row", "$.column"],
                "value": ["$.choice", "$.text"],
            },
            {
                "pages": [
                    {"questions": [{"id": "1", "answers": [{"choice": "a"}, {"text": "own"}, {"choice": None}]}]},
                    {"questions": [{"id": "2", "answers": [{"row": 8, "choice": "a"}, {"row": 9, "choice": "b"}]}]},
                    {"questions": [{"id": "3", "answers": [{"row": 8, "column": "x", "choice": "a"}]}, {"id": "4"}]},
                    {"questions": [{"answers": [{"row": 8, "choice": "whose?"}]}]},
                    {"questions": None},
                ]
            },
            {"1": "a; own", "2_8": "a", "2_9": "b", "3_8_x": "a"},
        ),
        (
            {"fields": "$.data", "matrices": True, "without": ["seen", "*_GROUP", "a.b"]},
            {
                "data": {
                    "m": {"Price": "good", "Speed": None},
                    "seen": 1,
                    "q_GROUP": 3,
                    "q_GROUPS": 4,
                    "a.b": 5,
                    "axb": 6,
                }
            },
            {"m_Price": "good", "q_GROUPS": "4", "axb": "6"},
        ),
        (
            {
                "named": {"score": "$.score", "why": ["$.a", "$.b"]},
                "items": "$.more[*]",
                "question": "$.id",
                "value": "$.v",
            },
            {"score": 0, "b": "x", "more": [{"id": "q", "v": 1}]},
            {"score": "0", "why": "x", "q": "1"},
        ),
        (
            {"named": {"score": "$.score"}, "items": "$.more[*]", "question": "$.id"},
            {"score": 9, "more": None},
            {"score": "9"},
        ),
        ({"named": {"score": "$.score"}}, {"score": None}, {}),
        ({"items": "$.answers[*]", "question": "$.ref"}, {"answers": None}, {}),
        ({"items": "$.a[*]", "question": "$.q", "within": "$.b[*]"}, {"a": None}, {}),
        ({"fields": "$.answers"}, {}, {}),
        ({"fields": "$.answers", "matrices": True}, {"answers": None}, {}),
    ],
)
def test_answers_become_an_object_by_question(said: Any, record: Any, expected: Any) -> None:
    entity = Entity.model_validate({"columns": {}, "answers": said})
    assert json.loads(lifted(entity, ("_row",), record)[0][0]) == expected


def test_fields_of_canonical_columns_are_not_answers() -> None:
    said = {"columns": {"wave": "$.data.wave", "order_id": '$.data."order id"'}, "answers": {"fields": "$.data"}}
    record = {"data": {"wave": "spring", "order id": "7", "waves": "many", "q": {"wave": 1}}}
    found = lifted(Entity.model_validate(said), ("wave", "order_id", "_row"), record)[0]
    assert found[:2] == ("spring", "7")
    assert json.loads(found[2]) == {"waves": "many", "q": '{"wave":1}'}


def contacts(*records: Any) -> str:
    return json.dumps({"results": records})


def hubspot_contact(number: int, **properties: Any) -> dict[str, Any]:
    return {"id": str(number), "properties": properties, "createdAt": "2026-01-01T00:00:00Z", "archived": False}


@pytest.fixture
def hub(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, HUBSPOT)


def test_a_page_fills_canonical_columns_attributes_and_the_whole_record(hub: Workspace) -> None:
    record = hubspot_contact(7, email="a@b.example", firstname="Li", plan="gold")
    put(hub, "a.json", contacts(record))
    (report,) = load(hub, "hub").files
    assert report.books.loaded == 1
    columns = "customer_id, email, name, created_at, _row, _canonical, _record"
    *canonical, row, named, whole = rows(hub, f"select {columns} from raw_crm.contacts")[0]
    assert canonical == ["7", "a@b.example", "Li", "2026-01-01T00:00:00Z"]
    assert json.loads(row) == record["properties"]
    read_for_columns = {"associatedcompanyid", "createdate", "email", "firstname", "lastmodifieddate", "lastname"}
    assert set(json.loads(named)) == set(json.loads(named).values()) == {*read_for_columns, "mobilephone", "phone"}
    assert json.loads(whole) == record


def test_records_on_one_line_are_numbered(hub: Workspace) -> None:
    put(hub, "a.json", contacts(hubspot_contact(1), "no record", hubspot_contact(2)))
    (report,) = load(hub, "hub").files
    assert (report.books.records, report.books.loaded, report.books.rejected) == (3, 2, 1)
    assert rows(hub, "select _line, customer_id from raw_crm.contacts order by 1") == [(1, "1"), (3, "2")]
    assert [line for line, *_ in rejected(hub)] == [2]


def test_json_lines_of_the_same_vendor_are_read_and_broken_ones_rejected(hub: Workspace) -> None:
    put(hub, "a.jsonl", f"{json.dumps(hubspot_contact(1))}\n{{broken\n{json.dumps(hubspot_contact(2))}\n")
    load(hub, "hub")
    assert rows(hub, "select _line, customer_id from raw_crm.contacts order by 1") == [(1, "1"), (3, "2")]
    assert [line for line, *_ in rejected(hub)] == [2]


def test_another_description_is_followed_by_what_is_loaded_without_reading_files_again(
    hub: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        of_person = [{"email": f"{name}{nth}@old.example", "work": f"{name}{nth}@new.example"} for nth in (1, 2)]
        put(hub, f"{name}.json", contacts(*(hubspot_contact(nth, **one) for nth, one in enumerate(of_person))))
    load(hub, "hub")
    everything = "select * exclude (email, _canonical) from raw_crm.contacts order by _file, _line"
    before = rows(hub, everything)
    (hub.paths.inbox / "b.json").unlink()
    said = description("hubspot").model_dump()
    said["entities"]["crm/contacts"]["columns"]["email"] = {"path": ["$.properties.work"]}
    monkeypatch.setattr("ingestion.vendors.shapes.description", lambda vendor: Description.model_validate(said))
    report = load(hub, "hub")
    (problem,) = report.problems
    assert problem.what == "The vendor's description is new or changed: 4 records that are loaded follow it now."
    assert [file.outcome for file in report.files] == ["unchanged"]
    emails = [row[0] for row in rows(hub, "select email from raw_crm.contacts order by _file, _line")]
    assert emails == ["a1@new.example", "a2@new.example", "b1@new.example", "b2@new.example"]
    assert rows(hub, everything) == before
    assert load(hub, "hub").problems == ()


def test_another_description_of_a_record_of_several_rows_makes_files_be_read_again(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shop, "a.json", json.dumps([order(1, refunds=REFUNDS)]))
    load(shop, "hub")
    said = json.loads(json.dumps(SHOP))
    said["entities"]["crm/orders"]["columns"]["amount"] = {"constant": "1"}
    monkeypatch.setattr("ingestion.vendors.shapes.description", lambda vendor: Description.model_validate(said))
    assert [file.outcome for file in load(shop, "hub").files] == ["loaded"]


SNOWPLOW = {"name": "site", "kind": "web", "vendor": "snowplow", "path": "inbox/*"}


def enriched(*cells: tuple[str, str]) -> str:
    names = description("snowplow").reads[0].names
    return "\t".join(dict(cells).get(name, "") for name in names) + "\n"


def test_quotes_are_characters_where_a_vendor_does_not_quote(tmp_path: Path) -> None:
    site = make_workspace(tmp_path, SNOWPLOW)
    titles = ['"open', '"both"', 'in "the" middle', '"', '""', 'ends"', ' "blank']
    events = [enriched(("domain_userid", f"d{nth}"), ("page_title", title)) for nth, title in enumerate(titles)]
    put(site, "fast.tsv", "".join(events))
    # A line of another width has the file read line by line.
    put(site, "careful.tsv", "".join([*events[:3], "short\tline\n", *events[3:]]))
    assert [(file.books.loaded, file.books.rejected) for file in load(site, "site").files] == [(7, 1), (7, 0)]
    for name in ("fast", "careful"):
        found = rows(
            site,
            "select _record ->> 'page_title' from raw_web.events where _file = ? order by _line",
            f"inbox/{name}.tsv",
        )
        assert [title for (title,) in found] == titles
    ((line, reason, payload),) = rejected(site)
    assert (line, payload) == (4, "short\tline")
    assert "2 cells where 131 are expected" in reason


def test_a_file_without_a_header_has_as_many_columns_as_its_description_names(tmp_path: Path) -> None:
    site = make_workspace(tmp_path, SNOWPLOW)
    put(site, "a.tsv", "one\ttwo\tthree\n" * 3)
    for problems in (check_sources(site), load(site, "site").problems):
        (problem,) = (one for one in problems if one.severity == "error")
        assert "have 3 columns; the vendor's have 131" in problem.what


def test_a_survey_needs_no_word_for_its_entity_and_keeps_its_answers(tmp_path: Path) -> None:
    form = make_workspace(tmp_path, TYPEFORM)
    answers = [{"field": {"ref": "nps"}, "type": "number", "number": 9}]
    partial = {"response_id": "r2", "submitted_at": "0001-01-01T00:00:00Z", "answers": None}
    put(form, "a.json", json.dumps({"items": [{"response_id": "r1", "answers": answers}, partial]}))
    load(form, "form")
    found = rows(form, "select respondent, answered_at, _row from raw_survey.wide order by 1")
    assert found == [("r1", None, '{"nps":"9"}'), ("r2", None, "{}")]


def test_a_key_that_the_description_names_is_not_reported_as_new(hub: Workspace) -> None:
    put(hub, "a.json", contacts(hubspot_contact(1)))
    load(hub, "hub")
    put(hub, "b.json", contacts({**hubspot_contact(2), "associations": {}, "portal": "x"}))
    (problem,) = load(hub, "hub").problems
    assert "is new. It is kept in raw." in problem.what
    assert "associations" not in str(problem)


SHOP: dict[str, Any] = {
    "vendor": "hubspot",
    "title": "A shop",
    "tested": "here",
    "reads": {"container": "json", "collection": "orders"},
    "entities": {
        "crm/orders": {
            "columns": {"customer_id": "$.buyer", "occurred_at": "$.at", "amount": "$.total", "order_id": "$.id"},
            "when": "$.paid",
            "rows": [
                {
                    "each": "$.refunds[*]",
                    "when": {"path": "@.state", "values": ["done"]},
                    "columns": {
                        "customer_id": "$.buyer",
                        "occurred_at": {"path": "@.at", "clock": "unix"},
                        "amount": {"path": "@.cents", "minor_units_of": "$.currency"},
                        "order_id": "$.id",
                        "refund_id": "@.id",
                        "kind": {"constant": "refund"},
                    },
                },
                {
                    "when": ["$.paid", "$.cancelled"],
                    "columns": {
                        "customer_id": "$.buyer",
                        "occurred_at": "$.cancelled",
                        "amount": "$.total",
                        "order_id": "$.id",
                        "kind": {"constant": "cancel"},
                    },
                },
            ],
        }
    },
}
ORDER_ROWS = "select _line, order_id, kind, refund_id, amount, occurred_at from raw_crm.orders order by 1"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A vendor whose orders hold their refunds."""
    monkeypatch.setattr("ingestion.vendors.shapes.description", lambda vendor: Description.model_validate(SHOP))
    hub = make_workspace(tmp_path, HUBSPOT)
    return replace(hub, config=hub.config.model_copy(update={"sources": [shop_source(hub)]}))


def shop_source(hub: Workspace) -> Any:
    return hub.config.sources[0].model_copy(update={"entity": "orders"})


def order(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "buyer": "b", "at": "2026-01-01", "total": "10", "currency": "EUR", "paid": True, **more}


REFUNDS = [
    {"id": "r1", "at": 1767225600, "cents": 250, "state": "done"},
    {"id": "r2", "at": 1767225600, "cents": 9999, "state": "failed"},
    {"id": "r3", "at": 1767225601, "cents": 100, "state": "DONE"},
]


def test_a_record_becomes_its_own_row_and_one_for_each_item_that_counts(shop: Workspace) -> None:
    put(shop, "a.json", json.dumps({"orders": [order(1), order(2, refunds=REFUNDS), order(3, cancelled="2026-01-05")]}))
    (report,) = load(shop, "hub").files
    million_millions = 10**12
    assert rows(shop, ORDER_ROWS) == [
        (1, "1", None, None, "10", "2026-01-01"),
        (2, "2", None, None, "10", "2026-01-01"),
        (3, "3", None, None, "10", "2026-01-01"),
        (million_millions + 2, "2", "refund", "r1", "2.500", "2026-01-01T00:00:00.000000Z"),
        (million_millions + 3, "3", "cancel", None, "10", "2026-01-05"),
        (2 * million_millions + 2, "2", "refund", "r3", "1.000", "2026-01-01T00:00:01.000000Z"),
    ]
    assert (report.books.records, report.books.loaded, report.books.further_rows) == (3, 3, 3)
    assert unbalanced(shop) == []


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_the_books_count_records_however_many_rows_they_become(shop: Workspace, name: str) -> None:
    records = [order(1, refunds=REFUNDS), order(2, paid=False), order(3, paid=False, refunds=REFUNDS[:1]), "no order"]
    text = json.dumps(records) if name == "a.json" else "".join(f"{json.dumps(one)}\n" for one in records)
    put(shop, name, text)
    (report,) = load(shop, "hub").files
    books = report.books
    assert (books.records, books.loaded, books.rejected, books.skipped, books.further_rows) == (4, 2, 1, 1, 2)
    assert [line for line, *_ in rejected(shop)] == [4]
    assert rows(shop, "select order_id, kind from raw_crm.orders order by _line") == [
        ("1", None),
        ("3", "refund"),
        ("1", "refund"),
        ("1", "refund"),
    ]
    assert unbalanced(shop) == []


def test_every_row_keeps_the_whole_record(shop: Workspace) -> None:
    record = order(1, refunds=REFUNDS)
    put(shop, "a.json", json.dumps([record]))
    load(shop, "hub")
    assert [json.loads(whole) for (whole,) in rows(shop, "select _record from raw_crm.orders")] == [record] * 3


def test_the_beginning_of_a_file_that_is_gone_is_recognised_by_all_rows_of_its_records(shop: Workspace) -> None:
    lines = [f"{json.dumps(order(number, refunds=REFUNDS))}\n" for number in (1, 2, 3)]
    put(shop, "long.jsonl", "".join(lines))
    load(shop, "hub")
    (shop.paths.inbox / "long.jsonl").unlink()
    put(shop, "short.jsonl", "".join(lines[:2]))
    (report,) = load(shop, "hub").files
    assert (report.outcome, report.books.records, report.books.skipped) == ("duplicate", 2, 2)
    assert unbalanced(shop) == []


PLAY = {"name": "play", "kind": "social", "vendor": "google_play", "path": "inbox/*"}
APPLE = {"name": "apple", "kind": "social", "vendor": "app_store", "path": "inbox/*"}
PLAY_HEADER = "Package Name,Device,Review Submit Millis Since Epoch,Star Rating,Review Text,Review Link"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_by_expressions_too_also_where_it_states_to_be_utf_16(tmp_path: Path, encoding: str) -> None:
    play = make_workspace(tmp_path, PLAY)
    link = "https://play.example/review?reviewId=gp-1&hl=de"
    text = f"{PLAY_HEADER}\nacme.app,a51,1772352000000,5,Größer,{link}\nacme.app,o1,1772352000000,1,,\n"
    (play.paths.inbox / "a.csv").write_text(text, encoding=encoding)
    (report,) = load(play, "play").files
    assert (report.books.loaded, report.books.rejected) == (2, 0)
    found = rows(play, "select mention_id, posted_at, text from raw_social.mentions order by _line")
    assert found == [
        ("gp-1", "2026-03-01T08:00:00.000000Z", "Größer"),
        ("acme.app|o1|1772352000000", "2026-03-01T08:00:00.000000Z", None),
    ]


def test_a_table_without_the_columns_of_an_expression_is_refused(tmp_path: Path) -> None:
    play = make_workspace(tmp_path, PLAY)
    put(play, "a.csv", "Review Link,Star Rating\nhttps://play.example/1,5\n")
    (problem,) = load(play, "play").problems
    assert problem.what.startswith("The file has no column 'Review Submit Millis Since Epoch'")


def test_a_condition_of_a_table_is_over_its_row(tmp_path: Path) -> None:
    entity = Entity.model_validate(
        {
            "columns": {
                "name": [
                    {"sql": "json_extract_string(record, '$.\"Full name\"')"},
                    {"path": "$.Mail", "when": {"sql": "json_extract_string(record, '$.Public') = 'yes'"}},
                ]
            },
            "deleted": {"sql": "json_extract_string(record, '$.Public') = 'gone'"},
        }
    )
    cells = {"Full name": "cell_1", "Mail": "cell_2", "Public": "cell_3"}
    record = f"json_object({', '.join(f'$${name}$$, {value}' for name, value in cells.items())})"
    lifting = lift_cells(entity, cells, ("name", "is_deleted"), {}, record=record)
    rows_of = [("Li", "l@b.example", "no"), (None, "a@b.example", "yes"), (None, "c@b.example", "gone")]
    with duckdb.connect() as connection:
        connection.execute("create table staged (cell_1 varchar, cell_2 varchar, cell_3 varchar)")
        connection.executemany("insert into staged values (?, ?, ?)", rows_of)
        found = connection.execute(f"select {lifting.values['name']}, {lifting.values['is_deleted']} from staged")
        assert found.fetchall() == [("Li", None), ("a@b.example", None), (None, "true")]


def test_of_several_answers_of_an_api_a_file_is_the_one_whose_list_it_holds(tmp_path: Path) -> None:
    said = {"name": "chimp", "kind": "crm", "vendor": "mailchimp", "entity": "interactions", "path": "inbox/*"}
    chimp = make_workspace(tmp_path, said)
    of_member = {"email_id": "m", "email_address": "m@b.example"}
    left = [{**of_member, "timestamp": "2026-03-01T08:00:00Z"}]
    put(chimp, "a.json", json.dumps({"total_items": 1, "unsubscribes": left}))
    put(chimp, "b.json", json.dumps({"emails": [{**of_member, "activity": [{"action": "open"}]}]}))
    assert [file.books.loaded for file in load(chimp, "chimp").files] == [1, 1]
    assert rows(chimp, "select event from raw_crm.interactions order by _file") == [
        ("email_unsubscribed",),
        ("email_opened",),
    ]


def review(number: int, data: Any) -> dict[str, Any]:
    relationships = {"response": {"data": data, "links": {}}, "app": None}
    return {"id": str(number), "attributes": {"createdDate": "2026-03-01T08:00:00Z"}, "relationships": relationships}


def test_records_get_what_their_document_includes_for_them(tmp_path: Path) -> None:
    apple = make_workspace(tmp_path, APPLE)

    def response(number: int, day: int) -> dict[str, Any]:
        written = {"lastModifiedDate": f"2026-03-0{day}T08:00:00Z", "likes": 10**17, "views": 4}
        return {"type": "responses", "id": str(number), "attributes": written}

    to_first, to_none = {"type": "responses", "id": "1"}, {"type": "responses", "id": "9"}
    records = [review(1, to_first), review(2, to_none), review(3, None), review(4, [to_first, to_none])]
    page = {"data": records, "included": [response(1, 2), {"id": "nameless"}, "no resource"]}
    put(apple, "a.json", json.dumps(page) + json.dumps({"data": [review(5, to_first)], "included": []}))
    report = load(apple, "apple")
    assert [(file.books.loaded, file.books.rejected) for file in report.files] == [(5, 0)]
    assert not report.problems
    found = rows(apple, "select mention_id, replied_at, _record from raw_social.mentions order by _line")
    replied = "2026-03-02T08:00:00Z"
    assert [row[:2] for row in found] == [("1", replied), ("2", None), ("3", None), ("4", None), ("5", replied)]
    wholes = [json.loads(row[2]) for row in found]
    assert [whole.pop("_included", None) for whole in wholes] == [
        {"response": response(1, 2)},
        None,
        None,
        {"response": [response(1, 2)]},
        {"response": response(1, 2)},
    ]
    assert wholes == [*records, review(5, to_first)]


SPANNED = """Respondent ID,End Date,Where?,,,Where?,,Rate us,,Why?
,,Shop,Web,Other,Shop,Web,Shop,Web,Open-Ended Response
"""


def spanned_answers(tmp_path: Path, *lines: str) -> list[dict[str, Any]]:
    """Answers of a two-row export, a line each."""
    survey = make_workspace(tmp_path, SURVEYMONKEY)
    put(survey, "a.csv", SPANNED + "\n".join(lines) + "\n")
    assert load(survey, "poll").problems == ()
    found = rows(survey, "select _row from raw_survey.wide order by _line")
    return [{name: said for name, said in json.loads(row[0]).items() if said} for row in found]


def test_columns_of_choices_become_one_answer_and_rows_of_a_matrix_stay_apart(tmp_path: Path) -> None:
    found = spanned_answers(tmp_path, "1,2026-03-01,Shop,,mail,,,5,4,x", "2,2026-03-01,,,mail,,Web,5,,")
    assert found == [
        {"Where?": "Shop; mail", "Rate us - Shop": "5", "Rate us - Web": "4", "Why?": "x"},
        # Two questions of the same words: the second is named by its position.
        {"Where?": "mail", "6": "Web", "Rate us - Shop": "5"},
    ]


def test_columns_that_no_respondent_ticked_keep_their_own_names(tmp_path: Path) -> None:
    found = spanned_answers(tmp_path, "1,2026-03-01,,,mail,,,5,4,x")
    assert found == [{"Where? - Other": "mail", "Rate us - Shop": "5", "Rate us - Web": "4", "Why?": "x"}]


def test_a_two_row_export_keeps_every_cell_under_a_name_of_its_own(tmp_path: Path) -> None:
    spanned_answers(tmp_path, "1,2026-03-01,Shop,,mail,Shop,,5,4,x")
    (record,) = rows(make_workspace(tmp_path, SURVEYMONKEY), "select _record from raw_survey.wide")[0]
    assert list(json.loads(record).values()) == ["1", "2026-03-01", "Shop", None, "mail", "Shop", None, "5", "4", "x"]


def test_a_file_with_none_of_the_vendors_columns_is_refused(tmp_path: Path) -> None:
    survey = make_workspace(tmp_path, SURVEYMONKEY)
    put(survey, "a.csv", "id,answer\n,\n1,9\n")
    report = load(survey, "poll")
    assert [file.outcome for file in report.files] == ["failed"]
    assert "none of the columns 'Respondent ID'" in report.problems[0].what


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ({**HUBSPOT, "entity": "cases"}, "needs 'entity'"),
        ({**HUBSPOT, "timestamp_format": "%Y"}, "'timestamp_format' does not belong to vendor hubspot"),
        ({**HUBSPOT, "columns": {"email": "mail"}}, "'columns' does not belong to vendor hubspot"),
        ({**HUBSPOT, "kind": "social"}, "'hubspot' is not built for kind 'social'"),
    ],
)
def test_a_source_that_does_not_fit_its_description_is_refused(tmp_path: Path, source: Any, wrong: str) -> None:
    with pytest.raises(Exception, match=wrong):
        make_workspace(tmp_path, source)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"entities": {"crm/things": {"columns": {}}}}, "crm/things is not an entity"),
        ({"entities": {"crm/contacts": {"columns": {"email": "$.e"}}}}, "needs customer_id"),
        ({"entities": {"crm/contacts": {"columns": {"customer_id": "id"}}}}, "'id' is not a path"),
        ({"entities": {"crm/contacts": {"columns": {"customer_id": "$.id", "shoe": "$.s"}}}}, "no column shoe"),
        ({"entities": {"crm/contacts": {"columns": {"customer_id": {"clock": "unix"}}}}}, "say one of path"),
        (
            {"entities": {"crm/contacts": {"columns": {"customer_id": {"path": "$.id", "constant": "x"}}}}},
            "or constant, joined or first alone",
        ),
        ({"entities": {"survey/wide": {"columns": {}}}}, "'answers' belongs to survey/wide"),
        ({"entities": {"survey/wide": {"columns": {}, "answers": {}}}}, "say where answers are"),
        (
            {"entities": {"survey/wide": {"columns": {}, "answers": {"fields": "$.a", "items": "$.b[*]"}}}},
            "say one of items",
        ),
        (
            {"entities": {"survey/wide": {"columns": {}, "answers": {"items": "$.b[*]"}}}},
            "'question' goes with 'items'",
        ),
        (
            {"entities": {"survey/wide": {"columns": {}, "answers": {"fields": "$.a", "parts": "$.b"}}}},
            "go with 'items'",
        ),
        (
            {"entities": {"survey/wide": {"columns": {}, "answers": {"columns": True, "matrices": True}}}},
            "goes with 'fields'",
        ),
        ({"entities": {"survey/wide": {"columns": {}, "answers": {"named": {"q": "a"}}}}}, "'a' is not a path"),
        ({"reads": {"container": "delimited", "beneath": ["Response"]}}, "goes with 'header_rows: 2'"),
        ({"reads": [], "entities": {"crm/contacts": {"columns": {"customer_id": "$.id"}}}}, "needs 'reads'"),
        ({"entities": {"crm/contacts": {"columns": {"customer_id": "@.id"}}}}, "'@.id' is inside an item of 'each'"),
        (
            {"entities": {"crm/contacts": {"columns": {"customer_id": "$.id"}, "rows": [{"columns": {}}]}}},
            "crm/contacts needs customer_id",
        ),
        (
            {"entities": {"crm/contacts": {"columns": {"customer_id": "$.id"}, "each": "$.list"}}},
            "not a path of a list",
        ),
        (
            {"entities": {"survey/wide": {"columns": {}, "when": "$.a", "answers": {"fields": "$"}}}},
            "do not go with them",
        ),
        (
            {
                "reads": {"container": "delimited"},
                "entities": {"crm/contacts": {"columns": {"customer_id": "$.id"}, "when": "$.a"}},
            },
            "go with JSON alone",
        ),
        (
            {"entities": {"crm/contacts": {"columns": {"customer_id": {"first": ["$.a"], "clock": "unix"}}}}},
            "belongs to one of the columns of 'first'",
        ),
        (
            {"entities": {"crm/contacts": {"columns": {"customer_id": "$.id"}, "deleted": {}}}},
            "say one of path and sql",
        ),
    ],
)
def test_a_description_that_cannot_be_used_says_why(change: dict[str, Any], wrong: str) -> None:
    said = {"vendor": "v", "title": "V", "tested": "nothing", "reads": {"container": "json"}}
    with pytest.raises(ValueError, match=wrong):
        Description.model_validate({**said, **change})


def test_every_description_can_be_used() -> None:
    assert [one.vendor for one in descriptions()]


def test_a_vendor_without_a_description_is_named() -> None:
    with pytest.raises(DescriptionError, match=r"ingestion/vendors/nobody\.yml is not there"):
        description("nobody")
