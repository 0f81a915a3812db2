"""A described vendor's record becomes a row of its entity: paths, clocks, words, answers, parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion import check_sources
from ingestion.vendors.description import Column, Description, DescriptionError, Entity, description, descriptions
from ingestion.vendors.lifting import lift_json
from tests.ingestion.workspaces import load, make_workspace, put, rejected, rows
from workspace import Workspace

HUBSPOT = {"name": "hub", "kind": "crm", "vendor": "hubspot", "entity": "contacts", "path": "inbox/*"}
TYPEFORM = {"name": "form", "kind": "survey", "vendor": "typeform", "path": "inbox/*"}


def lifted(entity: Entity, columns: tuple[str, ...], *records: Any) -> list[tuple[Any, ...]]:
    """These columns of JSON records."""
    import duckdb

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
        ({"path": "$.s", "words": {"closedwon": "won"}}, {"s": "ClosedWon"}, "won"),
        ({"path": "$.s", "words": {"closedwon": "won"}}, {"s": "other"}, "other"),
        ({"path": "$.s", "words": {"closedwon": "won"}, "only_words": True}, {"s": "other"}, None),
        ({"path": "$.s", "words": {"none": ""}}, {"s": "None"}, None),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": 1234, "c": "eur"}, "12.340"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": 1234, "c": "JPY"}, "1234.000"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": 1234, "c": "kwd"}, "1.234"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": 1234}, "12.340"),
        ({"path": "$.n", "minor_units_of": "$.c"}, {"n": "many", "c": "eur"}, "many"),
    ],
)
def test_a_column_is_found_in_its_record(said: Any, record: Any, expected: str | None) -> None:
    assert lifted(entity_of(name=said), ("name",), record) == [(expected,)]


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
        ({"items": "$.answers[*]", "question": "$.ref"}, {"answers": None}, {}),
        ({"fields": "$.answers"}, {}, {}),
    ],
)
def test_answers_become_an_object_by_question(said: Any, record: Any, expected: Any) -> None:
    entity = Entity.model_validate({"columns": {}, "answers": said})
    assert json.loads(lifted(entity, ("_row",), record)[0][0]) == expected


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
    assert named == "{}"
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


def test_an_other_description_makes_files_be_read_again(hub: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    put(hub, "a.json", contacts(hubspot_contact(7, email="a@b.example", work="w@b.example")))
    load(hub, "hub")
    said = description("hubspot").model_dump()
    said["entities"]["crm/contacts"]["columns"]["email"] = {"path": ["$.properties.work"]}
    monkeypatch.setattr("ingestion.vendors.shapes.description", lambda vendor: Description.model_validate(said))
    load(hub, "hub")
    live = "select load_id from ledger.loads where status = 'active'"
    assert rows(hub, f"select email from raw_crm.contacts where _load_id in ({live})") == [("w@b.example",)]


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
            "or constant alone",
        ),
        ({"entities": {"survey/wide": {"columns": {}}}}, "'answers' belongs to survey/wide"),
        ({"reads": [], "entities": {"crm/contacts": {"columns": {"customer_id": "$.id"}}}}, "needs 'reads'"),
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
