"""Texts of public mentions come in; how they sound to a lexicon goes out. Texts themselves do not."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dbt_project.methods.text.tone import tone


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Judge every text once; mentions of which nothing is clear have no row."""
    dbt.config(materialized="table")
    mentions = dbt.ref("stg_social__mentions").filter("text is not null").project("mention_key, text").df()
    tones = {text: tone(str(text)) for text in mentions["text"].unique()}
    found = pd.DataFrame({"mention_key": mentions["mention_key"], "lexicon_sentiment": mentions["text"].map(tones)})
    return (
        found.dropna()
        .astype({"mention_key": "int64", "lexicon_sentiment": "string"})
        .sort_values("mention_key", ignore_index=True)
    )
