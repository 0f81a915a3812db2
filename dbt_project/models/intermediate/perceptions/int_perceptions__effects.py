"""Ratings of responses and what followed come in; how the two go together, and what is at stake, goes out.

Every subject is compared with every later outcome, by three measures of the experience. Found is what stays beyond
chance when all of these comparisons are counted (Benjamini & Hochberg 1995).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.perceptions.value_at_stake import (
    Codes,
    EffectRefusedError,
    Floats,
    distinct,
    effect,
    smooth_controls,
    stake,
)
from dbt_project.methods.statistics.comparisons import false_discovery

SIGNIFICANCE = 0.05
SUBJECT = ["subject_kind", "subject"]
# Measure -> what it counts in: being below tolerance or not; ten points of the scale in percent.
MEASURES = {"below tolerance": ("is_below", 1.0), "gap": ("gap_pct", 10.0), "score": ("score_pct", 10.0)}
# Later outcome -> who can have it, and the column that says whether, or how much.
OUTCOMES = {
    "retained": ("is_active_before", "is_active_after"),
    "reactivated": ("is_lapsed_before", "is_active_after"),
    "revenue": ("is_active_before", "later_revenue"),
    "moved up": ("is_other_before", "is_top_after"),
    "moved down": ("is_top_before", "is_other_after"),
}
# Margin speaks for all later business only where the cost of nearly all of it is known.
COST_KNOWN = 0.9
NUMBERS = (
    "difference", "low", "high", "unadjusted", "p_value", "q_value", "mean_below", "mean_above", "stake_each",
    "stake_each_low", "stake_each_high", "worth",
)  # fmt: skip
COUNTS = ("answers", "people", "people_below", "people_above")
TEXTS = (*SUBJECT, "measure", "later_outcome", "worth_in", "refused_reason")


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Estimate every effect; what cannot be estimated says why."""
    dbt.config(materialized="table")
    later = dbt.ref("int_perceptions__before_and_after").filter("is_observed").set_alias("later")
    ratings = dbt.ref("int_perceptions__ratings").set_alias("ratings")
    joined = ratings.join(later, "ratings.person_id = later.person_id and ratings.answered_on = later.answered_on")
    observed = joined.project(
        "ratings.person_id, ratings.subject_kind, ratings.subject, ratings.response_id, ratings.is_below,"
        "ratings.gap_pct, ratings.score_pct, later.* exclude (person_id)"
    )
    # One person's answers stand together: what is sorted already is clustered fast.
    table = _prepared(observed.order("subject_kind, subject, person_id, response_id").df())
    worth_in = _worth_in(table)
    rows = [row for key, part in table.groupby(SUBJECT, sort=True) for row in _rows(part, key, worth_in)]
    found = pd.DataFrame(rows, columns=[*TEXTS, *COUNTS, *NUMBERS]).astype(
        {**dict.fromkeys(TEXTS, "string"), **dict.fromkeys(COUNTS, "int64"), **dict.fromkeys(NUMBERS, "float64")}
    )
    tested = found["p_value"].notna()
    found.loc[tested, "q_value"] = false_discovery(found.loc[tested, "p_value"].to_numpy(dtype=np.float64))
    found["is_significant"] = found["q_value"].le(SIGNIFICANCE) & tested
    return found.sort_values([*SUBJECT, "measure", "later_outcome"], ignore_index=True)


def _prepared(table: pd.DataFrame) -> pd.DataFrame:
    was_active = table["is_active_before"]
    return table.assign(
        is_below=table["is_below"].astype("float64"),
        is_lapsed_before=table["is_customer"] & ~was_active,
        is_other_before=was_active & table["tier_before"].eq("other"),
        is_top_before=was_active & table["tier_before"].eq("top"),
        is_top_after=table["tier_after"].eq("top"),
        is_other_after=table["tier_after"].eq("other"),
    )


def _worth_in(table: pd.DataFrame) -> str:
    """Whether later business is measured in margin or in revenue, the same for all subjects."""
    once = table[table["subject_kind"] == "all"]
    revenue, costed = once["later_revenue"].sum(), once["later_costed_revenue"].sum()
    return "margin" if revenue > 0 and costed >= COST_KNOWN * revenue else "revenue"


def _rows(part: pd.DataFrame, key: tuple[Any, ...], worth_in: str) -> Iterator[dict[str, Any]]:
    columns = {name: part[name].to_numpy() for name in part.columns if name not in SUBJECT}
    columns["controls"] = smooth_controls(
        columns["tenure_days"].astype(np.float64), columns["prior_revenue"].astype(np.float64)
    )
    for outcome, (who, what) in OUTCOMES.items():
        for measure, (column, unit) in MEASURES.items():
            some = columns[who] & ~np.isnan(columns[column])
            yield {
                **dict(zip(SUBJECT, key, strict=True)),
                "measure": measure,
                "later_outcome": outcome,
                "worth_in": worth_in,
                **dict.fromkeys((*NUMBERS, "refused_reason")),
                **_found(
                    person=columns["person_id"][some],
                    perceived=columns[column][some] / unit,
                    after=columns[what][some].astype(np.float64),
                    controls=columns["controls"][some],
                    value=columns[f"later_{worth_in}"][some] if outcome == "retained" else None,
                    is_split=measure == "below tolerance",
                ),
            }


def _found(
    *, person: Codes, perceived: Floats, after: Floats, controls: Floats, value: Floats | None, is_split: bool
) -> dict[str, Any]:
    """One comparison. `value`: later money, where staying is compared; `is_split`: below tolerance or not."""
    is_below = perceived > 0 if is_split else np.zeros(person.size, dtype=np.bool_)
    counted: dict[str, Any] = {
        "answers": person.size,
        "people": distinct(person),
        "people_below": distinct(person[is_below]),
        "people_above": distinct(person[~is_below]),
    }
    try:
        found = effect(after, perceived, controls, person)
    except EffectRefusedError as refused:
        return {**counted, "refused_reason": str(refused)}
    numbers = {
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "unadjusted": found.unadjusted,
        "p_value": found.p_value,
    }
    if is_split:
        numbers |= {"mean_below": after[is_below].mean(), "mean_above": after[~is_below].mean()}
    if is_split and value is not None:
        each = stake(found, stayed=after, value=value, person=person)
        numbers |= {
            "stake_each": each.value,
            "stake_each_low": each.low,
            "stake_each_high": each.high,
            "worth": each.worth,
        }
    return {**counted, **numbers}
