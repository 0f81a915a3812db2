"""The company's own words on its pages come in; how easily each page reads goes out. Texts themselves do not."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dbt_project.methods.text.reading_ease import reading_ease, words_of
from dbt_project.methods.text.tone import language_of

COLUMNS = ["page_path", "language", "words", "reading_ease"]


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Score every page whose text is known, in the language that it is written in."""
    dbt.config(materialized="table")
    texts = dbt.ref("stg_mappings__page_texts").order("page_path").df()
    rows = []
    for page_path, text in zip(texts["page_path"], texts["text"], strict=True):
        language = language_of(text)
        rows.append((page_path, language, len(words_of(text)), reading_ease(text, language)))
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.astype({"page_path": "string", "language": "string", "words": "int64", "reading_ease": "float64"})
