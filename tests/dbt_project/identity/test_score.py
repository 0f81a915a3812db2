"""Pairs counted by hand: correct, wrong, missed, and split only by an exclusion rule."""

from __future__ import annotations

import hashlib
import hmac

from tests.dbt_project.identity.scoring import identifier_key, score

PEOPLE = {"ann": {1, 2, 3}, "ben": {3, 4, 5}, "cy": {6}}


def test_pairs_are_correct_wrong_missed_or_split_by_a_rule() -> None:
    # Device 3 is shared and given to Ann; one and two were never linked; six was wrongly joined to Ben.
    resolved = {1: 1, 2: 2, 3: 1, 4: 4, 5: 4, 6: 4}
    unguarded = {1: 1, 3: 1, 4: 1, 5: 1}
    found = score(PEOPLE, {"ann", "ben"}, resolved, unguarded)
    assert found.right == {(1, 3), (4, 5)}
    assert found.wrong == {(4, 6), (5, 6)}
    assert found.missed == {(1, 2), (2, 3)}
    assert found.guarded == {(3, 4), (3, 5)}
    assert (found.precision, found.recall) == (0.5, 0.5)


def test_a_group_is_scored_against_all_people() -> None:
    found = score(PEOPLE, {"cy"}, {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4}, {})
    assert not found.right
    assert found.wrong == {(4, 6), (5, 6)}


def test_a_key_is_the_first_8_bytes_of_an_hmac() -> None:
    digest = hmac.new(b"secret", b"email||a@b.example", hashlib.sha256).digest()
    key = identifier_key(b"secret", "email", "", "a@b.example")
    assert key.to_bytes(8, "big", signed=True) == digest[:8]
