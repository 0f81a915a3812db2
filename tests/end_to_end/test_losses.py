"""A run over sources that are readable in part, or not at all: what is published, reported, and known by no source."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline import notify
from pipeline.status import status_of
from serving import Question, ask, open_release
from serving.rows import AnswerRow
from tests.end_to_end.conftest import run
from workspace.paths import WorkspacePaths

pytestmark = pytest.mark.slow

CX_YML = """\
company: Acme
timezone: UTC
currency: EUR
as_of: 2026-06-30
conversion: {event: order, occurrence: any}
privacy: {min_cell: 2}
sources:
  - {name: ten, kind: crm, vendor: csv, entity: orders, path: inbox/ten.csv}
  - {name: five, kind: crm, vendor: csv, entity: orders, path: inbox/five.csv}
  - {name: one, kind: crm, vendor: csv, entity: orders, path: inbox/one.csv}
  - {name: ads, kind: crm, vendor: csv, entity: campaigns, path: inbox/ads.csv}
  - {name: site, kind: web, vendor: csv, entity: events, path: inbox/site.csv}
  - {name: counted, kind: web, vendor: csv, entity: paths, path: inbox/counted.csv}
  - {name: desk, kind: service, vendor: csv, entity: tickets, path: inbox/desk.csv}
  - {name: listening, kind: social, vendor: csv, entity: mentions, path: inbox/listening.csv}
  - {name: form, kind: survey, vendor: csv, entity: wide, path: inbox/form.csv, columns: {respondent: who}}
