"""One company with truths and one without, generated once for all tests of this folder."""

from __future__ import annotations

import pytest

from demo import generate
from tests.demo.reading import Reading

PEOPLE = 1500


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    folder = tmp_path_factory.mktemp("planted")
    generate(folder, customers=PEOPLE)
    return Reading(folder)


@pytest.fixture(scope="session")
def neutral(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    folder = tmp_path_factory.mktemp("neutral")
    generate(folder, customers=PEOPLE, planted=False)
    return Reading(folder)
