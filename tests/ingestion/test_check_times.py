"""`cx check` tries formats and the first times of every file, and names the format that reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import check_sources
from ingestion.engine.time_formats import format_fault
from tests.ingestion.workspaces import ORDERS, load, make_workspace, put, rows
from workspace.errors import Problem

HEADER = "customer_id,occurred_at,amount\n"


def found(root: Path, *times: str, **options: str) -> list[Problem]:
    workspace = make_workspace(root, {**ORDERS, **options})
    put(workspace, "a.csv", HEADER + "".join(f'7,"{time}",10\n' for time in times))
    return check_sources(workspace)


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("%d.%m.%Y %k:%M", "%k"),
        ("%Y-%m-%d %H:%M:%S %Q", "%Q"),
        ("%Z %Y-%m-%d %H:%M", "%Z"),
        ("%Y-%m-%d %Z", "%Z"),
        ("%d.%m. %H:%M", "no year"),
        ("%d.%m.%Y %I:%M", "%p"),
        ("%d.%m.%Y %", "Trailing"),
    ],
)
def test_an_unusable_time_format_is_explained(pattern: str, word: str) -> None:
    fault = format_fault(pattern)
    assert fault is not None
    assert word in fault.what


@pytest.mark.parametrize("pattern", ["%Y-%m-%d %H:%M:%S %Z", "%d.%m.%Y", "%c", "%a %b %d %H:%M:%S %z %Y", "%-d.%-m.%y"])
def test_a_supported_time_format_is_accepted(pattern: str) -> None:
    assert format_fault(pattern) is None


def test_unreadable_times_are_named_with_a_format_that_reads_them(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, "2026/03/01 5:04:00 PM GMT-3", timestamp_format="%Y/%m/%d %I:%M:%S %p GMT%z")
    assert problem.severity == "error"
    assert "1 of the first 1 times of column 'occurred_at'" in problem.what
    assert "'2026/03/01 5:04:00 PM GMT-3'" in problem.what
    assert problem.fix.startswith("Remove 'timestamp_format' of source 'shop'")


@pytest.mark.parametrize(
    ("times", "pattern"),
    [
        (("31.03.2026 22:30", "01.04.2026 08:00"), "'%d.%m.%Y %H:%M'"),
        (("03/31/2026 10:30 PM",), "'%m/%d/%Y %I:%M %p'"),
        (("31.03.2026 22:30:00 UTC",), "'%d.%m.%Y %H:%M:%S %Z'"),
        (("01/02/2026", "03/04/2026"), "'%d/%m/%Y' or '%m/%d/%Y'"),
    ],
)
def test_a_matching_time_format_is_suggested(tmp_path: Path, times: tuple[str, ...], pattern: str) -> None:
    (problem,) = found(tmp_path, *times)
    assert f"'timestamp_format' of source 'shop' to {pattern}" in problem.fix


def test_values_that_are_not_times_are_not_quoted(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, "anna@mail.example")
    assert "anna" not in str(problem)


def test_valid_times_raise_no_problem(tmp_path: Path) -> None:
    assert found(tmp_path, "2026-03-01 10:00:00 +0100", "2026-03-01", "2026-03-01T10:00:00Z") == []


def test_an_unusable_time_format_fails_only_its_source(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS | {"timestamp_format": "%d.%m.%Y %k:%M"}, ORDERS | {"name": "outlet"})
    put(workspace, "a.csv", HEADER + "7,2026-03-01,10\n")
    failed, loaded = load(workspace), load(workspace, "outlet")
    assert [problem.key for problem in failed.problems] == ["sources.shop.timestamp_format"]
    assert (failed.loaded, loaded.loaded, loaded.problems) == (0, 1, ())
    known = rows(workspace, "select name, is_format_usable from raw_config.sources order by name")
    assert known == [("outlet", None), ("shop", False)]
