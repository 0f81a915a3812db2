"""Every API that a description names, asked of a server that answers as the vendor's: pages, keys, waits and faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.api import client as client_module
from tests.ingestion.workspaces import load, make_workspace, put, rows, unbalanced
from tests.vendors.asking import (
    HUBSPOT,
    TYPEFORM,
    ZENDESK,
    asked,
    be_quick,
    errors,
    every_case,
    every_vendor,
    landed,
    many,
    records_of,
    replay_of,
    source_by_api,
)
from tests.vendors.replay import serving
from tests.vendors.samples import Case
from tests.vendors.shown import shows


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    be_quick(monkeypatch)


@shows("API", "loads")
@every_case
def test_the_api_brings_the_same_rows_as_files(tmp_path: Path, case: Case) -> None:
    records = records_of(case)
    assert records
    by_file = make_workspace(tmp_path / "file", case.source)
    put(by_file, "all.jsonl", "".join(f"{json.dumps(record)}\n" for record in records))
    load(by_file, "s")
    replay = replay_of(case, records)
    with asked(tmp_path / "api", case, replay) as by_api:
        report = load(by_api, "s")
        assert errors(report) == []
        columns = slice(0, len(case.columns))
        assert [row[columns] for row in landed(by_api, case)] == [row[columns] for row in landed(by_file, case)]
        assert [json.loads(row[-1]) for row in landed(by_api, case)] == [
            json.loads(row[-1]) for row in landed(by_file, case)
        ]
        if replay.endpoint.job is not None:
            return
        # A second fetch changes nothing.
        before = {row[columns] for row in landed(by_api, case)}
        assert errors(load(by_api, "s")) == []
        assert {row[columns] for row in landed(by_api, case)} == before


@every_vendor
def test_a_busy_or_broken_server_is_asked_again(tmp_path: Path, case: Case) -> None:
    records = records_of(case)
    replay = replay_of(case, records)
    replay.faults = {0: 429, 2: 503, 4: "cut"}
    with asked(tmp_path, case, replay) as workspace:
        report = load(workspace, "s")
        assert errors(report) == []
        assert sum(file.books.records for file in report.files) == len(records)


@every_vendor
def test_a_wrong_key_is_named_and_nothing_of_the_answer_is_shown(
    tmp_path: Path, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asked(tmp_path, case, replay_of(case, records_of(case))) as workspace:
        monkeypatch.setenv("API_KEY", "another")
        (problem,) = load(workspace, "s").problems
    assert problem.what == "The API refuses the key (status 401)."
    assert "API_KEY" in problem.fix
    assert "anna" not in str(problem)
    assert "another" not in str(problem)


QUALTRICS = Case("qualtrics_api", "survey", "wide")


def test_an_export_is_ordered_awaited_and_fetched_since_the_last_one(tmp_path: Path) -> None:
    replay = replay_of(QUALTRICS, [{"responseId": "R_1", "values": {"recordedDate": "2026-03-02T10:00:00Z"}}])
    with asked(tmp_path, QUALTRICS, replay, lag="2 hours") as workspace:
        assert errors(load(workspace, "s")) == []
        assert errors(load(workspace, "s")) == []
        assert rows(workspace, "select distinct respondent from raw_survey.wide") == [("R_1",)]
    assert [order["startDate"] for order in replay.orders] == ["1970-01-01T00:00:00Z", "2026-03-02T08:00:00Z"]
    assert replay.orders[0]["compress"] is False


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("failed", "The vendor could not prepare the export (state 'failed')."),
        ("inProgress", "The vendor did not prepare the export within 1 questions."),
    ],
)
def test_an_export_that_is_not_prepared_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, said: str
) -> None:
    monkeypatch.setattr(client_module, "JOB_QUESTIONS", 1)
    replay = replay_of(QUALTRICS, [])
    replay.state = state
    with asked(tmp_path, QUALTRICS, replay) as workspace:
        assert errors(load(workspace, "s")) == [said]


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({1: 400}, "The API no longer knows the page that it named as its next one (status 400)."),
        (dict.fromkeys(range(1, 20), 429), "The API asks to wait (status 429), also after 6 attempts."),
        (dict.fromkeys(range(1, 20), 500), "The API answers with status 500."),
        ({1: "text"}, "The API's answer is not JSON."),
    ],
)
def test_a_fetch_that_breaks_off_moves_nothing_and_the_next_one_brings_all(
    tmp_path: Path, faults: dict[int, int | str], expected: str
) -> None:
    replay = replay_of(HUBSPOT, many(5))
    with asked(tmp_path, HUBSPOT, replay) as workspace:
        load(workspace, "s")
        before = landed(workspace, HUBSPOT)
        first = len(replay.requests)
        replay.records = [many(7), []]
        replay.faults = {first + nth: fault for nth, fault in faults.items()}
        assert errors(load(workspace, "s")) == [expected]
        assert landed(workspace, HUBSPOT) == before
        assert rows(workspace, "select count(*) from ledger.fetches") == [(1,)]
        assert not (workspace.paths.fetched / ".s").exists()
        replay.faults = {}
        assert errors(load(workspace, "s")) == []
        assert len(landed(workspace, HUBSPOT)) == 7


def test_what_the_api_no_longer_has_ends_to_count(tmp_path: Path) -> None:
    replay = replay_of(HUBSPOT, many(5))
    with asked(tmp_path, HUBSPOT, replay) as workspace:
        load(workspace, "s")
        replay.records = [many(2), []]
        load(workspace, "s")
        assert [row[0] for row in landed(workspace, HUBSPOT)] == ["0", "1"]


def test_every_variant_is_asked_for_by_itself(tmp_path: Path) -> None:
    replay = replay_of(HUBSPOT, many(3))
    replay.records = [many(3), [{"id": "9", "properties": {}, "archived": True}]]
    with asked(tmp_path, HUBSPOT, replay) as workspace:
        load(workspace, "s")
        assert [row[0] for row in landed(workspace, HUBSPOT)] == ["0", "1", "2", "9"]
    assert [params["archived"] for _, params in replay.requests] == ["false", "false", "true"]


def responses(*times: str) -> list[dict[str, Any]]:
    return [{"response_id": time, "token": time, "submitted_at": time, "answers": []} for time in times]


def test_only_what_is_new_is_asked_for_less_the_lag(tmp_path: Path) -> None:
    replay = replay_of(TYPEFORM, responses("2026-03-02T10:00:00Z", "2026-03-01T10:00:00Z"))
    with asked(tmp_path, TYPEFORM, replay, since="2026-01-01", lag="2 hours") as workspace:
        load(workspace, "s")
        assert replay.requests[0][1]["since"] == "2026-01-01T00:00:00Z"
        replay.requests.clear()
        replay.records = [responses("2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z")]
        load(workspace, "s")
        assert replay.requests[0][1]["since"] == "2026-03-02T08:00:00Z"
        found = rows(workspace, "select distinct respondent from raw_survey.wide order by 1")
        assert [row[0] for row in found] == ["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"]
        assert rows(workspace, "select max(highest) from ledger.fetches") == [("2026-03-03T10:00:00+00:00",)]


def test_a_time_in_iso_form_is_asked_for_in_seconds_where_the_api_says_so(tmp_path: Path) -> None:
    ticket = {"id": 1, "requester_id": 2, "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-02T10:00:00Z"}
    replay = replay_of(ZENDESK, [ticket])
    with asked(tmp_path, ZENDESK, replay, since="2026-01-01", lag="2 hours") as workspace:
        load(workspace, "s")
        assert replay.requests[0][1]["start_time"] == "1767225600"
        replay.requests.clear()
        load(workspace, "s")
        assert replay.requests[0][1]["start_time"] == "1772438400"


def test_a_time_in_the_future_leaves_nothing_out(tmp_path: Path) -> None:
    replay = replay_of(TYPEFORM, responses("2999-01-01T00:00:00Z"))
    with asked(tmp_path, TYPEFORM, replay) as workspace:
        load(workspace, "s")
        replay.requests.clear()
        load(workspace, "s")
        assert replay.requests[0][1]["since"] < "2900"


def test_what_another_form_was_answered_ends_to_count_once_the_source_asks_for_this_one(tmp_path: Path) -> None:
    """And with it what the former form's fetch had reached: it is asked from the beginning when it is chosen again."""
    ended = "select superseded_because from ledger.loads where source = 's' and loaded > 0 order by load_id"
    replay = replay_of(TYPEFORM, [])
    with serving(replay) as address:
        for nth, form in enumerate(("x1", "other", "x1"), start=1):
            time = f"2026-03-0{9 - nth}T10:00:00Z"
            replay.records = [responses(time)]
            workspace = make_workspace(tmp_path, source_by_api(TYPEFORM, replay, address, values={"form": form}))
            before = landed(workspace, TYPEFORM) if nth > 1 else []
            # A fetch that breaks off ends nothing.
            replay.requests.clear()
            replay.faults = {0: 400}
            assert errors(load(workspace, "s")) == ["The API answers with status 400."]
            assert landed(workspace, TYPEFORM) == before
            replay.requests.clear()
            replay.faults = {}
            assert errors(load(workspace, "s")) == []
            assert [row[0] for row in landed(workspace, TYPEFORM)] == [time]
            assert replay.requests[0] == (
                f"/forms/{form}/responses",
                {"page_size": "1000", "since": "1970-01-01T00:00:00Z"},
            )
            assert len({path.name.partition("-")[0] for path in (workspace.paths.fetched / "s").iterdir()}) == 1
            assert not unbalanced(workspace)
    assert [because for (because,) in rows(workspace, ended)] == ["vanished", "vanished", None]


