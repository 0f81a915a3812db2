"""The day of `benchmarks.day`: how much of it is new, late and re-keyed, and what is read off a run."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.answers import percentile
from benchmarks.day import Run, Stage, seconds_of
from benchmarks.day_files import TABLES, Day, bring_day, day_of, happened_on, take_day_away
from demo import generate

LAST_DAY = date(2026, 6, 30)
DAY = Day(new=200, late=8, rekeyed=12)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("day") / "company"
    generate(root, customers=600)
    return root


def calls(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def files_of(root: Path) -> set[Path]:
    return {path for path in (root / "inbox").rglob("*") if path.is_file()}


def rows_of_the_day(root: Path) -> list[tuple[str, dict[str, str]]]:
    found = []
    for table in TABLES:
        (path,) = (root / "inbox").glob(table.files.replace("*", "of-the-day"))
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file, delimiter=table.delimiter))
        found += [(table.times[0], dict(zip(head, row, strict=True))) for row in rows[table.n_heads - 1 :]]
    return found


def test_a_day_is_one_percent_new_two_percent_of_it_late_and_300_re_keys() -> None:
    assert day_of(1_000_000) == Day(new=10_000, late=200, rekeyed=300)
    assert day_of(10_000_000) == Day(new=100_000, late=2_000, rekeyed=300)
    assert day_of(10_000_000, new=10_000) == Day(new=10_000, late=200, rekeyed=300)


def test_late_records_are_as_many_as_asked_and_up_to_a_week_late() -> None:
    shape = day_of(1_000_000)
    lateness = Counter((LAST_DAY - happened_on(LAST_DAY, nth, shape)).days for nth in range(shape.new))
    assert lateness.pop(0) == shape.new - shape.late
    assert set(lateness) == set(range(1, 8))
    assert sum(lateness.values()) == shape.late


def test_the_files_of_a_day(company: Path) -> None:
    before = files_of(company)
    bring_day(company, DAY)
    (web,) = (company / "inbox" / "web").glob("*of-the-day*")
    arrived = calls(web)
    new = [call for call in arrived if call["type"] != "identify"]
    rows = rows_of_the_day(company)
    days = [str(call["timestamp"])[:10] for call in new] + [row[time][:10] for time, row in rows]
    assert len(days) == DAY.new
    assert rows, "a day has orders, activities or answers, too"
    assert sum(day != LAST_DAY.isoformat() for day in days) == DAY.late
    assert min(days) >= (LAST_DAY - timedelta(days=7)).isoformat()
    assert all(str(call["receivedAt"]).startswith(LAST_DAY.isoformat()) for call in arrived)
    take_day_away(company)
    assert files_of(company) == before


def test_late_identifications_join_devices_without_a_customer_and_customers_who_were_known(company: Path) -> None:
    history = [call for path in sorted((company / "inbox" / "web").glob("*.jsonl")) for call in calls(path)]
    bring_day(company, DAY)
    (web,) = (company / "inbox" / "web").glob("*of-the-day*")
    joined = [(call["anonymousId"], call["userId"]) for call in calls(web) if call["type"] == "identify"]
    take_day_away(company)
    devices, customers = {device for device, _ in joined}, {customer for _, customer in joined}
    assert len(joined) == len(devices) == len(customers) == DAY.rekeyed
    of_devices = [call for call in history if call["anonymousId"] in devices]
    assert {call["anonymousId"] for call in of_devices} == devices
    assert all(call["userId"] is None for call in of_devices)
    assert customers <= {call["userId"] for call in history if call["type"] == "identify"}


def test_names_of_the_day_are_its_own(company: Path) -> None:
    messages = {
        call["messageId"] for path in (company / "inbox" / "web").glob("events-2*.jsonl") for call in calls(path)
    }
    bring_day(company, DAY)
    (web,) = (company / "inbox" / "web").glob("*of-the-day*")
    arrived = [call["messageId"] for call in calls(web)]
    orders = [row["Order Number"] for _, row in rows_of_the_day(company) if "Order Number" in row]
    take_day_away(company)
    assert len(set(arrived)) == len(arrived)
    assert not messages & set(arrived)
    assert all("-" in order.removeprefix("N-") for order in orders)


def test_the_day_after_is_named_by_the_settings(company: Path) -> None:
    config = (company / "cx.yml").read_text(encoding="utf-8")
    bring_day(company, DAY, next_day=True)
    assert f"as_of: {LAST_DAY + timedelta(days=1)}" in (company / "cx.yml").read_text(encoding="utf-8")
    (web,) = (company / "inbox" / "web").glob("*of-the-day*")
    assert max(str(call["timestamp"])[:10] for call in calls(web)) == "2026-07-01"
    take_day_away(company)
    (company / "cx.yml").write_text(config, encoding="utf-8")


def test_a_day_that_the_newest_files_cannot_fill_is_refused(company: Path) -> None:
    with pytest.raises(SystemExit, match="a day has 1000000"):
        bring_day(company, Day(new=1_000_000, late=0, rekeyed=0))


def test_seconds_are_those_of_what_was_built() -> None:
    log = """
09:46:09 [info] 1 of 1 OK hook: cx.on-run-start.0 .................. [OK in 0.26s]
09:46:09 [info] 1 of 509 OK created sql table model private.intermediate.int_quality__reasons . [BUILT 38 rows in 0.18s]
09:46:10 [info] 10 of 509 OK created sql view model private.staging.stg_mappings__identity_vetoes  [BUILT view in 0.09s]
09:46:11 [info] 19 of 509 PASS holds_int_quality__reasons ...................................... [PASS in 1.20s]
09:52:37 [info] 4 of 120 OK created sql view model private.staging.stg_config__sources . [STANDS since run 1 in 0.03s]
"""
    assert seconds_of(log) == {
        "int_quality__reasons": 0.18,
        "stg_mappings__identity_vetoes": 0.09,
        "holds_int_quality__reasons": 1.2,
    }


def test_figures_of_a_full_build_are_kept_as_they_are() -> None:
    run = Run(
        seconds=1.5, processor=2.5, gigabytes=3.5, touchpoints=4, nodes=5, made=5,
        stages={"build": Stage(seconds=1.0, megabytes=2.0)}, slowest={"fct_orders": 0.5},
    )  # fmt: skip
    assert Run.from_json(run.as_json()) == run


def test_95_of_100_are_within_the_95th_percentile() -> None:
    assert percentile(range(1, 101), 0.95) == 95
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
