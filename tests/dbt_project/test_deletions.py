"""A row that says `is_deleted` ends what its key names, in whatever order rows arrive; every row has a disposition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

import pytest

from tests.dbt_project.staging_chain import Row, Staging

# kind, entity -> the key of a thing by its number, and what else a row of it needs to be kept.
THINGS: dict[tuple[str, str], tuple[dict[str, str], dict[str, str]]] = {
    ("crm", "orders"): (
        {"order_id": "O{}"},
        {"customer_id": "C1", "occurred_at": "2026-01-05", "amount": "10", "kind": "sale"},
    ),
    ("crm", "order_lines"): ({"order_id": "O1", "line_id": "{}"}, {"quantity": "2"}),
    ("crm", "contracts"): ({"customer_id": "C{}", "started_at": "2026-01-05"}, {"plan": "gold"}),
    ("crm", "contacts"): ({"customer_id": "C{}"}, {}),
    ("crm", "accounts"): ({"account_id": "A{}"}, {}),
    ("crm", "leads"): ({"lead_id": "L{}"}, {"created_at": "2026-01-05"}),
    ("crm", "deals"): ({"deal_id": "D{}"}, {"created_at": "2026-01-05"}),
    ("crm", "interactions"): (
        {"interaction_id": "I{}"},
        {"customer_id": "C1", "occurred_at": "2026-01-05", "event": "visit"},
    ),
    ("crm", "campaigns"): ({"campaign": "spring {}", "date": "2026-01-05"}, {"cost": "10"}),
    ("web", "events"): ({"event_id": "E{}"}, {"person_id": "v1", "occurred_at": "2026-01-05", "event": "view"}),
    ("web", "paths"): ({"path": "Search > Mail {}"}, {"conversions": "3"}),
    ("survey", "wide"): ({"respondent": "R{}"}, {"wave": "1", "order_id": "O1"}),
    ("survey", "long"): ({"respondent": "R{}", "question_id": "q"}, {"value": "4", "wave": "1"}),
    ("service", "tickets"): ({"ticket_id": "T{}"}, {"created_at": "2026-01-05"}),
    ("social", "mentions"): ({"mention_id": "M{}"}, {"posted_at": "2026-01-05", "network": "forum"}),
}
WORLDS = 120
# What says that a row is deleted, and that it is not.
YES, NO = ("true", "TRUE", "1", " yes "), ("", "false", "0", "No")


def rows_of(kind: str, entity: str, random: Random) -> list[tuple[int, Row]]:
    """The rows of a file, each with the number of the thing that it is about."""
    key, more = THINGS[kind, entity]
    found = []
    for _ in range(random.randint(1, 4)):
        number = random.randint(1, 2)
        is_deleted = random.random() < 0.35
        stated = {name: text.format(number) for name, text in key.items()}
        # A deletion may be no more than a key.
        if not is_deleted or random.random() < 0.5:
            stated |= more
        if random.random() < 0.7:
            stated["updated_at"] = f"2026-02-0{random.randint(1, 3)}"
        found.append((number, {**stated, "is_deleted": random.choice(YES if is_deleted else NO)}))
    return found


def lives(rows: Sequence[tuple[int, str, int, Row]]) -> bool:
    """Whether the latest of a thing's rows (load, file, line, row) is not a deletion."""
    latest = max(row.get("updated_at", "") for *_, row in rows)

    def order(placed: tuple[int, str, int, Row]) -> tuple[str, int, str, int]:
        load, file, line, row = placed
        # A deletion without a time ends all that arrived before it.
        return (row.get("updated_at", latest if row["is_deleted"] in YES else ""), load, file, line)

    return max(rows, key=order)[3]["is_deleted"] not in YES


@pytest.mark.parametrize(("kind", "entity"), sorted(THINGS))
def test_a_key_is_kept_if_and_only_if_its_latest_state_is_not_deleted(kind: str, entity: str) -> None:
    random = Random(20261130)
    staged = Staging(kind, entity)
    things: dict[tuple[str, int], list[tuple[int, str, int, Row]]] = defaultdict(list)
    thing_of: dict[tuple[int, int], tuple[str, int]] = {}
    load = 0
    for world in range(WORLDS):
        for file in random.sample("abcd", random.randint(1, 3)):
            load += 1
            numbered = rows_of(kind, entity, random)
            staged.load(f"{file}.csv", [row for _, row in numbered], source=f"world {world}")
            for line, (number, row) in enumerate(numbered, start=2):
                things[f"world {world}", number].append((load, f"{file}.csv", line, row))
                thing_of[load, line] = (f"world {world}", number)
    staged.build()
    found = staged.rows(f"select load_id, source_line, _disposition, _disposition_reason from {staged.base}")
    assert sorted(row[:2] for row in found) == sorted(thing_of)
    kept = {thing_of[load, line] for load, line, disposition, _ in found if disposition == "kept"}
    assert kept == {thing for thing, rows in things.items() if lives(rows)}
    set_aside = [(load, line, reason) for load, line, disposition, reason in found if disposition == "set_aside"]
    assert {reason for *_, reason in set_aside} == {"deleted_at_vendor"}
    assert {thing_of[load, line] for load, line, _ in set_aside} == set(things) - kept
    # Nothing else becomes of a sound row, and both ends occur.
    assert {disposition for _, _, disposition, _ in found} == {"kept", "set_aside", "deduplicated"}


def dispositions(kind: str, entity: str, rows: Sequence[Mapping[str, str]]) -> list[tuple[str, str | None]]:
    staged = Staging(kind, entity)
    staged.load("a.csv", rows)
    staged.build()
    found = staged.rows(f"select _disposition, _disposition_reason from {staged.base} order by source_line")
    return [(disposition, reason) for disposition, reason in found]


@pytest.mark.parametrize(("kind", "entity"), sorted(THINGS))
def test_what_neither_says_deleted_nor_not_is_quarantined(kind: str, entity: str) -> None:
    key, more = THINGS[kind, entity]
    sound = {name: text.format(1) for name, text in key.items()} | more
    assert dispositions(kind, entity, [{**sound, "is_deleted": "perhaps"}]) == [
        ("quarantined", "unreadable_flag:is_deleted")
    ]


@pytest.mark.parametrize(
    ("kind", "entity", "more"),
    [
        ("crm", "orders", {"customer_id": "C1", "occurred_at": "2026-01-05", "amount": "10"}),
        ("crm", "interactions", {"customer_id": "C1", "occurred_at": "2026-01-05", "event": "visit"}),
        ("web", "events", {"person_id": "v1", "occurred_at": "2026-01-05", "event": "view"}),
        ("survey", "wide", {"answered_at": "2026-01-05"}),
    ],
)
def test_a_deleted_row_without_a_key_is_itself_set_aside(kind: str, entity: str, more: Row) -> None:
    assert dispositions(kind, entity, [{**more, "is_deleted": "1"}, more, {**more, "is_deleted": "0"}]) == [
        ("set_aside", "deleted_at_vendor"),
        ("kept", None),
        ("kept", None),
    ]
