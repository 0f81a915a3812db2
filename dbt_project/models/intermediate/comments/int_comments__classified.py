"""Comments and the names of known customers come in; each comment's language, scrubbed text and topic go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.text.scrubbing import known_names, scrub
from dbt_project.methods.text.topics import STEMMERS, find_topics, stop_words

COLUMNS = ["comment_id", "language", "scrubbed_text", "topic", "topic_words"]
OWN = ["contact_name", "contact_email", "contact_phone"]


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Read every comment: first without names, then for what it is about."""
    dbt.config(materialized="table")
    comments = dbt.ref("int_comments__texts").order("comment_id").df()
    contacts = dbt.ref("int_comments__known_names").order("contact_key").df()
    least_people, brand, company = (
        dbt.ref("stg_config__settings").project("min_cell_comments, brand, company").fetchall()[0]
    )
    if comments.empty:
        return pd.DataFrame(columns=COLUMNS).astype({**dict.fromkeys(COLUMNS, "string"), "comment_id": "int64"})
    languages = dbt.ref("int_sentiments__heard").project("text_key as comment_id, told_in, language").df()
    read = comments.merge(languages, on=["comment_id", "told_in"], how="left", validate="one_to_one")
    read["scrubbed_text"] = _scrubbed(read, contacts)
    read["topic"], read["topic_words"] = _topics(
        read, int(least_people), [str(name) for name in (brand, company) if name]
    )
    found: pd.DataFrame = read[COLUMNS].astype({**dict.fromkeys(COLUMNS, "string"), "comment_id": "int64"})
    return found


def _scrubbed(comments: pd.DataFrame, contacts: pd.DataFrame) -> list[str]:
    commons = {word for language in STEMMERS for word in stop_words(language)}
    names = known_names(contacts["contact_name"].dropna(), commons=commons)
    known = contacts.dropna(subset=["person_id"])
    own_of = {
        person: tuple(value for column in OWN for value in part[column].dropna())
        for person, part in known[known["person_id"].isin(comments["respondent_person_id"])].groupby("person_id")
    }
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    cleaned = []
    for text, person, author in zip(
        comments["comment_text"], comments["respondent_person_id"], comments["author"], strict=True
    ):
        own = (*own_of.get(person, ()), *((author,) if isinstance(author, str) else ()))
        if (text, own) not in seen:
            seen[text, own] = scrub(text, names, own=own)
        cleaned.append(seen[text, own])
    return cleaned


def _topics(read: pd.DataFrame, least_people: int, own_names: list[str]) -> tuple[pd.Series, pd.Series]:
    topic = pd.Series(None, index=read.index, dtype="string")
    words = topic.copy()
    for language, part in read.groupby("language", sort=True):
        found = find_topics(
            part["scrubbed_text"].tolist(),
            part["person_id"].tolist(),
            language=str(language),
            least_people=least_people,
            not_about=own_names,
        )
        about = found.of_text >= 0
        names = np.array([one.name for one in found.topics], dtype=object)
        stems = np.array([" ".join(one.stems) for one in found.topics], dtype=object)
        topic.loc[part.index[about]] = names[found.of_text[about]]
        words.loc[part.index[about]] = stems[found.of_text[about]]
    return topic, words
