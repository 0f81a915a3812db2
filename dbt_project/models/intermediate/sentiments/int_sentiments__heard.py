"""Texts, some of them with a known tone, come in; what a classifier hears in each, unseen, goes out. Texts do not.

A comment and a mention sound different: each kind is heard by what was learnt from its own, and only where too little
of it is rated by what was learnt from both.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from dbt_project.methods.text.sentiment import CLASSES, UNKNOWN, Codes, hear, text_key
from dbt_project.methods.text.tone import LEXICON_LANGUAGE, language_of, polarity, tone

COLUMNS = [
    "text_key", "told_in", "language", "same_text", "known_sentiment", "known_by", "lexicon_sentiment", "heard_by_kind",
    "heard_by_all",
]  # fmt: skip


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Hear every text, language by language."""
    dbt.config(materialized="table")
    texts = dbt.ref("int_sentiments__texts").filter("trim(body) <> ''").order("told_in, text_key").df()
    types = {**dict.fromkeys(COLUMNS, "string"), "text_key": "int64", "same_text": "int64"}
    if texts.empty:
        return pd.DataFrame(columns=COLUMNS).astype(types)
    languages = {text: language_of(text) for text in texts["body"].unique()}
    read = texts.assign(language=texts["body"].map(languages), said=_without_brands(texts))
    read["rated"] = read["known_sentiment"].map(CLASSES.index, na_action="ignore").fillna(UNKNOWN).astype("int64")
    read["lexicon_sentiment"] = _by_lexicon(read)
    read["same_text"] = pd.factorize(read["said"].map(text_key), sort=True)[0]
    for column in ("heard_by_kind", "heard_by_all"):
        read[column] = pd.Series(None, index=read.index, dtype="string")
    for _, of_language in read.groupby("language", sort=True):
        kinds = [part for _, part in of_language.groupby("told_in", sort=True)]
        by_kind = [_heard(part) for part in kinds]
        for part, heard in zip(kinds, by_kind, strict=True):
            read.loc[part.index, "heard_by_kind"] = _words(heard)
        if len(kinds) > 1 and any((heard == UNKNOWN).all() for heard in by_kind):
            read.loc[of_language.index, "heard_by_all"] = _words(_heard(of_language))
    found: pd.DataFrame = read[COLUMNS].astype(types)
    return found


def _without_brands(texts: pd.DataFrame) -> list[str]:
    """The name of a brand says nothing of the tone: the same words about two brands are one text."""
    return [
        re.sub(re.escape(brand), " ", text, flags=re.IGNORECASE) if isinstance(brand, str) and brand else text
        for text, brand in zip(texts["body"], texts["brand"], strict=True)
    ]


def _by_lexicon(read: pd.DataFrame) -> pd.Series:
    """What the lexicon hears in texts whose tone is known, to be compared with."""
    known = read[read["known_sentiment"].notna()].drop_duplicates("body")
    heard = {text: tone(text, language) for text, language in zip(known["body"], known["language"], strict=True)}
    return read["body"].map(heard).where(read["known_sentiment"].notna())


def _heard(texts: pd.DataFrame) -> Codes:
    knows_words = texts["language"].iloc[0] == LEXICON_LANGUAGE
    return hear(texts["said"].tolist(), texts["rated"].to_numpy(), polarity if knows_words else None)


def _words(heard: Codes) -> list[str | None]:
    return [None if one == UNKNOWN else CLASSES[one] for one in heard]
