"""A metric whose `config.meta` is broken is refused with the reason; the others, and the catalogue, are unaffected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from serving import Question, UserError, ask, catalogue, open_release
from serving.definitions.manifest import read_semantics
from serving.definitions.meta import REQUIRED, lacking, metas_of, read_meta
from tests.serving.conftest import FIXTURE_PROJECT
from tests.serving.world import publish
from workspace.paths import WorkspacePaths

MANIFEST = (FIXTURE_PROJECT / "semantic_manifest.json").read_text(encoding="utf-8")
GAP = {
    "class": "composed",
    "fold": "mean_of_item_means",
    "inputs": {"sum": "a", "n": "b"},
    "item": "item",
    "n": "a",
    "min_cell": 5,
}
KNOWN = {"a", "b"}


def broken(name: str, **changes: Any) -> str:
    """The fixture's definitions, of which one metric's meta says something else; None leaves a key out."""
    manifest = json.loads(MANIFEST)
    metric = next(one for one in manifest["metrics"] if one["name"] == name)
    meta = metric["config"]["meta"] | changes
    metric["config"]["meta"] = {key: value for key, value in meta.items() if value is not None}
    return json.dumps(manifest)


@pytest.mark.parametrize(
    "changes",
    [
        {"fold": None}, {"fold": "no such"}, {"fold": 3}, {"inputs": None}, {"inputs": {"sum": "a"}},
        {"inputs": {"sum": "a", "n": "gone"}}, {"n": "gone"}, {"n": ["a"]}, {"min_cell": "five"}, {"min_cell": -1},
        {"min_n": True}, {"class": "kompositum"}, {"scale": "1"}, {"feeds": "orders"}, {"needs": [1]},
        {"change": "wave"}, {"change": {"along": "wave"}}, {"change": {"along": "wave", "order": "gone"}},
        {"inputs": []}, {"adds_up": {"total": "all"}}, {"min_cel": 5}, {"unit": "euros"}, {"question": "whom"},
        {"of_people": "no"}, {"unknown": "zero"}, {"hidden_with": ["gone"]}, {"interval": "normal"},
    ],
    ids=str,
)  # fmt: skip
def test_every_broken_meta_has_its_reason(changes: dict[str, Any]) -> None:
    meta = {key: value for key, value in (GAP | changes).items() if value is not None}
    fault = read_meta(meta, KNOWN)[1]
    assert fault is not None
    assert fault.startswith("meta.")


def test_complete_meta_has_no_problem() -> None:
    assert read_meta(GAP, KNOWN)[1] is None
    assert read_meta({}, KNOWN)[1] is None
    assert read_meta([], KNOWN)[1] == "config.meta is not a mapping"


def test_every_metric_of_the_fixture_has_valid_meta() -> None:
    assert [one.name for one in read_semantics(MANIFEST).metrics.values() if one.fault] == []


@pytest.mark.parametrize("changes", [{"fold": None}, {"inputs": {"sum": "gone"}}, {"min_cell": "five"}], ids=str)
def test_a_broken_metric_is_refused_and_others_answer(tmp_path: Path, changes: dict[str, Any]) -> None:
    paths = WorkspacePaths(tmp_path)
    publish(paths, "run-1", broken("expectation_gap", **changes))
    release = open_release(paths)
    row = ask(release, Question(metrics=("expectation_gap",))).one("expectation_gap")
    assert (row.status, row.value) == ("refused", None)
    assert row.reason is not None
    assert row.reason.startswith("its definition cannot be used: meta.")
    assert ask(release, Question(metrics=("revenue",))).one("revenue").value
    badges = {one.name: one.badge for one in catalogue(release)}
    assert badges["expectation_gap"] == "needs review"


@pytest.mark.parametrize("run_id", ["x" * 300, "a\x00b", "../other", "..", "", "é" * 100, "a/b", "run\n1", "\u202erun"])
def test_a_name_that_is_not_a_valid_folder_is_not_a_release(tmp_path: Path, run_id: str) -> None:
    paths = WorkspacePaths(tmp_path)
    publish(paths, "run-1", MANIFEST)
    with pytest.raises(UserError, match="There is no release") as refused:
        open_release(paths, run_id)
    assert len(str(refused.value)) < 300


def test_a_misspelt_key_is_named_with_a_suggestion() -> None:
    fault = read_meta(GAP | {"min_cel": 5}, KNOWN)[1]
    assert fault == "meta.min_cel is not a key: Did you mean min_cell or min_people or min_n?"


def test_required_meta_keys_are_reported_when_missing() -> None:
    whole = dict.fromkeys((*REQUIRED, "min_cell"), "said")
    assert lacking(whole) == ()
    for one in whole:
        assert lacking({key: value for key, value in whole.items() if key != one}) == (one,)
    assert lacking({key: value for key, value in whole.items() if key != "min_cell"} | {"class": "input"}) == ()


def metric(name: str, meta: dict[str, Any], **params: Any) -> dict[str, Any]:
    return {"name": name, "type_params": params, "config": {"meta": meta}}


def test_a_metric_states_only_what_its_mart_does_not() -> None:
    manifest = {
        "semantic_models": [{"name": "fct_orders", "config": {"meta": {"owner": "finance", "question": "who"}}}],
        "metrics": [
            metric("orders", {"unit": "count"}, metric_aggregation_params={"semantic_model": "fct_orders"}),
            metric("share", {"owner": "marketing"}, numerator={"name": "orders"}, denominator={"name": "visits"}),
            metric("folded", {"inputs": {"sum": "share"}}),
            metric("visits", {}, metric_aggregation_params={"semantic_model": "fct_visits"}),
            metric("circle", {}, metrics=[{"name": "circle"}]),
        ],
    }
    assert metas_of(manifest) == {
        "orders": {"owner": "finance", "question": "who", "unit": "count"},
        "share": {"owner": "marketing", "question": "who"},
        "folded": {"owner": "finance", "question": "who", "inputs": {"sum": "share"}},
        "visits": {},
        "circle": {},
    }
