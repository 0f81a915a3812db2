"""A workspace with invented people in every position of every kind of file, and a search for where they appear.

Headers are missing, shifted, doubled or hold a person; cells are one too far; delimiters are others; JSON has people as
keys and as values. File names hold nobody: the name that a user gives to a file is not content.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from tests.ingestion.workspaces import write_workspace
from workspace.vocabulary import CSV_ENTITIES

NAME: Final = "Zebedaeus Kanarienvogel"
EMAIL: Final = "canary-7f3a@example.org"
PHONE: Final = "+49 151 00000042"
PLANTED: Final = (NAME, EMAIL, PHONE)
# Any writing of them: in capitals, as a part, with other blanks.
_WRITTEN: Final = re.compile(rb"zebedaeus|kanarienvogel|canary-7f3a|0?151[ /-]?0000 ?0042|15100000042", re.IGNORECASE)
_NO_NAME: Final = re.compile(rb"canary-7f3a|0?151[ /-]?0000 ?0042|15100000042", re.IGNORECASE)

_TIMES: Final = frozenset(
    (
        *("occurred_at", "started_at", "ended_at", "created_at", "updated_at", "closed_at", "date", "answered_at"),
        *("first_reply_at", "solved_at", "posted_at", "replied_at", "amplified_at"),
    )
)
_NUMBERS: Final = frozenset(
    (
        *("amount", "cost", "quantity", "discount", "tax", "shipping", "value", "amount_per_month", "conversions"),
        *("non_conversions", "rating", "results", "engaged_seconds", "scroll_share"),
    )
)
_FLAGS: Final = frozenset(("is_deleted", "is_test"))
_PEOPLE: Final = {"email": EMAIL, "phone": PHONE, "author": NAME, "name": NAME, "respondent": EMAIL}


def plant(root: Path, *, entities: Collection[str] | None = None) -> Path:
    """Write the workspace: a source for every kind of file, each with a sound file and many that are not.

    Args:
        entities: those of delimited files that are wanted, with fewer files each; None for all.
    """
    sources = [
        _delimited(root, kind, entity, is_small=entities is not None)
        for kind, there in CSV_ENTITIES.items()
        for entity in there
        if entities is None or entity in entities
    ]
    sources += [_segment(root), _zendesk(root), _qualtrics(root)]
    mappings = root / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    (mappings / "survey_codebook.csv").write_text(
        "survey_id,question_id,construct,item,pillar,interaction,scale_min,scale_max,reversed\n,Score,nps,rec,,,0,10,\n"
    )
    (mappings / "identity_vetoes.csv").write_text(f"id_type_1,id_1,id_type_2,id_2\nemail,{EMAIL},email,other-{EMAIL}\n")
    return write_workspace(root, *sources)


def hits(text: str | bytes, written: re.Pattern[bytes] = _WRITTEN) -> list[str]:
    """Lines of a text in which somebody who was planted comes up."""
    content = text.encode() if isinstance(text, str) else text
    return [line.decode(errors="replace") for line in content.splitlines() if written.search(line)]


def hits_below(root: Path) -> dict[str, list[str]]:
    """Files of a workspace in which somebody comes up, besides the inbox, the mappings and the private database.

    Databases are searched cell by cell: what they hold is packed. There an address or a number is a hit, not a name: in
    the place of a campaign or a wave it looks like one.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        shown = path.relative_to(root).as_posix()
        if shown.startswith(("inbox/", "mappings/", "warehouse/raw.duckdb")):
            continue
        lines = list(_cells(path)) if path.suffix == ".duckdb" else hits(path.read_bytes())
        if lines:
            found[shown] = [line[:300] for line in lines]
    return found


