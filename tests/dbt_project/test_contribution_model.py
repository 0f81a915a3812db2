"""The Python model over counted paths: slices, exports, what no channel touched, and models that refuse."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.dbt_project.rendering import file_of

COLUMNS = ("origin", "conversion", "period", "segment", "path", "conversions", "revenue", "non_conversions")
Row = tuple[str, str, str, str, str, float, float, float]


class Dbt:
    """dbt's argument to a Python model, as far as this one uses it."""

    def __init__(self, counted: pd.DataFrame) -> None:
        self._relation = duckdb.from_df(counted)

    def config(self, **_: Any) -> None: ...

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        assert name == "int_attribution__path_counts"
        return self._relation


@pytest.fixture(scope="module")
def contributions() -> ModuleType:
    file = file_of("int_attribution__contributions")
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def solved(module: ModuleType, rows: Iterable[Row]) -> pd.DataFrame:
    counted = pd.DataFrame(list(rows), columns=list(COLUMNS)).astype(
        {name: "float64" if name in COLUMNS[5:] else "str" for name in COLUMNS}
    )
    found: pd.DataFrame = module.model(Dbt(counted), None)
    return found


def channels(found: pd.DataFrame, **where: str) -> dict[str, float]:
    for column, value in where.items():
        found = found[found[column] == value]
    return dict(zip(found["channel"], found["conversions"], strict=True))


def test_every_slice_sums_to_its_conversions(contributions: ModuleType) -> None:
    found = solved(
        contributions,
        [
            ("touchpoints", "order", "2026-Q1", "home", "Ads\x1fE-mail", 3, 30, 1),
            ("touchpoints", "order", "2026-Q2", "home", "Ads", 2, 10, 5),
            ("touchpoints", "order", "2026-Q2", "work", "", 4, 8, 0),
        ],
    )
    assert set(found["model"]) == {"markov_1", "markov_2", "shapley"}
    assert set(zip(found["period"], found["segment"], strict=True)) == {
        ("all", "all"),
        ("all", "home"),
        ("all", "work"),
        ("2026-Q1", "all"),
        ("2026-Q1", "home"),
        ("2026-Q2", "all"),
        ("2026-Q2", "home"),
        ("2026-Q2", "work"),
    }
    assert channels(found, model="shapley", period="all", segment="all") == {
        "Ads": 3.5,
        "E-mail": 1.5,
        "unattributed": 4.0,
    }
    assert channels(found, model="markov_1", period="2026-Q2", segment="all") == {"Ads": 2.0, "unattributed": 4.0}
    assert channels(found, model="markov_2", period="2026-Q2", segment="work") == {"unattributed": 4.0}
    totals = found.groupby(["model", "period", "segment"])[["conversions", "revenue"]].sum()
    assert totals.loc[("markov_1", "all", "all")].tolist() == pytest.approx([9, 48])
    assert totals.loc[("markov_1", "2026-Q2", "home")].tolist() == pytest.approx([2, 10])


def test_path_exports_have_rule_models_and_kinds_stay_separate(contributions: ModuleType) -> None:
    found = solved(
        contributions,
        [
            ("export", "tool", "all", "all", "a > b > a", 6, 6, 0),
            ("touchpoints", "order", "2026-Q1", "none", "a > b", 1, 1, 0),
        ],
    )
    assert channels(found, conversion="tool", model="first") == {"a": 6, "b": 0}
    assert channels(found, conversion="tool", model="linear") == {"a": 4, "b": 2}
    # A channel may be called so: in paths of touchpoints nothing but the unit separator parts steps.
    assert channels(found, conversion="order", model="shapley", period="all", segment="all") == {"a > b": 1}


@pytest.mark.parametrize("word", ["unattributed", "unmapped", "all"])
def test_an_exported_step_with_a_reserved_name_stays_a_step(contributions: ModuleType, word: str) -> None:
    found = solved(
        contributions,
        [
            ("export", "tool", "all", "all", f"{word} > b", 6, 6, 0),
            ("export", "tool", "all", "all", "", 4, 4, 0),
        ],
    )
    assert channels(found, model="linear") == {f"{word} (step)": 3, "b": 3, "unattributed": 4}


def test_without_conversions_there_are_no_contributions(contributions: ModuleType) -> None:
    found = solved(contributions, [("touchpoints", "order", "2026-Q1", "home", "Ads", 0, 0, 9)])
    assert found.empty
    assert solved(contributions, []).empty
    assert solved(contributions, []).dtypes["conversions"] == np.float64


def test_shapley_of_forty_channels_names_the_alternative_at_every_channel(contributions: ModuleType) -> None:
    rows: list[Row] = [
        ("touchpoints", "order", "2026-Q1", "home", f"channel {number}\x1fchannel {number + 1}", 1, 1, 1)
        for number in range(39)
    ]
    found = solved(contributions, rows)
    refused = found[found["refused_reason"].notna()]
    assert set(refused["model"]) == {"shapley"}
    for _, part in refused.groupby(["period", "segment"]):
        assert set(part["channel"]) == {f"channel {number}" for number in range(40)}
    assert refused["conversions"].isna().all()
    assert refused["refused_reason"].str.contains("40 channels .* Ask Markov, order 1").all()
    assert sum(channels(found, model="markov_2", period="all", segment="all").values()) == pytest.approx(39)
