"""A sentence over rows of which some are hidden or too small: it never speaks of all of them without saying so.

Whatever sentence is made, and whatever the numbers are: where a named row has no part in it, a sentence with a word for
all, for none or for the first of all says which rows it speaks of. Where every row has a part, it does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.expectations import sentences as expectations
from app.expectations.findings import short_gaps
from app.growth import sentences as growth
from app.growth.findings import find_apart, find_costly_gate
from app.kit import sentences
from app.kit.findings import MIN_N
from app.kit.sentences import Sentence
from app.outcomes import sentences as outcomes
from app.outcomes.findings import unmet_outcomes
from app.surveys import sentences as surveys
from serving import AnswerRow
from tests.app.rows import row

Rows = Sequence[AnswerRow]

# What a sentence says where it speaks of all rows: of the first, of the last, of none, of the rest.
OF_ALL = re.compile(
    r"\b(?:most|biggest|widest|highest|lowest|none|no \w+|nothing|others?|elsewhere|between|up to|"
    r"no clear difference|lies close|\d+ of \d+|agree on every)\b",
    re.IGNORECASE,
)
SAYS_OF_WHICH = "that can be compared"
NAMES = ("a", "b", "c", "d", "e")
# What says that nothing was found at all speaks of no row.
EMPTY = re.compile(r"[Tt]oo few|not asked|cannot be shown|unknown share|one wave alone|No customers, or too few")

# Sentence -> what its rows are by, and the numbers that they may have.
MADE: dict[str, tuple[str, tuple[float, float], Callable[[Rows], Sentence]]] = {
    "extremes": ("d", (0, 1), lambda rows: sentences.extremes(rows, "d", what="It", unit="share")),
    "spread": ("d", (0, 9), lambda rows: sentences.spread(rows, "d", what="It", unit="hours")),
    "served": ("item_label", (-9, 9), surveys.served),
    "changed": ("d", (-9, 9), lambda rows: surveys.changed(rows, dimension="d", what="It")),
    "below accepted": ("pillar", (0, 1), surveys.below_accepted),
    "answered": ("d", (0, 1), lambda rows: surveys.answered(rows, "d")),
    "kano": ("item_label", (0, 1), surveys.kano),
    "outcomes": ("item_label", (0, 20), lambda rows: outcomes.outcomes(rows, rows, rows)),
    "unmet": ("item_label", (0, 20), lambda rows: outcomes.unmet_found(rows, len(unmet_outcomes(rows)))),
    "important": ("item_label", (0, 10), lambda rows: outcomes.important_but_unmet(rows, rows, 5.0, 5.0)),
    "expectations": ("pillar", (-3, 3), expectations.expectations),
    "items": (
        "item_label",
        (-3, 3),
        lambda rows: expectations.short_items(rows, len(short_gaps(rows, dimension="item_label"))),
    ),
    "moments": (
        "interaction",
        (-3, 3),
        lambda rows: expectations.short_moments(rows, len(short_gaps(rows, dimension="interaction"))),
    ),
    "keeps": ("corner", (0, 1), lambda rows: growth.keeps(find_apart(rows, "corner", highest=True), rows)),
    "slow": (
        "network",
        (0, 1),
        lambda rows: growth.slow(find_apart(rows, "network", highest=False), rows, "network", what="these", target=24),
    ),
    "gate": ("topic", (0, 1), lambda rows: growth.gate(find_costly_gate(rows, opposite(rows)), rows)),
    "before": (
        "topic",
        (0, 1),
        lambda rows: growth.before(
            find_costly_gate(rows, opposite(rows)), find_apart(rows, "topic", highest=False), Sentence("", claim=False)
        ),
    ),
}  # fmt: skip


def opposite(rows: Rows) -> list[AnswerRow]:
    """The same rows with what is high low, so that a gate that many leave is one after which few go on."""
    return [row if row.value is None else replace(row, value=1 - row.value) for row in rows]


@pytest.mark.parametrize("name", MADE)
@given(data=st.data())
def test_a_sentence_says_of_which_rows_it_speaks(name: str, data: st.DataObject) -> None:
    dimension, (low, high), make = MADE[name]
    numbers = data.draw(st.lists(st.floats(low, high), min_size=2, max_size=len(NAMES)))
    narrow = (high - low) / 100
    shown = [
        row(value, half=narrow, n=4000, **{dimension: named}) for value, named in zip(numbers, NAMES, strict=False)
    ]
    assert SAYS_OF_WHICH not in make(shown).text
    without = data.draw(st.sets(st.sampled_from(range(len(shown))), min_size=1, max_size=len(shown) - 1))
    how = data.draw(st.sampled_from(["suppressed", "withheld", "refused", "small"]))
    partly = [
        one
        if at not in without
        else replace(one, n=MIN_N - 11)
        if how == "small"
        else replace(one, value=None, low=None, high=None, n=None, status=how)
        for at, one in enumerate(shown)
    ]
    text = make(partly).text
    assert EMPTY.search(text) or not OF_ALL.search(text) or SAYS_OF_WHICH in text, text
