"""What a careful analyst would claim from a demo workspace: a claim needs a 95% interval and a size that matters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, fisher_exact

from tests.demo.reading import STAGES, Reading

SMALLEST_CELL = 30
Z = 1.96
# attribute -> column of the contacts export
ATTRIBUTES = {
    "motivation": "Motivation",
    "age_band": "age_band",
    "first_channel": "Heard Through",
    "segment": "Segment",
    "region": "Region",
    "language": "Language",
    "interest": "Interest",
    "household": "Household",
}


@dataclass(frozen=True)
class Findings:
    """Claims; None or empty where the data support none."""

    marks: frozenset[tuple[str, str]]
    stalled_stage: str | None
    unmet_outcome: str | None
    short_pillar: str | None


def findings(reading: Reading) -> Findings:
    """Everything that may be claimed about a workspace."""
    limits = reading.truths["tolerances"]
    return Findings(
        marks=frozenset(marks(reading, above=100 + limits["profile_index"])),
        stalled_stage=stalled_stage(reading, below=limits["stage_conversion"]),
        unmet_outcome=unmet_outcome(reading, above=limits["opportunity_score"]),
        short_pillar=short_pillar(reading, below=-limits["expectation_gap"]),
    )


def marks(reading: Reading, *, above: float) -> list[tuple[str, str]]:
    """Attribute values more frequent in the top tier, after Benjamini-Hochberg over all values."""
    customers = reading.best_customers
    tested = []
    for attribute, column in ATTRIBUTES.items():
        stated = customers[customers[column].notna() & (customers[column].astype(str) != "")]
        for value, n in stated[column].astype(str).value_counts().items():
            if n < SMALLEST_CELL:
                continue
            has = stated[column].astype(str) == value
            table = [
                [int((has & stated["is_top"]).sum()), int((has & ~stated["is_top"]).sum())],
                [int((~has & stated["is_top"]).sum()), int((~has & ~stated["is_top"]).sum())],
            ]
            index = 100 * has[stated["is_top"]].mean() / has.mean()
            tested.append((attribute, str(value), fisher_exact(table).pvalue, index))
    q_values = false_discovery_control([p for _, _, p, _ in tested])
    return [
        (attribute, value)
        for (attribute, value, _, index), q in zip(tested, q_values, strict=True)
        if q <= 0.05 and index > above
    ]


def stage_conversion(reading: Reading) -> pd.DataFrame:
    """Per stage: n, share, and the share's 95% interval (normal)."""
    shares = reading.stage_entries.groupby("stage")["goes_on"].agg(["size", "mean"]).reindex(STAGES[:-1])
    half = Z * np.sqrt(shares["mean"] * (1 - shares["mean"]) / shares["size"])
    return shares.assign(low=shares["mean"] - half, high=shares["mean"] + half)


def stalled_stage(reading: Reading, *, below: float) -> str | None:
    """The stage whose entries go on least, if clearly and relevantly below the next."""
    ordered = stage_conversion(reading).sort_values("mean")
    lowest, following = ordered.iloc[0], ordered.iloc[1]
    claimed = lowest["high"] < following["low"] and following["mean"] - lowest["mean"] > below
    return str(ordered.index[0]) if claimed else None


def opportunities(reading: Reading) -> pd.DataFrame:
    """Per outcome: shares, score and its variance (delta method)."""
    codebook = reading.mapping("survey_codebook").set_index(["survey_id", "question_id"]).loc["outcomes_survey"]
    answers = reading.responses("outcomes_survey")
    rows = {}
    for question in [name for name in codebook.index if name.startswith("QID1_")]:
        wanted = answers[question].dropna().astype(int) >= 4
        satisfied = answers[question.replace("QID1", "QID2")].dropna().astype(int) >= 4
        i, s = wanted.mean(), satisfied.mean()
        i_variance, s_variance = i * (1 - i) / len(wanted), s * (1 - s) / len(satisfied)
        score = 10 * (i + max(i - s, 0))
        variance = 100 * (4 * i_variance + s_variance if i > s else i_variance)
        rows[codebook.loc[question, "item"]] = (i, s, score, variance)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["importance", "satisfaction", "score", "variance"])


def unmet_outcome(reading: Reading, *, above: float) -> str | None:
    """The outcome with the greatest opportunity, if clearly and relevantly above the next."""
    ordered = opportunities(reading).sort_values("score", ascending=False)
    best, following = ordered.iloc[0], ordered.iloc[1]
    difference = best["score"] - following["score"]
    claimed = difference > above and difference > Z * np.sqrt(best["variance"] + following["variance"])
    return str(ordered.index[0]) if claimed else None


def gaps(reading: Reading) -> pd.DataFrame:
    """Per pillar: mean gap and its 95% interval over respondents."""
    codebook = reading.mapping("survey_codebook")
    expected = codebook[(codebook["survey_id"] == "relationship_survey") & (codebook["construct"] == "expectation")]
    answers = reading.responses("relationship_survey")
    rows = {}
    for pillar, questions in expected.groupby("pillar")["question_id"]:
        gap = pd.concat(
            [
                answers[question.replace("QID1", "QID2")].astype(float) - answers[question].astype(float)
                for question in questions
            ],
            axis=1,
        ).mean(axis=1)
        half = Z * gap.std() / np.sqrt(gap.notna().sum())
        rows[pillar] = (gap.mean(), gap.mean() - half, gap.mean() + half)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["gap", "low", "high"])


def short_pillar(reading: Reading, *, below: float) -> str | None:
    """The pillar that falls short most, if clearly and relevantly."""
    ordered = gaps(reading).sort_values("gap")
    worst = ordered.iloc[0]
    return str(ordered.index[0]) if worst["gap"] < below and worst["high"] < 0 else None