def _cells(database: Path) -> Iterator[str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        for schema, table in tables:
            rows = connection.execute(f'select to_json(t)::varchar from "{schema}"."{table}" as t').fetchall()
            for (row,) in rows:
                yield from (f"{schema}.{table}: {line}" for line in hits(row, _NO_NAME))


def _delimited(root: Path, kind: str, entity: str, *, is_small: bool) -> dict[str, Any]:
    name = f"{kind}_{entity}"
    header = [*CSV_ENTITIES[kind][entity].columns, "Score", "Remark"]
    sound = [_record(header, number) for number in range(1, 9)]
    marked = [
        [*row[:at], PLANTED[at % 3], *row[at + 1 :]] for at in range(len(header)) for row in [_record(header, at)]
    ]
    files = {
        "sound": [header, *sound],
        "no_header": [[PLANTED[at % 3] for at in range(len(header))], *sound],
        "no_header_names_only": [[NAME] * len(header), *sound],
        "no_header_mixed": [[*_record(header, 1)[:-1], NAME], *sound],
        "person_in_the_header": [[*header[:-2], EMAIL, PHONE], *sound],
        "name_in_the_header": [[*header[:-1], NAME], *sound],
        "doubled_header": [[*header[:-2], NAME, NAME], *sound],
        "everywhere": [header, *marked],
        "one_too_far": [header, *([NAME, *row[:-1]] for row in sound), *([EMAIL, *row[:-1]] for row in sound)],
        "one_too_many": [header, *([*row, EMAIL] for row in sound)],
        **{
            f"header_person_at_{at}": [[*header[:at], PLANTED[at % 3], *header[at + 1 :]], *sound]
            for at in range(0 if is_small else len(header) - 2)
        },
    }
    folder = root / "inbox" / name
    folder.mkdir(parents=True)
    for file, rows in files.items():
        (folder / f"{file}.csv").write_text(_csv(rows))
    (folder / "semicolons.csv").write_text(_csv([[NAME, *header], *([EMAIL, *row] for row in sound)], delimiter=";"))
    (folder / "open_quote.csv").write_text(_csv([header, *sound]) + f'"{NAME},{EMAIL}\n' * 3)
    (folder / "open_header.csv").write_text(f'{NAME},"{EMAIL}\n' + _csv(sound))
    (folder / "latin.csv").write_bytes((_csv([header, *sound]) + f"{NAME} é,{EMAIL}\n").encode("latin-1"))
    (folder / "text.csv").write_text(f"{NAME}\n{EMAIL}\n")
    return {"name": name, "kind": kind, "vendor": "csv", "entity": entity, "path": f"inbox/{name}/*.csv"}


def _record(header: Sequence[str], number: int) -> list[str]:
    """A record whose people stand where they belong."""
    cells = []
    for column in header:
        if column in _TIMES:
            cells.append(f"2026-01-{number % 28 + 1:02d}T10:00:00Z")
        elif column in _NUMBERS or column == "Score":
            cells.append(str(number % 5 + 1))
        elif column in _PEOPLE:
            cells.append(f"{number}-{_PEOPLE[column]}" if column == "respondent" else _PEOPLE[column])
        elif column in _FLAGS:
            cells.append("no")
        elif column == "call":
            cells.append("track")
        elif column in ("text", "Remark"):
            cells.append(f"Please write to {EMAIL} or call {PHONE}.")
        elif column == "url":
            cells.append(f"https://shop.example/help?mail={EMAIL}")
        else:
            cells.append(f"{column}{number}")
    return cells


def _csv(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _segment(root: Path) -> dict[str, Any]:
    folder = root / "inbox" / "site"
    folder.mkdir(parents=True)
    calls: list[Any] = [_call(number) for number in range(1, 9)]
    people: list[Any] = [
        {**_call(10), EMAIL: 1, NAME: "x", PHONE: 2},
        {**_call(11), "event": NAME},
        {**_call(12), "event": EMAIL, "type": NAME},
        {**_call(13), "timestamp": NAME, "anonymousId": EMAIL},
        {**_call(14), "properties": {EMAIL: NAME, "url": f"https://shop.example/{EMAIL}"}},
        {**_call(15), "type": "page", "name": NAME, "context": {"campaign": {"source": EMAIL, "medium": NAME}}},
        {
            "type": "identify",
            "messageId": "i",
            "userId": "u1",
            "traits": {"email": EMAIL, "name": NAME, "phone": PHONE},
        },
        NAME,
        [EMAIL],
    ]
    lines = "".join(json.dumps(call) + "\n" for call in calls)
    (folder / "a.jsonl").write_text(lines)
    (folder / "b.jsonl").write_text("".join(json.dumps(one) + "\n" for one in people))
    (folder / "c.jsonl").write_text(f'{{"{EMAIL}": {NAME}\n' + lines)
    (folder / "d.jsonl").write_text(f"{NAME} {EMAIL}\n")
    (folder / "e.jsonl").write_text(json.dumps({EMAIL: NAME}) + "\n")
    return {"name": "site", "kind": "web", "vendor": "segment", "path": "inbox/site/*.jsonl"}


def _call(number: int) -> dict[str, Any]:
    time = f"2026-01-{number:02d}T10:00:00Z"
    return {
        **{"type": "track", "messageId": f"m{number}", "anonymousId": f"a{number}"},
        **{"event": "Product Viewed", "timestamp": time},
    }


def _zendesk(root: Path) -> dict[str, Any]:
    folder = root / "inbox" / "desk"
    folder.mkdir(parents=True)
    tickets = [
        {"id": number, "requester_id": 7, "via": {"channel": "email"}, "created_at": f"2026-01-{number:02d}T10:00:00Z"}
        for number in range(1, 9)
    ]
    (folder / "a.json").write_text(json.dumps({"tickets": tickets}))
    (folder / "b.json").write_text(
        json.dumps(
            {
                "tickets": [
                    {**tickets[0], "id": 20, EMAIL: NAME, "via": {"channel": NAME}},
                    {**tickets[0], "id": NAME, "created_at": EMAIL, "status": NAME},
                ],
                EMAIL: [{"name": NAME}],
                NAME: [{"x": 1}],
            }
        )
    )
    (folder / "c.json").write_text(f'{{"tickets": [{{"id": 1, "{EMAIL}": {NAME}}}]}}')
    (folder / "d.json").write_text(json.dumps([NAME, EMAIL]))
    return {"name": "desk", "kind": "service", "vendor": "zendesk", "path": "inbox/desk/*.json"}


def _qualtrics(root: Path) -> dict[str, Any]:
    folder = root / "inbox" / "experience"
    folder.mkdir(parents=True)
    ids = ["_recordId", "recordedDate", "recipientEmail", "QID1"]
    rows = [["R_1", "2026-01-05 10:00:00", EMAIL, "9"], ["R_2", "2026-01-06 10:00:00", EMAIL, "7"]]

    def text(ids: Sequence[str], *, names: Sequence[str], **more: str) -> str:
        return _csv([names, names, [json.dumps({"ImportId": one, **more}) for one in ids], *rows])

    (folder / "a.csv").write_text(text(ids, names=ids))
    (folder / "b.csv").write_text(text([*ids[:3], NAME], names=[*ids[:3], NAME]))
    (folder / "c.csv").write_text(text([*ids[:3], EMAIL], names=[NAME, EMAIL, PHONE, "Q"]))
    (folder / "d.csv").write_text(text(ids, names=ids, timeZone=NAME))
    (folder / "e.csv").write_text(_csv([[NAME, EMAIL, PHONE, "9"]] * 5))
    return {"name": "experience", "kind": "survey", "vendor": "qualtrics", "path": "inbox/experience/*.csv"}
