"""Topics found in comments and the company's own words come in; each topic's name, pillar and interaction go out.

A topic belongs to the surveyed item whose label shares the most words with it, and with the item to its pillar and
interaction. What shares none belongs nowhere: nothing is guessed.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from dbt_project.methods.text.topics import nearest_label

COLUMNS = ["language", "found_topic", "topic", "item", "pillar", "interaction"]


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Link every topic of every language."""
    dbt.config(materialized="table")
    found = (
        dbt.ref("int_comments__classified")
        .filter("topic is not null")
        .project("language, topic as found_topic, topic_words")
        .distinct()
        .order("language, found_topic")
        .df()
    )
    items = (
        dbt.ref("int_surveys__questions")
        .filter("construct = 'perception' and item_label is not null")
        .project("item, item_label, pillar, interaction")
        .order("item, interaction nulls last, pillar nulls last, item_label")
        .df()
        .drop_duplicates("item")
        .set_index("item")
    )
    labels = items["item_label"].to_dict()
    nearest = [
        nearest_label(str(words).split(" "), labels, language=str(language))
        for language, words in zip(found["language"], found["topic_words"], strict=True)
    ]
    linked = found.assign(
        topic=found["found_topic"],
        item=nearest,
        pillar=[items["pillar"].get(item) for item in nearest],
        interaction=[items["interaction"].get(item) for item in nearest],
    )
    topics: pd.DataFrame = linked[COLUMNS].astype(dict.fromkeys(COLUMNS, "string"))
    return topics
