"""Companies without differences between best and other customers: how often the model or page claims one.

The family-wise false rate is the share of companies with at least one false find. An exact binomial test must not say,
at a level of .01, that it is above 5%.
"""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from app.who.findings import find_marks
from serving import AnswerRow
from tests.dbt_project.value_chain import PROFILE, build, rows

pytestmark = pytest.mark.thorough

SEED, WORLDS, CUSTOMERS = 20261122, 200, 2000
LARGEST_RATE, LEVEL, TOP = 0.05, 0.01, 0.2
# Attributes as companies state them: two to nine values, common and rare ones, not known of everybody.
VALUES = (2, 3, 3, 4, 5, 6, 7, 9)


@pytest.fixture(scope="module")
def found() -> list[dict[str, int]]:
    """Of each company, how many values are false finds of the profile model, and how many the page would name."""
    generator = np.random.default_rng(SEED)
    database = duckdb.connect()
    database.execute("create table int_company__as_of as select date '2026-06-30' as as_of_on")
    counted = []
    for _ in range(WORLDS):
        _play(database, generator)
        build(database, PROFILE)
        profile = rows(database, "select * from fct_profile_index where n >= 30")
        shown = [
            AnswerRow(
                metric="profile_index",
                value=row["index"],
                low=row["low"],
                high=row["high"],
                n=row["n"],
                dimensions={"attribute": row["attribute"], "attribute_value": row["attribute_value"]},
            )
            for row in profile
        ]
        counted.append(
            {
                "values": len(profile),
                "model": sum(row["is_distinct"] for row in profile),
                "page": len(find_marks(shown)),
            }
        )
    return counted


def _play(database: duckdb.DuckDBPyConnection, generator: np.random.Generator) -> None:
    """A company whose top tier is drawn by lot, and attributes that have nothing to do with it."""
    on_top = np.zeros(CUSTOMERS, dtype=np.int64)
    on_top[generator.choice(CUSTOMERS, math.ceil(TOP * CUSTOMERS), replace=False)] = 1
    stated = []
    for number, size in enumerate(VALUES):
        values = generator.choice(size, CUSTOMERS, p=generator.dirichlet(np.full(size, 2.0)))
        known = np.flatnonzero(generator.random(CUSTOMERS) < 0.95)
        stated.append(
            pd.DataFrame({"person_id": known, "attribute": f"a{number}", "attribute_value": values[known].astype(str)})
        )
    customers = pd.DataFrame({"person_id": np.arange(CUSTOMERS), "is_top_tier": on_top})
    attributes = pd.concat(stated, ignore_index=True)
    database.register("given_customers", customers)
    database.register("given_attributes", attributes)
    database.execute(
        """create or replace table dim_customers as select *, 'any' as value_tier from given_customers;
        create or replace table int_customers__profile_values as
            select 'profile' as family, 'demographic' as kind, * from given_attributes"""
    )


@pytest.mark.parametrize("finder", ["model", "page"])
def test_the_family_wise_error_rate_is_at_most_five_percent(found: list[dict[str, int]], finder: str) -> None:
    assert min(one["values"] for one in found) > 25
    wrong = sum(one[finder] > 0 for one in found)
    test = binomtest(wrong, WORLDS, LARGEST_RATE, alternative="greater")
    print(f"{finder}: {wrong} of {WORLDS} companies with a false find, p = {test.pvalue:.3f}")
    assert test.pvalue > LEVEL
