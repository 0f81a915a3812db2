"""Lines of mappings that match nothing in the files are named, with similar names; numbers in other formats, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_project import __file__ as dbt_project
from ingestion import check_sources
from ingestion.checks.numbers import reads_as_number
from tests.ingestion.workspaces import EVENTS, ORDERS, SURVEY, put, write_workspace
from workspace import Problem, load_workspace
from workspace.configuration import limits

WIDE = {"name": "poll", "kind": "survey", "vendor": "csv", "entity": "wide", "path": "inbox/poll*.csv"}
LONG = {"name": "poll", "kind": "survey", "vendor": "csv", "entity": "long", "path": "inbox/poll*.csv"}
CONTACTS = {"name": "crm", "kind": "crm", "vendor": "csv", "entity": "contacts", "path": "inbox/crm*.csv"}
SHOP = {**ORDERS, "path": "inbox/shop*.csv"}
CODEBOOK = "survey_id,question_id,construct,item,scale_min,scale_max\n"
VALUES = "survey_id,question_id,label,value\n"
TYPES = "data_source,event,role,occurrence,touchpoint,stage\n"
POLL = "respondent,answered_at,How likely?,Why\n" + "".join(f"r{n},2026-03-01,{n},because {n}\n" for n in range(9))


def found(root: Path, *sources: dict[str, Any], **texts: str) -> list[Problem]:
    """What check says of a workspace: `poll_csv` is a file of the inbox, every other name a mapping."""
    write_workspace(root, *sources)
    for name, text in texts.items():
        stem, _, ending = name.rpartition("_")
        place = (
            root / "inbox" / f"{stem}.{ending}"
            if ending in ("csv", "json", "jsonl")
            else root / "mappings" / f"{name}.csv"
        )
        place.write_text(text)
    return check_sources(load_workspace(root))


def test_matching_mappings_have_no_problems(tmp_path: Path) -> None:
    problems = found(
        tmp_path,
        WIDE,
        SHOP,
        poll_csv=POLL,
        shop_csv="customer_id,occurred_at,amount\nc,2026-01-01,1\n",
        survey_codebook=CODEBOOK + "poll,How likely?,nps,,0,10\n,Why,comment,,,\n,answered_at,ignore,,,\n",
        touchpoint_types=TYPES
        + "shop,order,purchase,any,Order,purchase\nshop,refund,refund,any,Refund,use\n"
        + ",survey_answered,other,any,A,use\n",
    )
    assert problems == []


def test_an_unknown_question_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, WIDE, poll_csv=POLL, survey_codebook=CODEBOOK + "poll,How likly,nps,rec,0,10\n")
    assert str(problem) == (
        "mappings/survey_codebook.csv:2 [question_id]: No column of inbox/poll.csv is called 'How likly'."
        " Did you mean 'How likely?'?"
    )
    assert problem.severity == "error"


def test_one_cause_gives_one_error(tmp_path: Path) -> None:
    """Where the delimiter is wrong, every column seems to be missing; other faults are seen with the right one."""
    book = CODEBOOK + "poll,How likely?,nps,,0,10\npoll,Why,comment,,,\n"
    (problem,) = found(tmp_path, WIDE, poll_csv=POLL.replace(",", ";"), survey_codebook=book)
    assert problem.key == "sources.poll.delimiter"
    assert "all of the header is one column" in problem.what.lower()
    assert "is 'delimiter' right?" in problem.fix
    assert "';'" in problem.fix
    delimiter, question = found(tmp_path, WIDE, survey_codebook=book + "poll,How likly,csat,,1,5\n")
    assert delimiter.key == "sources.poll.delimiter"
    assert question.what == "No column of inbox/poll.csv is called 'How likly'."


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_wrong_delimiter_is_one_error_with_a_suggestion(tmp_path: Path, mark: str) -> None:
    text = "customer_id,occurred_at,amount\na,2026-01-01,1\nb,2026-01-02,2\n".replace(",", mark)
    (problem,) = found(tmp_path, SHOP, shop_csv=text)
    assert "has no column 'customer_id': all of the header is one column" in problem.what
    assert ("'tab'" if mark == "\t" else f"'{mark}'") in problem.fix


def test_a_survey_with_one_question_is_not_a_wrong_delimiter(tmp_path: Path) -> None:
    texts = "What, if anything, do you like?\n" + "Price; service, and you\nNothing\n" * 9
    assert found(tmp_path, WIDE, poll_csv=texts) == []


def test_columns_with_another_role_are_not_questions(tmp_path: Path) -> None:
    source = {**WIDE, "columns": {"answered_at": "When"}}
    (problem,) = found(
        tmp_path, source, poll_csv="When,Q\n2026-01-01,1\n", survey_codebook=CODEBOOK + ",When,comment,,,\n"
    )
    assert problem.what == "Column 'When' is read as 'answered_at', not as a question."


def test_questions_of_a_long_file_may_arrive_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "respondent,question_id,value\n" + "".join(f"r{n},q_{n % 2},{n}\n" for n in range(20))
    book = CODEBOOK + ",q_0,csat,,0,20\n,q1,csat,,0,20\n"
    (problem,) = found(tmp_path, LONG, poll_csv=text, survey_codebook=book)
    assert (problem.severity, problem.line) == ("warning", 3)
    assert problem.fix == "Did you mean 'q_1'?"
    assert "not all" not in problem.what
    monkeypatch.setattr(limits, "CHECKED_RECORDS", 5)
    (problem,) = found(tmp_path, LONG, survey_codebook=book)
    assert problem.what.endswith("The first 5 records were looked at, not all.")


def test_an_impossible_event_is_an_error_and_an_absent_one_a_warning(tmp_path: Path) -> None:
    problems = found(
        tmp_path,
        SHOP,
        {**EVENTS, "path": "inbox/site*.jsonl"},
        shop_csv="customer_id,occurred_at,amount\nc,2026-01-01,1\n",
        site_jsonl=json.dumps({"type": "track", "event": "Product Viewed", "anonymousId": "a"}) + "\n",
        touchpoint_types=TYPES
        + "shop,ordr,purchase,any,Order,purchase\nsite,Product viewd,view,any,P,discovery\n"
        + ",Product Viewed,view,any,P,use\n",
        tasks="task,label,start_event,goal_event\nbuy,Buy,Product Viewed,orders\n",
    )
    assert [(problem.severity, problem.what, problem.fix) for problem in problems] == [
        ("error", "Source 'shop' has no event 'ordr'.", "Did you mean 'order'?"),
        ("warning", "No event is called 'Product viewd'.", "Did you mean 'Product Viewed'?"),
        ("warning", "No event is called 'orders'.", "Did you mean 'order'?"),
    ]


def test_calls_of_the_web_entity_that_only_link_are_no_events(tmp_path: Path) -> None:
    site = {"name": "site", "kind": "web", "vendor": "csv", "entity": "events", "path": "inbox/site*.csv"}
    calls = "v,2026-01-01,who,Identify\nv,2026-01-01,was,alias\nv,2026-01-01,team,group\nv,2026-01-01,seen,page\n"
    problems = found(
        tmp_path,
        site,
        site_csv="person_id,occurred_at,event,call\n" + calls,
        touchpoint_types=TYPES + "".join(f"site,{event},view,any,A,use\n" for event in ("who", "was", "team", "seen")),
    )
    assert [problem.line for problem in problems] == [2, 3, 4]
    assert problems[0].what == "No event is called 'who'."


def test_an_unknown_attribute_column_is_an_error(tmp_path: Path) -> None:
    header = "data_source,column,attribute,kind\n"
    problems = found(
        tmp_path,
        CONTACTS,
        SHOP,
        crm_csv="customer_id,Age group\nc,18-24\n",
        shop_csv="customer_id,occurred_at,amount\nc,2026-01-01,1\n",
        attributes=header
        + "crm,Age group,age,demographic\n,Age grp,age2,demographic\nshop,amount,spend,firmographic\n",
    )
    assert [(problem.line, problem.what) for problem in problems] == [
        (3, "No column of inbox/crm.csv is called 'Age grp'."),
        (4, "Source 'shop' states no attributes."),
    ]


def test_nearly_matching_labels_channels_and_pages_are_warnings(tmp_path: Path) -> None:
    site = "".join(
        json.dumps(
            {
                "type": "page",
                "anonymousId": "a",
                "properties": {"url": f"https://shop.example/help/{n}?x=1"},
                "context": {"campaign": {"source": "Newsletter", "medium": "email"}},
            }
        )
        + "\n"
        for n in range(3)
    )
    problems = found(
        tmp_path,
        WIDE,
        {**EVENTS, "path": "inbox/site*.jsonl"},
        poll_csv="respondent,Q\n" + "a,Very good\nb,Good\nc,Good\n",
        site_jsonl=site,
        survey_codebook=CODEBOOK + ",Q,csat,,1,5\n",
        survey_values=VALUES + "poll,Q,Very god,5\npoll,Q,Good,4\npoll,Q,Bad,1\n",
        channels="data_source,utm_source,utm_medium,channel,presence\n,newslettr,,Mail,online\n,google,,Search,online\n",
        content="url_pattern,content_group\n/help/*,Help\n/hlp/*,Help\n",
    )
    assert [(problem.severity, problem.file, problem.line) for problem in problems] == [
        ("warning", "mappings/survey_values.csv", 2),
        ("warning", "mappings/channels.csv", 2),
        ("warning", "mappings/content.csv", 3),
    ]
    assert [problem.fix for problem in problems][:2] == [
        "Did you mean 'very good', which has no line?",
        "Did you mean 'newsletter', which has no line?",
    ]


TICKETS = {"name": "desk", "kind": "service", "vendor": "csv", "entity": "tickets", "path": "inbox/desk*.csv"}
MENTIONS = {"name": "wall", "kind": "social", "vendor": "csv", "entity": "mentions", "path": "inbox/wall*.csv"}
ZENDESK = {"name": "desk", "kind": "service", "vendor": "zendesk", "path": "inbox/desk*.json"}
DESK = "ticket_id,customer_id,created_at,channel\n"
WALL = "mention_id,posted_at,network,text\n"


@pytest.mark.parametrize(
    ("source", "files", "is_reported"),
    [
        (TICKETS, {"desk_csv": DESK + "1,a,2026-01-01,mail\n2,b,2026-01-02,web\n"}, True),
        (TICKETS, {"desk_csv": DESK + "1,a,2026-01-01,mail\n2,b,2026-01-02,\n"}, False),
        (MENTIONS, {"wall_csv": WALL + "1,2026-01-01,bluesky,Good\n"}, True),
        (MENTIONS, {"wall_csv": WALL + "1,2026-01-01,,Good\n"}, False),
        (ZENDESK, {"desk_json": '{"tickets": [{"id": 1, "via": {"channel": "web"}}]}'}, True),
    ],
)
@pytest.mark.parametrize("cells", [",", "*,*", "*,", "(none),(none)"])
def test_an_empty_channel_row_that_matches_nothing_is_reported(
    tmp_path: Path, source: dict[str, Any], files: dict[str, str], is_reported: bool, cells: str
) -> None:
    line = f"{source['name']},{cells},Desk,online\n"
    problems = found(tmp_path, source, channels="data_source,utm_source,utm_medium,channel,presence\n" + line, **files)
    reported = [
        (problem.severity, problem.line, problem.fix) for problem in problems if "channels.csv" in str(problem.file)
    ]
    said = [("warning", 2, "Write * into both, if the row is for all of them.")]
    assert reported == (said if is_reported and cells == "," else [])


def test_many_problems_of_one_kind_are_grouped(tmp_path: Path) -> None:
    book = CODEBOOK + "".join(f"poll,Question number {n},csat,,1,5\n" for n in range(30))
    problems = found(tmp_path, WIDE, poll_csv=POLL, survey_codebook=book)
    assert len(problems) == 6
    assert problems[-1].what == "25 more lines match nothing in the files, for the same reason."


def test_unreadable_sources_raise_no_mapping_problems(tmp_path: Path) -> None:
    problems = found(
        tmp_path,
        WIDE,
        poll_csv=POLL,
        poll_b_csv="%PDF-1.7",
        survey_codebook=CODEBOOK + "poll,Elsewhere,csat,,1,5\n",
    )
    assert [problem.file for problem in problems] == ["inbox/poll_b.csv"]
    assert (
        found(tmp_path / "empty", SHOP, touchpoint_types=TYPES + ",anything,other,any,A,use\n")[0].file
        == "inbox/shop*.csv"
    )


@pytest.mark.parametrize("answered", [True, False])
def test_qualtrics_questions_are_identified_by_import_ids(tmp_path: Path, answered: bool) -> None:
    rows = [
        ["Recorded Date", "Response ID", "Q1", "Q1 group"],
        ["Recorded Date", "Response ID", "How likely?", "group"],
        [json.dumps({"ImportId": one}) for one in ("recordedDate", "_recordId", "QID1", "QID1_NPS_GROUP")],
        *([["2026-01-01 10:00:00", "R_1", "9", "Promoter"]] if answered else []),
    ]
    text = "".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) + "\n" for row in rows)
    book = CODEBOOK + ",QID1,nps,,0,10\n,QID1_NPS_GROUP,ignore,,,\n,Q1,nps,,0,10\n"
    (problem,) = found(tmp_path, {**SURVEY, "path": "inbox/poll*.csv"}, poll_csv=text, survey_codebook=book)
    assert (problem.line, problem.what) == (4, "No question of inbox/poll.csv is called 'Q1'.")


@pytest.mark.parametrize(
    ("most", "what"),
    [
        (8 << 20, "No event is called 'Nothing'."),
        (100, "No event is called 'Nothing'. The first 1 records were looked at, not all."),
    ],
)
def test_of_a_large_file_of_calls_the_beginning_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, what: str
) -> None:
    monkeypatch.setattr(limits, "CHECKED_BYTES", most)
    calls = [{"type": "page", "anonymousId": "a", "name": name} for name in ("Tea", "Mugs", "Pots")]
    lines = "".join(f"{json.dumps(call)}\n" for call in calls)
    types = TYPES + "site,Viewed Tea Page,view,any,Tea,discovery\nsite,Nothing,view,any,None,discovery\n"
    (problem,) = found(tmp_path, {**EVENTS, "path": "inbox/site*.jsonl"}, site_jsonl=lines, touchpoint_types=types)
    assert problem.what == what


def test_a_call_too_long_to_be_looked_at_says_nothing_of_the_mappings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHECKED_BYTES", 20)
    line = json.dumps({"type": "page", "anonymousId": "a", "name": "Tea"})
    types = TYPES + "site,Viewed Mugs Page,view,any,Mugs,discovery\n"
    sources = {**EVENTS, "path": "inbox/site*.jsonl"}
    assert found(tmp_path, sources, site_jsonl=f"{line}\n", touchpoint_types=types) == []


@pytest.mark.parametrize(
    ("decimal", "values", "severity", "what"),
    [
        (".", ["1,5", "2,25"], "error", "'1,5' is not a number with decimal '.': is 'decimal' right? 2 of 2 values"),
        (",", ["1.5", "2.25"], "error", "'1.5' is not a number with decimal ',': is 'decimal' right?"),
        (".", ["1.250,50", "3,00"], "error", "'1.250,50' is not a number"),
        (".", ["1 250.50", "3.00"], "error", "'1 250.50' is not a number with decimal '.': 1 of 2 values"),
        (",", ["1'250,50", "3,00", "4,00"], "warning", "'1'250,50' is not a number"),
        (".", ["EUR 12.50", "$3"], "error", "'EUR 12.50' is not a number"),
    ],
)
def test_a_wrong_decimal_or_thousands_separator_is_named(
    tmp_path: Path, decimal: str, values: list[str], severity: str, what: str
) -> None:
    text = "customer_id,occurred_at,amount\n" + "".join(f'c,2026-01-01,"{value}"\n' for value in values)
    (problem,) = found(tmp_path, {**SHOP, "decimal": decimal}, shop_csv=text)
    assert problem.key == "sources.shop.decimal"
    assert problem.severity == severity
    assert problem.what.startswith(what)


@pytest.mark.parametrize(
    ("decimal", "values"),
    [
        (".", ["1.5", "1,250", "12", ".5"]),
        (",", ["1,5", "1.250", "12"]),
        (".", ["n/a", "Anna", ""]),
        (".", ["5"] * 19 + ["1,5"]),
    ],
)
def test_readable_numbers_and_non_numbers_raise_no_problem(tmp_path: Path, decimal: str, values: list[str]) -> None:
    text = "customer_id,occurred_at,amount\n" + "".join(f'c,2026-01-01,"{value}"\n' for value in values)
    assert found(tmp_path, {**SHOP, "decimal": decimal}, shop_csv=text) == []


def test_decimal_commas_in_answers_name_the_question(tmp_path: Path) -> None:
    text = "respondent;Note\n" + "".join(f"r{n};{n % 4 + 1},5\n" for n in range(20))
    source = {**WIDE, "delimiter": ";"}
    (problem,) = found(tmp_path, source, poll_csv=text, survey_codebook=CODEBOOK + ",Note,overall,,1,5\n")
    assert "20 of 20 values of column 'Note' are not numbers" in problem.what
    labels = VALUES + "".join(f'poll,Note,"{n},5",{n}\n' for n in range(1, 5))
    assert found(tmp_path, source, survey_values=labels) == []


@given(text=st.text("0123456789.,+- ", max_size=9), decimal=st.sampled_from([".", ","]))
def test_numbers_are_parsed_as_in_the_model(text: str, decimal: str) -> None:
    """Compares with the branches of the macro parse_number, rendered as they stand."""
    assert reads_as_number(text, decimal) == NUMBER(text, decimal)


def _parse_number() -> Any:
    macro = (Path(dbt_project).parent / "macros" / "texts" / "parsing.sql").read_text()
    body = macro[macro.index("{% macro parse_number") :]
    body = body[body.index("-%}") + 3 : body.index("{%- endmacro")]
    for name, value in {"text": "$text", "decimal": "$decimal", "type": "double"}.items():
        body = body.replace(f"{{{{ {name} }}}}", value)
    connection = duckdb.connect()
    return lambda text, decimal: connection.execute(
        f"select {body} is not null", {"text": text, "decimal": decimal}
    ).fetchall()[0][0]


NUMBER = _parse_number()


def test_an_unknown_survey_id_is_a_mapping_error(tmp_path: Path) -> None:
    from workspace import WorkspaceError

    with pytest.raises(WorkspaceError) as error:
        found(tmp_path, WIDE, SHOP, survey_codebook=CODEBOOK + "shop,Q,comment,,,\n")
    assert "Source 'shop' is not a survey." in str(error.value)


def test_a_new_file_is_compared_with_others(tmp_path: Path) -> None:
    """A question may stand in some files of a survey only."""
    write_workspace(tmp_path, WIDE)
    workspace = load_workspace(tmp_path)
    put(workspace, "poll_1.csv", POLL)
    put(workspace, "poll_2.csv", "respondent,Later\na,1\n")
    assert found(tmp_path, WIDE, survey_codebook=CODEBOOK + ",How likely?,nps,,0,10\n,Later,csat,,1,5\n") == []
