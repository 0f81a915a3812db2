"""A workspace on the disk as its owner sees it: files of records, cx.yml, mappings, and what has not arrived yet.

In: a folder with the whole history of a small company. Out: the same company, of which a part is held back, and ways to
change its files. All formats that the two simulated companies write are read into records and written back.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from workspace import load_workspace
from workspace.errors import WorkspaceError

Record = dict[str, Any]
# Canonical names of vendors whose records are not described in cx.yml: those that changes ask for.
VENDOR_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "segment": {"event_id": "messageId", "person_id": "anonymousId", "customer_id": "userId"},
    "zendesk": {"ticket_id": "id", "requester_id": "requester_id", "updated_at": "updated_at"},
    "qualtrics": {"respondent": "ResponseId", "customer_id": "ExternalReference", "answered_at": "RecordedDate"},
}
VENDOR_ENTITIES: Final = {"segment": "calls", "zendesk": "tickets", "qualtrics": "responses"}
# What tells records of an entity apart.
KEYS: Final[Mapping[str, str]] = {
    "orders": "order_id",
    "contacts": "customer_id",
    "deals": "deal_id",
    "leads": "lead_id",
    "accounts": "account_id",
    "tickets": "ticket_id",
    "mentions": "mention_id",
    "calls": "event_id",
    "responses": "respondent",
    "events": "event_id",
    "wide": "respondent",
}
QUALTRICS_HEADER: Final = 3
_TIMES: Final = ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S")


@dataclass
class Records:
    """A file's records, and what is written around them."""

    rows: list[Record]
    names: list[str] = field(default_factory=list)
    head: list[list[str]] = field(default_factory=list)
    around: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceFiles:
    """A source of cx.yml: its options, and how its files are read and written."""

    root: Path
    options: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.options["name"])

    @property
    def entity(self) -> str:
        return str(self.options.get("entity") or VENDOR_ENTITIES[self.options["vendor"]])

    @property
    def files(self) -> list[Path]:
        """What is in the inbox now, in the order of the names."""
        return sorted(self.root.glob(self.options["path"]))

    def column(self, canonical: str) -> str:
        """The name that the files have for a canonical column; the canonical one where nothing else is said."""
        own = VENDOR_COLUMNS.get(self.options["vendor"]) or self.options.get("columns") or {}
        return str(own.get(canonical, canonical))

    @property
    def key(self) -> str | None:
        """The column that tells records apart; None where the entity has none."""
        return self.column(KEYS[self.entity]) if self.entity in KEYS else None

    def read(self, path: Path) -> Records:
        """The records of one file."""
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            return Records(list(_whole_lines(text)))
        if path.suffix == ".json":
            document = json.loads(text)
            return Records(document.pop("tickets"), around=document)
        lines = list(csv.reader(io.StringIO(text), delimiter=self._delimiter))
        n_head = QUALTRICS_HEADER if self.options["vendor"] == "qualtrics" else 1
        names = lines[0]
        # A row with too few or too many cells is broken on purpose: it holds no record.
        whole = [line for line in lines[n_head:] if len(line) == len(names)]
        return Records([dict(zip(names, line, strict=True)) for line in whole], names, lines[:n_head])

    def write(self, path: Path, records: Records) -> None:
        """Write records as the source's files are written."""
        if path.suffix == ".jsonl":
            text = "".join(json.dumps(row) + "\n" for row in records.rows)
        elif path.suffix == ".json":
            text = json.dumps({"tickets": records.rows, **records.around, "count": len(records.rows)})
        else:
            out = io.StringIO()
            writer = csv.writer(out, delimiter=self._delimiter, lineterminator="\n")
            writer.writerows(records.head)
            writer.writerows([row.get(name, "") for name in records.names] for row in records.rows)
            text = out.getvalue()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def all_rows(self) -> list[Record]:
        """Every record that is in the inbox, file by file."""
        return [row for path in self.files for row in self.read(path).rows]

    def new_file(self, mark: str) -> Path:
        """A path beside the newest file that the source's pattern finds, too; it sorts after that file."""
        newest = self.files[-1]
        number = len(self.files)
        return newest.with_name(f"{newest.stem.split('~')[0]}~{mark}{number}{newest.suffix}")

    def bring(self, rows: Sequence[Record], *, like: Path, mark: str) -> Path:
        """Write records into a new file that has the columns of `like`, and those that records have besides."""
        shape = self.read(like)
        further = list(dict.fromkeys(name for row in rows for name in row if name not in shape.names))
        names, head = shape.names + further, [[*line, *further] for line in shape.head]
        path = self.new_file(mark)
        self.write(path, Records(list(rows), names if shape.names else [], head, shape.around))
        return path

    @property
    def _delimiter(self) -> str:
        return str(self.options.get("delimiter", ","))


