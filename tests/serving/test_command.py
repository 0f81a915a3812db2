"""The command that a question prints asks the same question again."""

from __future__ import annotations

import shlex
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cli.read import parse_filters
from serving import Question

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=10)


@given(
    st.dictionaries(
        st.sampled_from(["segment", "region", "item"]), st.lists(TEXTS | st.none(), min_size=1, max_size=3)
    ),
    st.lists(st.sampled_from(["segment", "stage"]), max_size=2),
    st.sampled_from([None, "month"]),
)
def test_a_pasted_command_asks_the_same_question(
    where: dict[str, list[str | None]], by: list[str], grain: str | None
) -> None:
    question = Question(
        metrics=("revenue", "orders"),
        by=tuple(by),
        where=where,
        grain=grain,  # type: ignore[arg-type]  # sampled from its words
        since=date(2026, 1, 1),
    )
    program, command, *words = shlex.split(question.command("--workspace", "DIR"))
    assert (program, command) == ("cx", "query")
    given: dict[str, list[str]] = {}
    metrics: list[str] = []
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            given.setdefault(word, []).append(words.pop(0))
        else:
            metrics.append(word)
    assert given["--workspace"] == ["DIR"]
    again = Question(
        metrics=tuple(metrics),
        by=tuple(given.get("--by", ())),
        where=parse_filters(given.get("--where", [])),
        grain=given.get("--grain", [None])[0],  # type: ignore[arg-type]  # as above
        since=date.fromisoformat(given["--since"][0]),
    )
    assert again == question
