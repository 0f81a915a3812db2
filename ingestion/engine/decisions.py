"""Files in the inbox and earlier loads in, the disposition of every file out. Pure: no disk, no database.

The rules, per source: the live version of a path is its latest arrival (A, B, A: A is live). Content that is live
already under another name is not loaded again. A file that begins with all bytes of a live one takes its place,
under any name. A deleted file stays loaded. Other reading options mean that a file is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

Status = Literal["active", "superseded", "duplicate"]
Because = Literal["grown", "replaced", "reread", "vanished"]


@dataclass(frozen=True)
class Arrival:
    """A file as it is now."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Entry:
    """A line of the ledger, as far as decisions need it.

    Attributes:
        lifted: by which description its columns were filled.
        loaded: records of it that are rows.
        rows: how many rows these are.
    """

    load_id: int
    path: str
    size: int
    sha256: str
    reading: str
    status: Status
    superseded_by: int | None = None
    superseded_because: str | None = None
    lifted: str | None = None
    loaded: int = 0
    rows: int = 0


@dataclass(frozen=True)
class Decision:
    """What happens to one file. `supersedes` names live loads that end with it; `holder` the load that has its rows."""

    action: Literal["load", "unchanged", "duplicate"]
    supersedes: tuple[tuple[int, Because], ...] = ()
    holder: int | None = None


class Inbox:
    """The files of one source that are there now."""

    def __init__(self, files: Iterable[Arrival]) -> None:
        self.files = tuple(files)
        self._paths: dict[str, list[str]] = {}
        for file in self.files:
            self._paths.setdefault(file.sha256, []).append(file.path)

    def paths_of(self, sha256: str) -> Sequence[str]:
        """Where this content is found."""
        return self._paths.get(sha256, [])


class Contents(Protocol):
    """Access to the contents of the present files."""

    def may_begin_with(self, path: str, other: str) -> bool:
        """Whether the first file's head allows that it begins with all of the second."""
        ...

    def prefix_hashes(self, path: str, sizes: Sequence[int]) -> Mapping[int, str]:
        """SHA-256 of the file's first n bytes, for each n in `sizes` that it reaches."""
        ...


class History:
    """The ledger of one source and table, kept up while its files are loaded."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.latest: dict[str, Entry] = {}
        self.live: dict[int, Entry] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """A file's new line; entries come in the order of their loads."""
        self.latest[entry.path] = entry
        if entry.status == "active":
            self.live[entry.load_id] = entry

    def end(self, ended: Iterable[tuple[int, Because]], *, by: int | None) -> None:
        """Loads that are live no more."""
        for load_id, why in ended:
            entry = self.live.pop(load_id)
            if self.latest[entry.path].load_id == load_id:
                self.latest[entry.path] = replace(entry, status="superseded", superseded_by=by, superseded_because=why)

    @property
    def rows(self) -> int:
        """Rows that count."""
        return sum(entry.rows for entry in self.live.values())

    def live_with(self, sha256: str) -> list[Entry]:
        """Live loads of this very content."""
        return [entry for entry in self.live.values() if entry.sha256 == sha256]


def vanished_longer_ones(file: Arrival, *, reading: str, history: History, inbox: Inbox) -> list[int]:
    """Live loads of longer files that are gone: only their rows can show whether this file is their beginning."""
    return [
        entry.load_id
        for entry in history.live.values()
        if entry.size > file.size and entry.reading == reading and not inbox.paths_of(entry.sha256)
    ]


def in_turn(inbox: Inbox, history: History) -> list[Arrival]:
    """The files in the order to decide on them: those with other content than before first.

    A longer file that was corrected has to end before its beginning, which may be there too, is asked whether it
    counts.
    """
    return sorted(inbox.files, key=lambda file: (not _is_corrected(file, history), file.path))


def _is_corrected(file: Arrival, history: History) -> bool:
    previous = history.latest.get(file.path)
    return previous is not None and previous.sha256 != file.sha256


def decide(file: Arrival, *, reading: str, history: History, inbox: Inbox, contents: Contents) -> Decision:
    """Decide what happens to one present file.

    Args:
        file: the file.
        reading: fingerprint of the options that it would be read with.
        history: the ledger of this source and table.
        inbox: every file of the source that is there now, including this one.
        contents: a look into these files, for those that grew.
    """
    previous = history.latest.get(file.path)
    if previous is not None and previous.status == "active" and _same(previous, file, reading):
        return Decision("unchanged", holder=previous.load_id)
    if previous is not None and _is_counted_by_another(previous, history) and _same(previous, file, reading):
        return Decision("unchanged", holder=previous.superseded_by)

    holder = next((entry for entry in history.live_with(file.sha256) if entry.reading == reading), None)
    if holder is None:
        holder = _longer_one(file, reading, history, inbox, contents)
    if holder is not None:
        if previous is not None and previous.sha256 == file.sha256:
            return Decision("unchanged", holder=holder.load_id)
        return Decision("duplicate", _ended(_orphans(file, history, inbox)), holder.load_id)

    ended = _ended(_orphans(file, history, inbox))
    ended += tuple((entry.load_id, "reread") for entry in history.live_with(file.sha256))
    known = {load_id for load_id, _ in ended}
    grown = [load_id for load_id in _shorter_ones(file, history, inbox, contents) if load_id not in known]
    return Decision("load", ended + tuple((load_id, "grown") for load_id in grown))


def _is_counted_by_another(entry: Entry, history: History) -> bool:
    return entry.status == "duplicate" and entry.superseded_by in history.live


def _same(entry: Entry, file: Arrival, reading: str) -> bool:
    return entry.sha256 == file.sha256 and entry.reading == reading


def _ended(load_ids: Sequence[int]) -> tuple[tuple[int, Because], ...]:
    return tuple((load_id, "replaced") for load_id in load_ids)


def _orphans(file: Arrival, history: History, inbox: Inbox) -> list[int]:
    """Live loads of the path's previous content, unless that content is still there under another name."""
    previous = history.latest.get(file.path)
    if previous is None or previous.sha256 == file.sha256:
        return []
    if inbox.paths_of(previous.sha256):
        return []
    return [entry.load_id for entry in history.live_with(previous.sha256)]


def _shorter_ones(file: Arrival, history: History, inbox: Inbox, contents: Contents) -> list[int]:
    """Live loads of which this file holds all bytes at its start."""
    candidates = []
    for entry in history.live.values():
        if not 0 < entry.size < file.size:
            continue
        paths = inbox.paths_of(entry.sha256)
        if not paths or contents.may_begin_with(file.path, paths[0]):
            candidates.append(entry)
    if not candidates:
        return []
    hashes = contents.prefix_hashes(file.path, [entry.size for entry in candidates])
    return [entry.load_id for entry in candidates if hashes.get(entry.size) == entry.sha256]


def _longer_one(file: Arrival, reading: str, history: History, inbox: Inbox, contents: Contents) -> Entry | None:
    """The live load whose file begins with all of this one, so that its rows are there already."""
    previous = history.latest.get(file.path)
    if previous is not None and _same(previous, file, reading) and previous.superseded_because == "grown":
        successor = history.live.get(previous.superseded_by or 0)
        if successor is not None:
            return successor
    if file.size == 0:
        return None
    for entry in history.live.values():
        if entry.size <= file.size or entry.reading != reading:
            continue
        for path in inbox.paths_of(entry.sha256)[:1]:
            if not contents.may_begin_with(path, file.path):
                continue
            if contents.prefix_hashes(path, [file.size]).get(file.size) == file.sha256:
                return entry
    return None