def test_another_form_does_not_end_more_than_the_source_allows(tmp_path: Path) -> None:
    replay = replay_of(TYPEFORM, responses("2026-03-02T10:00:00Z"))
    with serving(replay) as address:
        load(make_workspace(tmp_path, source_by_api(TYPEFORM, replay, address)), "s")
        replay.records = [[]]
        workspace = make_workspace(tmp_path, source_by_api(TYPEFORM, replay, address, values={"form": "other"}))
        (said,) = errors(load(workspace, "s"))
        assert said.startswith("All 1 records of 's' would vanish with this load")
        assert len(landed(workspace, TYPEFORM)) == 1
        assert errors(load(workspace, "s", accept=True)) == []
        assert landed(workspace, TYPEFORM) == []


def test_the_cursor_moves_with_the_rows_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replay = replay_of(TYPEFORM, responses("2026-03-02T10:00:00Z"))
    with asked(tmp_path, TYPEFORM, replay) as workspace:

        def killed(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("ingestion.engine.loader.ensure_unchanged", killed)
            with pytest.raises(KeyboardInterrupt):
                load(workspace, "s")
        assert rows(workspace, "select count(*) from raw_survey.wide") == [(0,)]
        assert rows(workspace, "select count(*) from ledger.fetches") == [(0,)]
        load(workspace, "s")
        assert rows(workspace, "select count(distinct respondent) from raw_survey.wide") == [(1,)]
        assert rows(workspace, "select count(*) from ledger.fetches where highest is not null") == [(1,)]


def test_a_page_that_comes_again_and_again_ends_the_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replay = replay_of(HUBSPOT, many(5))
    monkeypatch.setattr(replay, "_start", lambda records, params: 0)
    with asked(tmp_path, HUBSPOT, replay) as workspace:
        (said,) = errors(load(workspace, "s"))
    assert "would never end" in said
    assert len(replay.requests) <= 3


def test_an_answer_without_its_list_is_an_error(tmp_path: Path) -> None:
    replay = replay_of(HUBSPOT, many(1))
    replay.collection = "result"
    with asked(tmp_path, HUBSPOT, replay) as workspace:
        assert errors(load(workspace, "s")) == ["The API's answer has no list 'results'."]


def test_a_server_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "ATTEMPTS", 1)
    replay = replay_of(HUBSPOT, [])
    with asked(tmp_path, HUBSPOT, replay, url="http://127.0.0.1:9") as workspace:
        assert errors(load(workspace, "s")) == ["The API cannot be reached (ConnectionError)."]


