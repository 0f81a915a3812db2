"""Every case beside the repository has a right value here, and gives it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.workers import Workers, workers
from tests.cases.case import Case
from tests.cases.wants import ELSEWHERE, WANTS


@pytest.fixture(scope="module")
def warm() -> Iterator[Workers]:
    with workers() as started:
        yield started


def test_every_case_file_has_a_test(shared: Path, repository: Path) -> None:
    cases = sorted(path.name for path in (shared / "cases").iterdir() if path.is_dir())
    assert cases == sorted([*WANTS, *ELSEWHERE])
    assert [name for name, tests in ELSEWHERE.items() if not (repository / tests).is_file()] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", WANTS)
def test_a_case_gives_its_expected_values(shared: Path, tmp_path: Path, warm: Workers, name: str) -> None:
    lines = list(WANTS[name](Case(shared / "cases" / name, tmp_path, warm)))
    assert [line for line in lines if not line.is_right] == []
