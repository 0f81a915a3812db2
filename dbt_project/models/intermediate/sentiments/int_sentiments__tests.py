"""What was heard in texts comes in; how well rated ones were heard, and whether that lets it speak, goes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.text.sentiment import (
    CLASSES,
    MARGIN,
    NEGATIVE,
    UNKNOWN,
    Codes,
    corrected_shares,
    rehearse,
)
from dbt_project.methods.text.tone import LEXICON_LANGUAGE

COUNTS = ["rated_texts", *(f"rated_{one}" for one in CLASSES), "tested_ratings", "right_ratings", "heard_texts"]
VALUES = [
    "accuracy", "accuracy_low", "accuracy_high", "macro_f1", "majority_accuracy", "lexicon_accuracy",
    "lexicon_macro_f1", "advantage_low", "margin", "corrected_negative_share", "corrected_negative_low",
    "corrected_negative_high", *(f"weight_{one}" for one in CLASSES), "doubt",
]  # fmt: skip
WORDS = ["told_in", "language", "learnt_from", "silent_reason"]
TYPES = {
    **dict.fromkeys(WORDS, "string"), "speaks": "bool", **dict.fromkeys(COUNTS, "int64"),
    **dict.fromkeys(VALUES, "float64"),
}  # fmt: skip


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Test each language's classifier of each kind of text."""
    dbt.config(materialized="table")
    texts = dbt.ref("int_sentiments__heard").order("language, told_in, text_key").df()
    for column in ("known_sentiment", "lexicon_sentiment", "heard_by_kind", "heard_by_all"):
        texts[column] = texts[column].map(CLASSES.index, na_action="ignore").fillna(UNKNOWN).astype("int64")
    rows = []
    for (language, kind), part in texts.groupby(["language", "told_in"], sort=True):
        by_all = bool((part["heard_by_kind"] == UNKNOWN).all() and (part["heard_by_all"] != UNKNOWN).any())
        heard_by = "heard_by_all" if by_all else "heard_by_kind"
        rated = texts[texts["language"] == language] if by_all else part
        rows.append(
            {
                "told_in": kind,
                "language": language,
                "learnt_from": "all" if by_all else kind,
                **_tested(rated, part, heard_by, knows_words=language == LEXICON_LANGUAGE),
            }
        )
    found: pd.DataFrame = pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES)
    return found


def _tested(rated: pd.DataFrame, part: pd.DataFrame, heard_by: str, *, knows_words: bool) -> dict[str, Any]:
    tested = rehearse(
        rated["same_text"].to_numpy(),
        rated["known_sentiment"].to_numpy(),
        rated[heard_by].to_numpy(),
        rated["lexicon_sentiment"].to_numpy() if knows_words else None,
    )
    unrated = part[(part["known_sentiment"] == UNKNOWN) & (part[heard_by] != UNKNOWN)]
    heard: Codes = np.bincount(unrated[heard_by], minlength=len(CLASSES)).astype(np.int64)
    reason = tested.reason
    shares = None
    if tested.speaks and heard.any():
        shares = corrected_shares(heard, unrated["same_text"].nunique(), tested)
        reason = shares.reason
    row: dict[str, Any] = {
        "speaks": not reason,
        "silent_reason": reason or None,
        "rated_texts": tested.different,
        **{f"rated_{name}": count for name, count in zip(CLASSES, tested.rated, strict=True)},
        "tested_ratings": tested.tested,
        "right_ratings": int(np.trace(tested.confusion)),
        "heard_texts": 0 if reason else int(heard.sum()),
        "accuracy": tested.accuracy,
        "accuracy_low": tested.low,
        "accuracy_high": tested.high,
        "macro_f1": tested.macro_f1,
        "majority_accuracy": tested.majority,
        "lexicon_accuracy": tested.lexicon,
        "lexicon_macro_f1": tested.lexicon_macro_f1,
        "advantage_low": tested.advantage,
        "margin": MARGIN,
    }
    if shares is not None and not reason:
        row |= {
            "corrected_negative_share": shares.share[NEGATIVE],
            "corrected_negative_low": shares.low[NEGATIVE],
            "corrected_negative_high": shares.high[NEGATIVE],
            **{f"weight_{name}": weight for name, weight in zip(CLASSES, shares.weights, strict=True)},
            "doubt": shares.doubt,
        }
    return row