@pytest.mark.parametrize(
    ("access", "wrong"),
    [
        ({"token": "secret-key"}, "key does not belong in a file"),
        ({"token": "env:K", "url": "http://api.example.com"}, "is reached by https"),
        ({"token": "env:K", "url": "https://user:key@api.example.com"}, "holds no key"),
        ({"token": "env:K", "lag": "5"}, "is not a lag"),
        ({"token": "env:K", "values": {"form": "a/../b"}}, "part of an address"),
    ],
)
def test_access_that_cannot_be_used_is_refused(tmp_path: Path, access: Any, wrong: str) -> None:
    source = {name: value for name, value in HUBSPOT.source.items() if name != "path"}
    with pytest.raises(Exception, match=wrong):
        make_workspace(tmp_path, {**source, "api": access})


def test_what_the_access_lacks_is_named_without_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("API_KEY")
    replay = replay_of(TYPEFORM, [])
    with asked(tmp_path, TYPEFORM, replay, values={}) as workspace:
        said = errors(load(workspace, "s"))
    assert said == ["The variable API_KEY is not set."]
    assert replay.requests == []


def test_every_address_of_an_entity_is_asked(tmp_path: Path) -> None:
    """Activities of HubSpot: calls, e-mails, meetings and notes, each with those that are archived."""
    case = Case("hubspot", "crm", "interactions")
    replay = replay_of(case, [])
    objects = [variant["object"] for variant in replay.endpoint.variants]
    note = {"createdAt": "2026-03-01T08:00:00Z", "properties": {"hs_note_body": "x"}}
    replay.records = [[{**note, "id": str(nth), "archived": nth % 2 == 1}] for nth, _ in enumerate(objects)]
    with asked(tmp_path, case, replay) as workspace:
        assert errors(load(workspace, "s")) == []
        found = rows(workspace, "select interaction_id, is_deleted from raw_crm.interactions order by interaction_id")
    assert found == [(str(nth), "true" if nth % 2 else None) for nth in range(8)]
    assert [path for path, _ in replay.requests] == [f"/crm/v3/objects/{one}" for one in objects]
    assert {*objects} == {"calls", "emails", "meetings", "notes"}
    # What stands in the address is not sent as a parameter, too.
    assert all("object" not in params for _, params in replay.requests)
    assert all("hs_timestamp" in params["properties"] for _, params in replay.requests)


