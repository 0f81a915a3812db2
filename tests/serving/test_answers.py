"""Questions to a small release: numbers, statuses, filters, periods."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from serving import LiveRelease, Question, UserError, ask, dimension_values, open_release
from serving.errors import did_you_mean
from serving.question import MISSING_WORD
from tests.serving.world import FEEDS, MARTS, TRICKY, publish
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import Feed


def marts(release: LiveRelease, sql: str) -> list[tuple]:
    with duckdb.connect(str(release.folder / SNAPSHOT_FILE), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def cells(release: LiveRelease, metric: str, **question: object) -> dict[tuple, object]:
    answer = ask(release, Question(metrics=(metric,), **question))
    return {
        (*row.dimensions.values(), *([row.period] if question.get("grain") else [])): row.value
        for row in answer.rows
        if row.status == "ok"
    }


def test_a_query_without_dimensions_gives_one_row_equal_to_sql(release: LiveRelease) -> None:
    row = ask(release, Question(metrics=("revenue",))).one("revenue")
    [(expected, n)] = marts(release, "select sum(net_amount), count_if(kind = 'sale') from marts.fct_orders")
    assert (row.value, row.n, row.status, row.dimensions) == (expected, n, "ok", {})


def test_rows_by_a_joined_dimension_equal_sql_including_missing_values(release: LiveRelease) -> None:
    found = cells(release, "people", by=("value_tier",))
    expected = marts(
        release,
        "select value_tier, count(*) from marts.dim_people left join marts.dim_customers using (person_id) group by 1",
    )
    assert found == {(tier,): count for tier, count in expected}
    assert (None,) in found


def test_several_metrics_are_answered_together_and_keep_their_order(release: LiveRelease) -> None:
    answer = ask(release, Question(metrics=("orders", "customers"), by=("value_tier",)))
    assert list(dict.fromkeys(row.metric for row in answer.rows)) == ["orders", "customers"]


def test_a_metric_without_the_dimension_is_reported_and_others_answered(release: LiveRelease) -> None:
    answer = ask(release, Question(metrics=("customers", "orders"), by=("channel",)))
    [refused] = answer.of("customers")
    assert refused.status == "not_sliceable"
    assert "value_tier" in refused.reason
    assert {row.status for row in answer.of("orders")} == {"ok"}


def test_a_fixed_grain_metric_needs_all_of_its_dimensions(release: LiveRelease) -> None:
    [row] = ask(release, Question(metrics=("profile_index",), by=("attribute",))).rows
    assert row.status == "not_sliceable"
    assert "attribute_value" in row.reason
    asked = ask(release, Question(metrics=("profile_index",), by=("attribute_value",), where={"attribute": ["region"]}))
    assert [(row.value, row.n) for row in asked.rows] == [(90.0, 50)]


def test_a_metric_that_needs_a_dimension_is_refused_without_it(
    release: LiveRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = release.semantics.metrics["orders"]
    apart = replace(orders, meta=orders.meta.model_copy(update={"needs": ("channel",)}))
    monkeypatch.setitem(release.semantics.metrics, "orders", apart)
    for where in ({}, {"channel": ["web", "shop"]}):
        row = ask(release, Question(metrics=("orders",), where=where)).one("orders")
        assert (row.status, row.reason) == (
            "not_sliceable",
            "orders needs one channel: group by channel, or filter on one value of it",
        )
    one = ask(release, Question(metrics=("orders",), where={"channel": ["web"]})).one("orders")
    assert one.value == cells(release, "orders", by=("channel",))[("web",)]


@pytest.mark.parametrize("limits", [{"grain": "month"}, {"since": date(2024, 3, 1)}])
def test_a_metric_without_dates_of_its_own_refuses_periods(release: LiveRelease, limits: dict) -> None:
    question = Question(metrics=("profile_index",), by=("attribute", "attribute_value"), **limits)
    [row] = ask(release, question).rows
    assert row.status == "not_sliceable"
    assert "no dates of its own" in row.reason


def test_a_monthly_metric_refuses_days(release: LiveRelease) -> None:
    [row] = ask(release, Question(metrics=("retained",), grain="day")).rows
    assert (row.status, row.reason) == ("not_sliceable", "retained is known by month or coarser, not by day")


@pytest.mark.parametrize("value", TRICKY)
def test_a_filter_value_is_always_treated_as_text(release: LiveRelease, value: str) -> None:
    answer = ask(release, Question(metrics=("orders",), where={"region": [value]}))
    row = answer.one("orders")
    with duckdb.connect(str(release.folder / SNAPSHOT_FILE), read_only=True) as connection:
        joined = "from marts.fct_orders join marts.dim_people using (person_id)"
        [(expected,)] = connection.execute(
            f"select count_if(kind = 'sale') {joined} where region = ?", [value]
        ).fetchall()
    assert row.value == expected > 0
    # What is shown as the source runs as it stands.
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release.folder / SNAPSHOT_FILE}' as cx (read_only)")
        assert expected in connection.execute(answer.sql[0]).fetchall()[0]


def test_a_new_value_or_period_reuses_the_plan(release: LiveRelease, monkeypatch: pytest.MonkeyPatch) -> None:
    def orders(region: str, month: int) -> object:
        since = date(2024, month, 1)
        question = Question(metrics=("orders",), where={"region": [region]}, since=since, until=date(2024, 9, 30))
        return ask(release, question).one("orders").status

    first = orders("Nord", 1)

    def planned_again(*_: object) -> None:
        pytest.fail("this had been planned before")

    monkeypatch.setattr("serving.engine.Planner._explain", planned_again)
    assert first == orders("O'Brien", 2) == "ok"


def test_an_unknown_filter_value_is_refused_with_suggestions(release: LiveRelease) -> None:
    with pytest.raises(UserError, match="Did you mean Nord"):
        ask(release, Question(metrics=("orders",), where={"region": ["Norde"]}))


def test_missing_values_can_be_filtered(release: LiveRelease) -> None:
    row = ask(release, Question(metrics=("people",), where={"segment": [None]})).one("people")
    assert row.status in ("ok", "suppressed")
    unprotected = Question(metrics=("people",), where={"value_tier": [None]})
    assert ask(release, unprotected).one("people").value == 200


def test_boolean_dimensions_are_filtered_by_words(release: LiveRelease) -> None:
    assert dimension_values(release, "is_identified") == ("false", "true")
    assert ask(release, Question(metrics=("people",), where={"is_identified": ["true"]})).one("people").value == 320


def test_unknown_names_are_refused_with_suggestions(release: LiveRelease) -> None:
    with pytest.raises(UserError, match="Did you mean revenue"):
        ask(release, Question(metrics=("revenu",)))
    with pytest.raises(UserError, match="Did you mean segment"):
        ask(release, Question(metrics=("revenue",), by=("segmnt",)))
    with pytest.raises(UserError, match="--by segment --by region"):
        ask(release, Question(metrics=("revenue",), by=("segment,region",)))
    with pytest.raises(UserError, match="grain"):
        Question(metrics=("revenue",), grain="fortnight")  # type: ignore[arg-type]


def test_suggestions_share_a_part_of_the_unknown_name() -> None:
    few, many = ["price", "help"], [f"stage_{at}" for at in range(50)] + ["days_to_reply"]
    assert did_you_mean("zz", few) == "Known: help, price."
    assert did_you_mean("reply_hours_of_the_desk", many) == "Known among 51: days_to_reply."
    assert did_you_mean("zz", many) == "None of the 51 known names is similar."


def test_helper_metrics_cannot_be_queried(release: LiveRelease) -> None:
    with pytest.raises(UserError, match="helper metric"):
        ask(release, Question(metrics=("nps_promoters",)))


def test_qualified_names_are_equivalent(release: LiveRelease) -> None:
    plain = cells(release, "people", by=("value_tier",))
    assert cells(release, "people", by=("person__value_tier",)) == plain


def test_since_and_until_are_inclusive_days(release: LiveRelease) -> None:
    question = Question(metrics=("orders",), since=date(2024, 1, 10), until=date(2024, 1, 11))
    [(expected,)] = marts(
        release,
        "select count_if(kind = 'sale') from marts.fct_orders where occurred_on in ('2024-01-10', '2024-01-11')",
    )
    assert ask(release, question).one("orders").value == expected


def test_months_without_facts_are_zero_inside_the_coverage_only(release: LiveRelease) -> None:
    found = cells(release, "orders", by=("channel",), grain="month")
    assert found["call", date(2024, 3, 1)] == 0
    assert {period for _, period in found} == {date(2024, month, 1) for month in range(1, 11)}


def test_a_period_outside_the_coverage_is_no_data_and_not_0(release: LiveRelease) -> None:
    row = ask(release, Question(metrics=("orders",), since=date(2025, 1, 1))).one("orders")
    assert (row.value, row.status) == (None, "no_data")
    assert "2024-10-26" in row.reason


def test_a_count_of_a_filtered_cell_without_facts_is_zero(release: LiveRelease) -> None:
    question = Question(
        metrics=("orders",),
        by=("channel",),
        where={"channel": ["call"]},
        since=date(2024, 3, 1),
        until=date(2024, 3, 31),
    )
    [row] = ask(release, question).rows
    assert (row.dimensions, row.value, row.status) == ({"channel": "call"}, 0, "ok")


def test_a_monthly_metric_takes_the_months_that_the_period_touches(release: LiveRelease) -> None:
    inside = Question(metrics=("retained",), since=date(2024, 9, 15), until=date(2024, 10, 2))
    [(expected,)] = marts(release, "select sum(retained) from marts.fct_customer_months where month_on >= '2024-09-01'")
    assert ask(release, inside).one("retained").value == expected


def test_a_state_of_several_months_is_that_of_the_last(release: LiveRelease) -> None:
    [(expected,)] = marts(
        release, "select count_if(is_active_end) from marts.fct_customer_months where month_on = '2024-09-01'"
    )
    question = Question(metrics=("active_customers",), since=date(2024, 5, 1), until=date(2024, 9, 30))
    assert ask(release, question).one("active_customers").value == expected


def test_records_and_frame_have_the_same_cells(release: LiveRelease) -> None:
    answer = ask(release, Question(metrics=("orders", "profile_index"), by=("channel",), grain="month"))
    frame = answer.frame()
    assert list(frame.columns) == list(answer.records()[0])
    assert len(frame) == len(answer.rows)
    assert answer.sql
    assert "fct_orders" in answer.sql[0]


class TestStatuses:
    @pytest.fixture
    def workspace(self, tmp_path, manifest: str) -> tuple[WorkspacePaths, str]:
        return WorkspacePaths(tmp_path), manifest

    def ask(self, workspace: tuple[WorkspacePaths, str], metric: str, **changes: object):
        paths, manifest = workspace
        publish(paths, "run-1", manifest, **changes)
        return ask(open_release(paths), Question(metrics=(metric, "orders")))

    def test_a_withheld_metric_has_no_number_and_names_the_check(self, workspace) -> None:
        answer = self.ask(workspace, "revenue", withheld={"revenue": ("orders_reconcile",)})
        row = answer.one("revenue")
        assert (row.value, row.status) == (None, "withheld")
        assert "orders_reconcile" in row.reason
        assert answer.one("orders").status == "ok"

    def test_a_kind_of_fact_that_is_refused_gives_its_reason(self, workspace) -> None:
        feed = Feed(rows=0, refused_rows=250, refused_reason="NPS is defined on 0-10 only")
        row = self.ask(workspace, "nps", feeds={**FEEDS, "nps": feed}).one("nps")
        assert (row.value, row.status, row.reason) == (None, "refused", "NPS is defined on 0-10 only")

    def test_kinds_of_fact_without_rows_are_no_data_and_not_0(self, workspace) -> None:
        row = self.ask(workspace, "customers", feeds={**FEEDS, "orders": Feed(rows=0)}).one("customers")
        assert (row.value, row.status) == (None, "no_data")

    def test_a_rate_without_a_source_for_its_numerator_is_no_data(self, workspace) -> None:
        paths, manifest = workspace
        definitions = json.loads(manifest)
        (customers,) = (one for one in definitions["metrics"] if one["name"] == "customers")
        customers["config"]["meta"]["needs_feeds"] = ["replies"]
        for rows, status in ((0, "no_data"), (3, "ok")):
            publish(paths, f"run-{rows}", json.dumps(definitions), feeds={**FEEDS, "replies": Feed(rows=rows)})
            row = ask(open_release(paths), Question(metrics=("customers",))).one("customers")
            assert row.status == status
            assert ("replies" in (row.reason or "")) is (status == "no_data")

    def test_a_number_based_on_part_of_the_data_states_it(self, workspace) -> None:
        paths, manifest = workspace
        part = "54 of 66 answers count, 12 unreadable"
        some = FEEDS["nps"].model_copy(update={"part": part})
        none = Feed(rows=0, part="0 of 66 answers count, 66 unreadable")
        for run_id, feed, status, said in (
            ("run-1", FEEDS["nps"], "ok", "None"),
            ("run-2", some, "ok", part),
            ("run-3", none, "no_data", none.part),
        ):
            publish(paths, run_id, manifest, feeds={**FEEDS, "nps": feed})
            row = ask(open_release(paths), Question(metrics=("nps",))).one("nps")
            assert row.status == status
            assert said in str(row.reason)

    def test_facts_without_dates_have_a_total_and_no_months(self, workspace) -> None:
        paths, manifest = workspace
        undated = MARTS.replace("date '2024-02-01' + (i % 200)::int as answered_on", "null::date as answered_on")
        feeds = {**FEEDS, "nps": Feed(rows=1500), "answers": Feed(rows=3000)}
        publish(paths, "run-1", manifest, marts=undated, feeds=feeds)
        release = open_release(paths)
        metrics = ("nps", "respondents")
        assert {row.status for row in ask(release, Question(metrics=metrics)).rows} == {"ok"}
        for period in ({"grain": "month"}, {"since": date(2024, 3, 1)}):
            for row in ask(release, Question(metrics=metrics, **period)).rows:
                assert (row.value, row.status, row.reason) == (None, "no_data", "none of its facts has a date")

    def test_fewer_answers_than_the_minimum_sample_are_suppressed(self, workspace) -> None:
        paths, manifest = workspace
        publish(paths, "run-1", manifest.replace('"min_n": 30', '"min_n": 2000'))
        row = ask(open_release(paths), Question(metrics=("gap_mean",))).one("gap_mean")
        assert (row.value, row.status, row.reason) == (None, "suppressed", "fewer than 2000 answers")


def test_concurrent_threads_get_their_own_answers(paths: WorkspacePaths, release: LiveRelease) -> None:
    questions = [
        Question(metrics=("orders",), by=by, where={"region": [value]})
        for value in TRICKY
        for by in ((), ("region",), ("person__region",))
    ]
    expected = {question: ask(release, question).rows for question in questions}
    # A blank more: definitions that nobody has planned with yet.
    fresh = LiveRelease(release.document, release.folder, f"{release.manifest_json} ")
    found: dict[Question, object] = {}
    threads = [
        threading.Thread(target=lambda question=question: found.update({question: ask(fresh, question).rows}))
        for question in questions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_queries_never_change_the_snapshot(release: LiveRelease) -> None:
    ask(release, Question(metrics=("revenue",), by=("segment",)))
    digest = hashlib.sha256((release.folder / SNAPSHOT_FILE).read_bytes()).hexdigest()
    assert digest == release.document.snapshot_sha256


def test_releases_with_the_same_definitions_share_plans(
    paths: WorkspacePaths, release: LiveRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = Question(metrics=("orders",), by=("region",))
    # Both opened here: plans of few definitions are kept, and other tests have others.
    last, fresh = (LiveRelease(release.document, release.folder, release.manifest_json) for _ in range(2))
    expected = ask(last, question).rows

    def planned_again(*_: object) -> None:
        pytest.fail("this had been planned before")

    monkeypatch.setattr("serving.engine.Planner._explain", planned_again)
    assert ask(fresh, question).rows == expected


def test_items_without_a_pillar_are_left_out_and_reported(tmp_path: Path, manifest: str) -> None:
    paths = WorkspacePaths(tmp_path)
    publish(
        paths,
        "run-1",
        manifest,
        marts=MARTS.replace("['processes', 'people', 'people']", "['processes', 'people', null]"),
    )
    release = open_release(paths)
    items = marts(
        release, "select item, avg(value) from marts.fct_survey_answers where construct = 'gap' group by 1 order by 1"
    )
    overall = ask(release, Question(metrics=("expectation_gap",))).one("expectation_gap")
    assert overall.value == pytest.approx(sum(mean for _, mean in items) / len(items))
    assert overall.reason == "1 of 3 items has no pillar: all items have equal weight here"
    # A pillar by itself, and the items of none by themselves, are what they were.
    by_pillar = ask(release, Question(metrics=("expectation_gap",), by=("pillar",))).rows
    found = {row.dimensions["pillar"]: (row.value, row.reason) for row in by_pillar}
    means = dict(items)
    pillars = {"people": means["kind"], "processes": means["fast"], None: means["clear"]}
    assert found == {pillar: (pytest.approx(mean), None) for pillar, mean in pillars.items()}


def test_a_metric_that_must_not_mix_kinds_names_its_kind_or_is_refused(
    release: LiveRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = release.semantics.metrics["expectation_gap"]
    monkeypatch.setitem(
        release.semantics.metrics,
        "expectation_gap",
        replace(gap, meta=gap.meta.model_copy(update={"one_of": "pillar"})),
    )
    mixed = ask(release, Question(metrics=("expectation_gap",))).one("expectation_gap")
    assert (mixed.status, mixed.value) == ("refused", None)
    assert mixed.reason == (
        "expectation_gap is of one pillar, and these answers are of people, processes: "
        "group by pillar, or filter on one"
    )
    for where in ({"pillar": ["people"]}, {"item": ["kind"]}):
        alone = ask(release, Question(metrics=("expectation_gap",), where=where)).one("expectation_gap")
        assert (alone.status, alone.reason) == ("ok", "pillar people")
    grouped = ask(release, Question(metrics=("expectation_gap",), by=("pillar",))).rows
    assert [(row.status, row.reason) for row in grouped] == [("ok", None)] * 2


@pytest.mark.parametrize("grain", [("month", "week"), ["month", "month"], 3])
def test_a_question_has_one_grain(grain: Any) -> None:
    with pytest.raises(UserError) as refused:
        Question(metrics=("orders",), grain=grain)
    assert "one grain" in refused.value.fix


@pytest.mark.parametrize("word", ["metric_time", "metric_time__month"])
def test_time_is_grouped_by_grain_and_not_as_a_dimension(word: str) -> None:
    with pytest.raises(UserError, match="Time is not a dimension") as refused:
        Question(metrics=("orders",), by=(word,), grain="month")
    assert "month" in refused.value.fix


def test_a_company_value_equal_to_the_missing_label_is_not_missing(tmp_path: Path, manifest: str) -> None:
    own = MARTS.replace("i % 100 = 1 then 'rare'", "i % 10 = 1 then '(missing)'")
    assert own != MARTS
    paths = WorkspacePaths(tmp_path)
    publish(paths, "run-1", manifest, marts=own)
    release = open_release(paths)
    by_segment = ask(release, Question(metrics=("people",), by=("segment",)))
    people = {row.dimensions["segment"]: row.value for row in by_segment.rows}
    for value in ("(missing)", None):
        assert (
            ask(release, Question(metrics=("people",), where={"segment": (value,)})).one("people").value
            == people[value]
        )
    assert people["(missing)"] != people[None]
    assert "(missing)" in dimension_values(release, "segment")


@pytest.mark.parametrize("metric", ["orders", "people", "revenue", "nps", "average_order_value", "active_customers"])
def test_a_filter_on_a_hidden_group_is_hidden_like_its_row(release: LiveRelease, metric: str) -> None:
    rows = ask(release, Question(metrics=(metric,), by=("segment",))).rows
    hidden = [row for row in rows if row.status == "suppressed"]
    assert len(hidden) > 1
    for row in rows:
        value = row.dimensions["segment"]
        for asked in (value, MISSING_WORD) if value is None else (value,):
            one = ask(release, Question(metrics=(metric,), where={"segment": (asked,)})).one(metric)
            assert (one.value, one.status) == (row.value, row.status)
            if one.status == "suppressed":
                assert "in a cell that this one would give away" in str(one.reason)
