"""A wrong cx.yml is refused with file, line, key and fix; a right one becomes one immutable configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workspace import Problem, WorkspaceError, load_workspace
from workspace.vocabulary import RESERVED_CHANNELS

CX = """\
company: Example Ltd
timezone: Europe/Berlin
currency: EUR
sources:
  - name: shop
    kind: crm
    vendor: csv
    entity: orders
    path: inbox/*.csv
    columns: {customer_id: id, occurred_at: date, amount: dollars}
"""
TOUCHPOINTS = (
    "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\nshop,order,purchase,any,Order,purchase,,\n"
)
CHANNELS = "data_source,utm_source,utm_medium,channel,presence,method\n,,,Direct,online,web\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "cx.yml").write_text(CX)
    (tmp_path / "mappings" / "touchpoint_types.csv").write_text(TOUCHPOINTS)
    (tmp_path / "mappings" / "channels.csv").write_text(CHANNELS)
    return tmp_path


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(WorkspaceError) as caught:
        load_workspace(folder)
    return caught.value.problems


def test_a_valid_workspace_loads_with_its_defaults(folder: Path) -> None:
    workspace = load_workspace(folder)
    assert workspace.config.journey.gap_days == 90
    assert workspace.config.source("shop").raw_table == ("raw_crm", "orders")
    assert workspace.config.source("shop").namespace == "shop"
    assert workspace.config.phone_region == "DE"
    assert workspace.warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "said"),
    [
        ("company: Example Ltd\n", "", None, "company", "missing"),
        ("currency: EUR", "currncy: EUR", 3, "currncy", "Did you mean 'currency'?"),
        ("Europe/Berlin", "Europe/Berln", 2, "timezone", "Europe/Berlin"),
        ("vendor: csv", "vendor: fax", 5, "sources.0", "not built"),
        ("entity: orders", "entity: order", 5, "sources.0", "use one of"),
        ("customer_id: id", "custmer_id: id", 5, "sources.0", "customer_id"),
        ("path: inbox/*.csv", "path: /etc/*.csv", 9, "sources.0.path", "below the workspace"),
        ("path: inbox/*.csv", "path: inbox/*.csv\n    encoding: utf-9", 10, "sources.0.encoding", "unknown encoding"),
        ("currency: EUR", "currency: EUR\ncustomer_unit: account", None, None, "who belongs to which account"),
        ("currency: EUR", "currency: EUR\ncustomer_unit: firm", 4, "customer_unit", "'person' or 'account'"),
        ("currency: EUR", "currency: EUR\nidentity: {phone_region: Bavaria}", 4, "identity.phone_region", "ISO 3166"),
        (
            "currency: EUR",
            "currency: EUR\nidentity: {at_most: {emails: 3}}",
            4,
            "identity.at_most.emails",
            "Unknown key",
        ),
    ],
)
def test_an_unknown_key_is_named_with_line_and_fix(
    folder: Path, old: str, new: str, line: int | None, key: str | None, said: str
) -> None:
    assert old in CX
    (folder / "cx.yml").write_text(CX.replace(old, new))
    found = next(problem for problem in problems_of(folder) if problem.key == key)
    assert (found.file, found.line) == ("cx.yml", line)
    assert said.lower() in str(found).lower()


def test_every_problem_is_reported_not_only_the_first(folder: Path) -> None:
    (folder / "cx.yml").write_text(CX.replace("EUR", "euro").replace("kind: crm", "knd: crm"))
    assert {problem.key for problem in problems_of(folder)} >= {"currency", "sources.0.knd", "sources.0.kind"}


def test_broken_yaml_names_the_line(folder: Path) -> None:
    (folder / "cx.yml").write_text(CX + "privacy: {min_cell: 5\n")
    (problem,) = problems_of(folder)
    assert problem.file == "cx.yml"
    assert problem.line is not None


def test_a_folder_without_cx_yml_explains_how_to_start(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path)
    assert "cx init" in problem.fix


@pytest.mark.parametrize(
    ("file", "content", "line", "key", "said"),
    [
        ("touchpoint_types", TOUCHPOINTS.replace("purchase,,", "purchse,,"), 2, "stage", "Did you mean 'purchase'?"),
        ("touchpoint_types", TOUCHPOINTS.replace(",role,", ",rolle,"), 1, "rolle", "Did you mean 'role'?"),
        ("touchpoint_types", TOUCHPOINTS.replace("shop,", "shp,"), 2, "data_source", "not a source"),
        ("touchpoint_types", TOUCHPOINTS.replace("purchase,,", "purchase,,pay"), 2, "interaction", "interactions.csv"),
        ("touchpoint_types", TOUCHPOINTS.replace("purchase,,", "purchase"), 2, None, "cells"),
        ("channels", CHANNELS + ",,,Web,online,web\n", 3, None, "repeats line 2"),
        ("channels", CHANNELS.replace("online", "digital"), 2, "presence", "online, offline"),
        ("survey_codebook", "survey_id,question_id,construct\n,Q1,perception\n", 2, "item", "no item"),
        ("survey_codebook", "survey_id,question_id,construct,item\n,Q1,perception,speed\n", 2, "scale_min", "scale"),
        (
            "survey_codebook",
            'survey_id,question_id,construct,item,scale_min,scale_max,separator\n,Q1,csat,,1,5,";"\n',
            2,
            "separator",
            "never averaged",
        ),
        (
            "survey_codebook",
            "survey_id,question_id,construct,item,separator\n,Q1,comment,,;\n",
            2,
            "separator",
            "empty",
        ),
        (
            "survey_codebook",
            'survey_id,question_id,construct,item,separator\n,K,kano_functional,a,","\n',
            2,
            "separator",
            "attribute or reason",
        ),
        (
            "survey_codebook",
            "survey_id,question_id,construct,item,scale_min,scale_max\n,Q1,overall,,1,5\n,Q1,csat,,1,5\n,Q1,csat,,1,7\n",
            4,
            None,
            "repeats line 3",
        ),
        ("survey_codebook", "survey_id,question_id,construct,choice\n,Q1,reason,Price\n", 2, "item", "of no question"),
        (
            "survey_codebook",
            "survey_id,question_id,construct,item,choice\n,Q1,comment,why,Price\n",
            2,
            "choice",
            "attribute or reason",
        ),
        (
            "survey_codebook",
            "survey_id,question_id,construct,item,separator,choice\n,Q1,reason,why,;,Price\n",
            2,
            "choice",
            "one of the two",
        ),
        ("survey_values", "survey_id,question_id,label,value\n,Q1,often,many\n", 2, "value", "not a number"),
        ("content", "url_pattern,content_group,topic,gated\n/blog/*,,,\n", 2, "content_group", "empty"),
        ("content", "url_pattern,content_group,topic,gated\n/blog/*,Blog,,yes\n", 2, "gated", "true, false"),
        ("fx_rates", "currency,valid_from,rate\nUSD,2026-01-01,0\n", 2, "rate", "above 0"),
        ("fx_rates", "currency,valid_from,rate\nUSD,1.1.2026,0.9\n", 2, "valid_from", "2026-01-31"),
        ("fx_rates", "currency,valid_from,rate\nUSD,2026-01-01,1\nUSD,2026-01-01,2\n", 3, None, "repeats line 2"),
        ("tasks", "task,label,start_event,goal_event\nreturn,Return a parcel,,returned\n", 2, "start_event", "empty"),
        (
            "initiatives",
            "initiative,label,started_on,ended_on,corner,stage\nchat,,2026-02-01,2026-01-01,,\n",
            2,
            "ended_on",
            "before it starts",
        ),
        (
            "targets",
            "metric,dimension,dimension_value,target,valid_from\nnps,segment,,40,\n",
            2,
            "dimension_value",
            "or none",
        ),
        ("identity_vetoes", "id_type_1,id_1,id_type_2,id_2\ncustomer,1,customer,\n", 2, "id_2", "empty"),
    ],
)
def test_a_wrong_mapping_is_named_with_its_line_and_fix(
    folder: Path, file: str, content: str, line: int, key: str | None, said: str
) -> None:
    (folder / "mappings" / f"{file}.csv").write_text(content)
    found = next(problem for problem in problems_of(folder) if (problem.line, problem.key) == (line, key))
    assert found.file == f"mappings/{file}.csv"
    assert said in str(found)


@pytest.mark.parametrize("channel", RESERVED_CHANNELS)
@pytest.mark.parametrize("written", [str.lower, str.title, str.upper])
def test_a_channel_with_a_reserved_name_is_refused_with_an_alternative(
    folder: Path, channel: str, written: Callable[[str], str]
) -> None:
    (folder / "mappings" / "channels.csv").write_text(f"{CHANNELS},ads,,{written(channel)},online,\n")
    (problem,) = problems_of(folder)
    assert (problem.line, problem.key) == (CHANNELS.count("\n") + 1, "channel")
    assert "is a reserved word of answers" in str(problem)
    assert f"'{written(channel)} channel'" in problem.fix


def test_a_missing_mapping_is_named_with_its_columns(folder: Path) -> None:
    (folder / "mappings" / "channels.csv").unlink()
    (problem,) = problems_of(folder)
    assert problem.file == "mappings/channels.csv"
    assert "presence" in problem.fix


def test_an_nps_scale_other_than_0_to_10_is_a_warning(folder: Path) -> None:
    (folder / "mappings" / "survey_codebook.csv").write_text(
        "survey_id,question_id,construct,item,scale_min,scale_max\n,Q1,nps,,1,10\n"
    )
    (warning,) = load_workspace(folder).warnings
    assert warning.severity == "warning"
    assert "0-10 only" in warning.fix


def test_box_constructs_on_a_half_point_scale_are_a_warning(folder: Path) -> None:
    (folder / "mappings" / "survey_codebook.csv").write_text(
        "survey_id,question_id,construct,item,scale_min,scale_max\n"
        ",Q1,csat,,0.5,5\n,Q2,csat,,0.5,5.5\n,Q3,overall,,0.5,5\n,Q4,outcome_importance,fast,1,4.5\n"
    )
    warnings = load_workspace(folder).warnings
    assert [(warning.line, warning.key) for warning in warnings] == [(2, "scale_max"), (5, "scale_max")]
    assert "survey_values.csv" in warnings[0].fix


def test_a_question_may_have_several_constructs_and_one_column_per_choice(folder: Path) -> None:
    (folder / "mappings" / "survey_codebook.csv").write_text(
        "survey_id,question_id,construct,item,scale_min,scale_max,choice,dimension\n"
        ",Q1,overall,,1,5,,\n,Q1,csat,,1,5,,\n,Q1,perception,all,1,5,,Empathy\n"
        ",Q2,reason,why,,,Price,\n,Q3,reason,why,,,Service,\n"
    )
    assert not load_workspace(folder).warnings


def test_multiple_choice_cells_require_a_counted_question(folder: Path) -> None:
    (folder / "mappings" / "survey_codebook.csv").write_text(
        'survey_id,question_id,construct,separator\n,Q1,attribute,","\n,Q2,Reason,;\n,Q3,comment,\n'
    )
    assert not load_workspace(folder).warnings


def test_the_workspace_of_public_data_loads(shared: Path) -> None:
    workspace = load_workspace(shared / "workspaces" / "real")
    assert [source.name for source in workspace.config.sources] == ["cdnow", "ecsi", "claims"]


def test_a_path_source_must_not_share_its_conversions_name(folder: Path) -> None:
    paths = "  - {name: signup, kind: web, vendor: csv, entity: paths, path: inbox/paths.csv}\n"
    (folder / "cx.yml").write_text(f"{CX}{paths}conversion: {{event: signup}}\n")
    (problem,) = problems_of(folder)
    assert "has the name of the conversion event" in str(problem)
    assert "Rename the source" in problem.fix or "rename the source" in str(problem)
