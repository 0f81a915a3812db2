"""Whatever happens in an inbox, every file in it counts exactly once. Only decisions: no disk, no DuckDB."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.engine.decisions import Arrival, Decision, Entry, History, Inbox, decide, in_turn

NAMES = ("a", "b", "c")
# A family in which files grow from one another, and two strangers.
CONTENTS = (b"1", b"12", b"123", b"124", b"9")
INBOXES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(CONTENTS))


class World:
    """Files as bytes in memory, and the ledger of what became of them."""

    def __init__(self) -> None:
        self.files: Mapping[str, bytes] = {}
        self.entries: list[Entry] = []
        self.content: dict[int, bytes] = {}

    @property
    def live(self) -> list[bytes]:
        return [self.content[entry.load_id] for entry in self.history.live.values()]

    def run(self, files: Mapping[str, bytes], reading: str = "r") -> list[Decision]:
        self.files = files
        # From the ledger's lines, as a new process would.
        self.history = History(self.entries)
        present = Inbox(Arrival(name, len(data), _sha(data)) for name, data in sorted(files.items()))
        decisions = []
        for file in in_turn(present, self.history):
            decision = decide(file, reading=reading, history=self.history, inbox=present, contents=self)
            decisions.append(decision)
            self._apply(decision, file, reading)
        return decisions

    def may_begin_with(self, path: str, other: str) -> bool:
        return self.files[path].startswith(self.files[other][:1])

    def prefix_hashes(self, path: str, sizes: Sequence[int]) -> Mapping[int, str]:
        data = self.files[path]
        return {size: _sha(data[:size]) for size in sizes if size <= len(data)}

    def _apply(self, decision: Decision, file: Arrival, reading: str) -> None:
        if decision.action == "unchanged":
            return
        load_id = len(self.entries) + 1
        is_load = decision.action == "load"
        successor = load_id if is_load else decision.holder
        for ended, why in decision.supersedes:
            old = self.entries[ended - 1]
            self.entries[ended - 1] = Entry(
                old.load_id, old.path, old.size, old.sha256, old.reading, "superseded", successor, why
            )
        status = "active" if is_load else "duplicate"
        self.history.end(decision.supersedes, by=successor)
        self.entries.append(Entry(load_id, file.path, file.size, file.sha256, reading, status))
        self.history.add(self.entries[-1])
        self.content[load_id] = self.files[file.path]


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@settings(max_examples=500, deadline=None)
@given(st.lists(INBOXES, min_size=1, max_size=6))
def test_every_present_file_counts_exactly_once(inboxes: list[dict[str, bytes]]) -> None:
    world = World()
    before: dict[str, bytes] = {}
    was_away: set[bytes] = set()
    for files in inboxes:
        world.run(files)
        live = world.live
        was_away |= set(live) - set(files.values())
        assert len(live) == len(set(live)), "no content is live twice"
        for data in files.values():
            holders = [held for held in live if held.startswith(data) and held in files.values()]
            kept = [held for held in live if held.startswith(data)]
            assert kept, "whatever lies there is live"
            assert len([held for held in holders if data.startswith(held)]) <= 1
            # What a vanished file begins with cannot be looked up; only its whole content is known.
            longer = [held for held in holders if held != data and held not in was_away]
            assert not (longer and data in live), "a file and its own beginning do not both count"
        for name, data in files.items():
            replaced = before.get(name, data)
            if replaced not in files.values() and not any(held.startswith(replaced) for held in files.values()):
                assert replaced not in live, "a corrected file's old version does not count"
        assert {decision.action for decision in world.run(files)} <= {"unchanged"}, "a second run finds nothing new"
        assert world.live == live
        before = {**before, **files}


@given(st.lists(INBOXES, min_size=1, max_size=4))
def test_changed_options_lead_to_the_same_contents(inboxes: list[dict[str, bytes]]) -> None:
    world = World()
    for files in inboxes:
        world.run(files)
    world.run(inboxes[-1], reading="other")
    fresh = World()
    fresh.run(inboxes[-1])
    present = set(inboxes[-1].values())
    assert {data for data in world.live if data in present} >= set(fresh.live)
    readings = {entry.reading for entry in world.history.live.values() if world.content[entry.load_id] in present}
    assert readings <= {"other"}