"""
MAPPINGS = {
    "touchpoint_types": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
    "site,page_view,view,any,Page,discovery,marketing,\n,order,purchase,any,Order,purchase,commerce,\n",
    "channels": "data_source,utm_source,utm_medium,channel,presence,method\n"
    "site,,,Direct,online,web\none,,,Shop,online,web\nfive,*,*,Shop,online,web\n",
    "survey_codebook": "survey_id,question_id,construct,item,item_label,pillar,outcome_kind,interaction,scale_min,"
    "scale_max,reversed,separator\nform,Recommend,nps,rec,,,,,0,10,,\n",
}
UNREADABLE = "the day after the fair"


def orders(name: str, *, unreadable: int) -> str:
    times = [UNREADABLE if i < unreadable else f"2026-03-{i + 1:02d} 10:00" for i in range(10)]
    rows = [f"{name}{i},{time},10,{name}{i}" for i, time in enumerate(times)]
    return "\n".join(["customer_id,occurred_at,amount,order_id", *rows]) + "\n"


INBOX = {
    "ten": orders("ten", unreadable=10),
    "five": orders("five", unreadable=5),
    "one": orders("one", unreadable=1),
    "ads": "campaign,date,utm_source,utm_medium\nspring,2026-01-01,google,cpc\n",
    "site": "person_id,occurred_at,event,url,utm_source,utm_medium\n"
    "a,2026-01-01T10:00:00Z,page_view,https://acme.example/,,\n"
    "b,2026-01-01T10:00:00Z,page_view,https://acme.example/,tiktok,paid\n"
    "c,2026-01-01T10:00:00Z,page_view,http://localhost:3000/,,\n",
    "counted": "path,conversions,value,non_conversions\nA > B,3,90,10\nB,0,15,4\n",
    "desk": "ticket_id,created_at\n" + "".join(f"t{i},2026-04-{i + 1:02d} 10:00\n" for i in range(9)),
    "listening": "mention_id,posted_at,brand,text\n"
    + "".join(f"m{i},2026-04-{i + 1:02d} 10:00,Acme,This is terrible and awful service.\n" for i in range(20)),
    "form": "who,Recommend\n" + "".join(f"r{i},{i % 10}\n" for i in range(54)) + "x,certainly\n" * 12,
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> WorkspacePaths:
    root = tmp_path_factory.mktemp("lossy")
    for folder, files in (("inbox", INBOX), ("mappings", MAPPINGS)):
        (root / folder).mkdir()
        for name, text in files.items():
            (root / folder / f"{name}.csv").write_text(text)
    (root / "cx.yml").write_text(CX_YML)
    # Twelve different respondents gave the answer that cannot be read.
    form = (root / "inbox" / "form.csv").read_text().splitlines()
    unread = [f"x{i},certainly" for i in range(12)]
    (root / "inbox" / "form.csv").write_text("\n".join([line for line in form if line[0] != "x"] + unread) + "\n")
    outcome = run(root)
    assert outcome.published, outcome
    return WorkspacePaths(root)


def row(paths: WorkspacePaths, metric: str) -> AnswerRow:
    return ask(open_release(paths), Question(metrics=(metric,))).one(metric)


def test_sources_with_high_loss_are_reported_and_others_published(paths: WorkspacePaths) -> None:
    status = status_of(paths)
    assert not status["is_well"]
    troubles = "\n".join(status["troubles"])
    assert "source ten: Nothing of the source is left. 10 of 10 rows" in troubles
    assert "source five: 5 of 10 rows" in troubles
    assert "source one:" not in troubles
    assert "source form: 12 of 66 answers of question Recommend unreadable" in troubles
    lost = {(loss["data_source"], loss["n_rows"], loss["out_of"]) for loss in status["losses"]}
    assert {("ten", 10, 10), ("five", 5, 10), ("one", 1, 10), ("form", 12, 66)} <= lost
    message = notify.message_of("Acme", paths, run_id=status["last_run"]["run_id"])
    assert message is not None
    assert "set timestamp_format" in message.body
    assert UNREADABLE not in json.dumps(status, default=str)
    assert row(paths, "revenue").value == 140
    assert "14 of 30 rows count, 16 quarantined" in row(paths, "revenue").reason


def test_a_score_states_how_many_answers_count(paths: WorkspacePaths) -> None:
    nps = row(paths, "nps")
    assert (nps.status, nps.n) == ("ok", 54)
    assert "54 of 66 answers count, 12 unreadable" in nps.reason


@pytest.mark.parametrize(
    "metric",
    [
        "negative_answered_share",
        "negative_in_time_share",
        "positive_amplified_share",
        "unanswered_share",
        "unanswered_tickets",
        "answered_in_time_share",
        "first_reply_hours",
        "reopened_share",
        "ticket_satisfaction",
        "campaign_cost",
    ],
)
def test_metrics_without_a_source_have_no_data(paths: WorkspacePaths, metric: str) -> None:
    assert row(paths, metric).status == "no_data"


def test_without_replies_the_waiting_curve_is_empty(paths: WorkspacePaths) -> None:
    assert row(paths, "waiting_share").status == "no_data"


def test_the_tone_of_unrated_texts_is_not_known(paths: WorkspacePaths) -> None:
    assert row(paths, "negative_share").status == "no_data"
    known = row(paths, "sentiment_coverage")
    assert (known.value, known.n) == (0, 20)
    assert row(paths, "sentiment_accuracy").value is None


def test_internal_traffic_and_bad_paths_are_excluded_with_a_reason(paths: WorkspacePaths) -> None:
    assert row(paths, "touchpoints").value == 2 + 14
    books = {book["data_source"]: book for book in status_of(paths)["books"]}
    assert books["site"]["set_aside"] == 1
    assert books["counted"]["quarantined"] == 1


def test_parameters_that_no_row_names_are_listed(paths: WorkspacePaths) -> None:
    unmapped = {(one["kind"], one["data_source"], one["name"]) for one in status_of(paths)["unmapped"]}
    assert ("channel", "site", "tiktok / paid") in unmapped
    # One person is a group too small to be shown.
    whole = replace(open_release(paths), protected=False)
    found = ask(whole, Question(metrics=("touchpoints",), by=("channel",)))
    assert {one.dimensions["channel"]: one.value for one in found.rows}["Direct"] == 1