def test_pages_are_counted_by_the_records_that_came(tmp_path: Path) -> None:
    """Mailchimp may send fewer records than were asked for: the next page begins behind those."""
    case = Case("mailchimp", "crm", "contacts")
    changed = {"last_changed": "2026-03-01T08:00:00+00:00"}
    replay = replay_of(case, [{"id": f"m{nth}", "email_address": f"p{nth}@a.example", **changed} for nth in range(5)])
    with asked(tmp_path, case, replay) as workspace:
        assert errors(load(workspace, "s")) == []
        assert rows(workspace, "select count(*), count(distinct customer_id) from raw_crm.contacts") == [(5, 5)]
    assert [params["offset"] for _, params in replay.requests] == ["0", "2", "4", "5"]
    assert {params["count"] for _, params in replay.requests} == {"1000"}


def test_what_freshdesk_deleted_is_asked_for_besides(tmp_path: Path) -> None:
    case = Case("freshdesk", "service", "tickets")
    replay = replay_of(case, [])
    ticket = {"requester_id": 5, "status": 2, "created_at": "2026-03-01T08:00:00Z"}
    ticket |= {"updated_at": "2026-03-02T08:00:00Z"}
    replay.records = [[{**ticket, "id": 1, "deleted": True}], [{**ticket, "id": 2}]]
    with asked(tmp_path, case, replay) as workspace:
        assert errors(load(workspace, "s")) == []
        query = "select ticket_id, is_deleted from raw_service.tickets order by ticket_id"
        assert rows(workspace, query) == [("1", "true"), ("2", None)]
        # The next fetch asks for what changed since, less the lag.
        load(workspace, "s")
    assert replay.requests[-1][1]["updated_since"] == "2026-03-02T07:00:00Z"