@dataclass
class Company:
    """A workspace in `root` and what has not arrived.

    Attributes:
        last_day: on which its history ends.
        late: records of files that arrive later, or files that do so as a whole.
        unused: sources that are not in cx.yml yet, or no more, with their lines of the mappings.
        joined: customers of whom a contact said that they are one person.
    """

    root: Path
    last_day: date
    late: list[tuple[str, Path, Records]] = field(default_factory=list)
    unused: list[tuple[dict[str, Any], Mapping[Path, list[Record]]]] = field(default_factory=list)
    joined: list[tuple[str, str]] = field(default_factory=list)

    @property
    def configuration(self) -> dict[str, Any]:
        """cx.yml as it is."""
        loaded: dict[str, Any] = YAML(typ="safe").load((self.root / "cx.yml").read_text(encoding="utf-8"))
        return loaded

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """Write cx.yml."""
        with (self.root / "cx.yml").open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(dict(configuration), file)

    @property
    def sources(self) -> list[SourceFiles]:
        """The sources of cx.yml that have files."""
        found = [SourceFiles(self.root, options) for options in self.configuration["sources"]]
        return [source for source in found if source.files]

    def of_entity(self, *entities: str) -> list[SourceFiles]:
        """The sources of some entities; of all of them where none is named."""
        return [source for source in self.sources if not entities or source.entity in entities]

    def hold_back(self, dice: random.Random) -> None:
        """Take away what shall arrive later: whole files, rows of files, and one survey with all of its files."""
        surveys = [source.name for source in self.sources if source.options["kind"] == "survey"]
        if len(surveys) > 1:
            self.leave_out(dice.choice(surveys))
        for source in self.sources:
            for number, path in enumerate(source.files):
                draw = dice.random()
                # A source without any file is a fault of the company.
                if draw < 0.3 and number > 0:
                    self.late.append((source.name, path, source.read(path)))
                    path.unlink()
                elif draw < 0.6:
                    records = source.read(path)
                    late = [row for row in records.rows if dice.random() < 0.3]
                    if late and len(late) < len(records.rows):
                        self.late.append((source.name, path, replace(records, rows=late)))
                        records.rows = [row for row in records.rows if row not in late]
                        source.write(path, records)
        dice.shuffle(self.late)

    def mapping(self, name: str) -> Path:
        """Where a mapping is, or would be."""
        return self.root / "mappings" / f"{name}.csv"

    def leave_out(self, name: str) -> None:
        """Take a source and what the mappings say of it out of the configuration; its files stay where they are."""
        configuration = self.configuration
        options = next(source for source in configuration["sources"] if source["name"] == name)
        configuration["sources"].remove(options)
        self.configure(configuration)
        taken: dict[Path, list[Record]] = {}
        for path in sorted((self.root / "mappings").glob("*.csv")):
            names, rows = read_mapping(path)
            taken[path] = [row for row in rows if name in (row.get("data_source"), row.get("survey_id"))]
            write_mapping(path, names, [row for row in rows if row not in taken[path]])
        self.unused.append((options, taken))

    def take_in(self, place: int, options: dict[str, Any], lines: Mapping[Path, list[Record]]) -> None:
        """Put a source that was left out into cx.yml, at a place of the list, and its lines into the mappings."""
        configuration = self.configuration
        configuration["sources"].insert(place, options)
        self.configure(configuration)
        for path, rows in lines.items():
            names, others = read_mapping(path)
            write_mapping(path, names, [*others, *rows])

    def try_out(self, edit: Callable[[], None], *paths: Path) -> bool:
        """Make an edit of cx.yml or of mappings; take it back where the workspace would be refused.

        Args:
            edit: writes files of the workspace.
            paths: the files that it may write.

        Returns:
            Whether the edit stands.
        """
        before = {path: path.read_bytes() if path.is_file() else None for path in paths}
        edit()
        if before == {path: path.read_bytes() if path.is_file() else None for path in paths}:
            return False
        try:
            load_workspace(self.root)
        except WorkspaceError:
            for path, content in before.items():
                if content is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_bytes(content)
            return False
        return True


def _whole_lines(text: str) -> Iterator[Record]:
    """The records of JSON lines; a line that broke off is none."""
    for line in text.splitlines():
        with suppress(json.JSONDecodeError):
            yield json.loads(line)


def read_mapping(path: Path) -> tuple[list[str], list[Record]]:
    """Names of the columns and the lines of a mapping; none of both where there is no such file."""
    if not path.is_file():
        return [], []
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return list(reader.fieldnames or ()), list(reader)


def write_mapping(path: Path, names: Sequence[str], rows: Sequence[Record]) -> None:
    """Write a mapping."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def shown(path: Path) -> str:
    """A file's name with its folder's, which tells sources apart."""
    return f"{path.parent.name}/{path.name}"


def some(dice: random.Random, items: Sequence[Any], most: int) -> list[Any]:
    """One to `most` of the items, or none where there are none."""
    return dice.sample(list(items), k=min(len(items), dice.randint(1, most)))


def later(text: str, dice: random.Random, *, days: int = 60) -> str:
    """A time in the way it was written, up to so many days later; unchanged where the text is not a time."""
    for form in _TIMES:
        try:
            moment = datetime.strptime(text, form)
        except ValueError:
            continue
        moment += timedelta(seconds=dice.randrange(1, days * 86400))
        written = moment.strftime(form)
        return written if "%f" not in form else f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
    return text


def changed(row: Record, **values: Any) -> Record:
    """A record with some other values."""
    return {**row, **values}


def with_deletion(rows: Sequence[Record]) -> Iterator[Record]:
    """The records, each marked as deleted at the vendor."""
    return (changed(row, is_deleted="true") for row in rows)
