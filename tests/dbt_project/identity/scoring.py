"""Resolved and true people in, pairwise precision and recall out, also for any group of people.

A pair is two identifiers. It is true where some person has both, and found where both resolve to one person.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

Pair = tuple[int, int]


@dataclass(frozen=True)
class Score:
    """Pairs of a group of people.

    Attributes:
        right: true and found.
        wrong: found, and not true.
        missed: true, and not found, although a link that was followed could have shown it.
        guarded: true, and linked only through what a guard refuses: listed, not counted.
    """

    right: frozenset[Pair]
    wrong: frozenset[Pair]
    missed: frozenset[Pair]
    guarded: frozenset[Pair]

    @property
    def precision(self) -> float:
        """Share of the found pairs that are true."""
        return len(self.right) / (len(self.right) + len(self.wrong))

    @property
    def recall(self) -> float:
        """Share of the true pairs that are found."""
        return len(self.right) / (len(self.right) + len(self.missed))


def true_people(identities: Path, secret: bytes, known: Collection[int]) -> dict[str, set[int]]:
    """Read `identities.csv`: every person with the keys of those identifiers that the warehouse knows."""
    people: dict[str, set[int]] = {}
    with identities.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            value = row["id"].lower() if row["id_type"] in ("email", "author") else row["id"]
            key = identifier_key(secret, row["id_type"], row["namespace"], value)
            if key in known:
                people.setdefault(row["person"], set()).add(key)
    return people


def identifier_key(secret: bytes, identifier_type: str, namespace: str, value: str) -> int:
    """The key that the warehouse gives an identifier, by another route: Python's own HMAC."""
    digest = hmac.new(secret, f"{identifier_type}|{namespace}|{value}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def score(
    people: Mapping[str, set[int]], group: Collection[str], resolved: Mapping[int, int], unguarded: Mapping[int, int]
) -> Score:
    """Score the identifiers of a group of people against everybody's.

    Args:
        people: every person with their identifiers.
        group: the people whose pairs count.
        resolved: identifier -> person as the warehouse says.
        unguarded: identifier -> person if every link that any source states were followed.
    """
    owners: dict[int, set[str]] = {}
    for person, keys in people.items():
        for key in keys:
            owners.setdefault(key, set()).add(person)
    members: dict[int, set[int]] = {}
    for key in owners:
        members.setdefault(resolved[key], set()).add(key)
    true = {pair for person in group for pair in _pairs(people[person])}
    mine = set[int]().union(*(people[person] for person in group))
    found = {pair for one in {resolved[key] for key in mine} for pair in _pairs(members[one]) if mine & set(pair)}
    not_found = true - found
    guarded = {pair for pair in not_found if unguarded.get(pair[0], pair[0]) == unguarded.get(pair[1], pair[1])}
    return Score(
        right=frozenset(true & found),
        wrong=frozenset(pair for pair in found - true if not owners[pair[0]] & owners[pair[1]]),
        missed=frozenset(not_found - guarded),
        guarded=frozenset(guarded),
    )


def _pairs(keys: Iterable[int]) -> Iterable[Pair]:
    return combinations(sorted(keys), 2)
