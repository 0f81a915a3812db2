"""A company of so many touchpoints, kept in a folder, and a day's files for it.

In: how many touchpoints; out: a workspace as the demo generator writes it, and, in its inbox, what arrives on one day.
The day is made of the newest records that the company has, of all sources that bring most of its touchpoints, moved to
its last day under names of their own: shares of sources, people and hours are those of the company. A few are late:
they arrive on the day, and happened up to a week before it. Identify calls join devices that nobody was known by with
people who are known, so that older touchpoints change their person.
"""

from __future__ import annotations

import csv
import heapq
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from demo import generate
from workspace import load_workspace

TOUCHPOINTS_OF_A_PERSON: Final = 25
NEW_SHARE: Final = 0.01
LATE_SHARE: Final = 0.02
LATEST: Final = 7  # days
REKEYED: Final = 300
OF_THE_DAY: Final = "of-the-day"

_CALL: Final = re.compile(r'"type": "(?:page|track)".*"timestamp": "(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)')
# Crawlers' calls come without it, and are set aside.
_SENT_BY_SHOP: Final = '"library"'
_IS_TIME: Final = re.compile(r"(?!2099)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
# Each customer once, in an order that has nothing to do with how long they have been there.
_DEVICES: Final = """
    select found
    from (
        select {column} as found
        from read_json(
            $files, columns = {{'type': 'varchar', 'anonymousId': 'varchar', 'userId': 'varchar'}},
            format = 'newline_delimited', ignore_errors = true
        )
        where "anonymousId" is not null
        group by "anonymousId"
        having {having}
    )
    group by found
    order by md5(found)
    limit {limit}
"""


@dataclass(frozen=True)
class Day:
    """How much arrives on one day.

    Attributes:
        new: records that are touchpoints, the late ones among them.
        late: of these, how many happened before the day.
        rekeyed: people who are identified late.
    """

    new: int
    late: int
    rekeyed: int


@dataclass(frozen=True)
class Table:
    """A CSV source of the demo company.

    Attributes:
        times: columns that say when a record was, the first of them as reports take it.
        ids: columns that name a record.
    """

    files: str
    times: tuple[str, ...]
    ids: tuple[str, ...] = ()
    delimiter: str = ","
    n_heads: int = 1


WEB: Final = "web/events-*.jsonl"
TABLES: Final = (
    Table("orders/orders-*.csv", ("Ordered At",), ("Order Number",)),
    Table("interactions/interactions-*.csv", ("Happened At",), delimiter=";"),
    Table("surveys/touch-*.csv", ("StartDate", "EndDate", "RecordedDate"), ("ResponseId",), n_heads=3),
)


class Call(NamedTuple):
    """A call of the web shop: when it was, as its vendor writes it, and its line."""

    at: str
    line: str


class Row(NamedTuple):
    """A row of a table: when it was, as its vendor writes it, and its cells under the names in the head."""

    at: str
    table: Table
    head: tuple[str, ...]
    cells: tuple[str, ...]


Found = Call | Row


def day_of(touchpoints: int, *, new: int | None = None, rekeyed: int = REKEYED) -> Day:
    """How much arrives on a day of a company with so much history.

    Args:
        new: how many touchpoints are new; None is 1% of the history.
        rekeyed: how many people are identified late, at every size.
    """
    count = round(touchpoints * NEW_SHARE) if new is None else new
    return Day(new=count, late=round(count * LATE_SHARE), rekeyed=rekeyed)


def happened_on(day: date, nth: int, shape: Day) -> date:
    """When the nth of the new records happened. Late ones lie evenly among them, one to seven days late in turns."""
    before, after = nth * shape.late // shape.new, (nth + 1) * shape.late // shape.new
    return day - timedelta(days=1 + before % LATEST) if after > before else day


def history(folder: Path, touchpoints: int) -> Path:
    """A company of about so many touchpoints in `folder`, generated where it is not there yet."""
    root = folder / f"touchpoints-{touchpoints}" / "company"
    finished = root.parent / "generated"
    if not finished.exists():
        shutil.rmtree(root, ignore_errors=True)
        generate(root, customers=max(1, round(touchpoints / TOUCHPOINTS_OF_A_PERSON)))
        finished.touch()
    return root


def bring_day(root: Path, shape: Day, *, next_day: bool = False) -> None:
    """Put a day's files into the inbox of a company.

    Args:
        next_day: the day after the one that cx.yml names, which cx.yml names from then on; else that one.
    """
    day = load_workspace(root).config.as_of
    assert day is not None
    if next_day:
        config, day = root / "cx.yml", day + timedelta(days=1)
        text = config.read_text(encoding="utf-8")
        config.write_text(re.sub(r"(?m)^as_of: \S+", f"as_of: {day.isoformat()}", text), encoding="utf-8")
    inbox = root / "inbox"
    calls: list[str] = []
    rows: dict[str, list[list[str]]] = {table.files: [] for table in TABLES}
    for nth, found in enumerate(newest(inbox, shape.new)):
        on = happened_on(day, nth, shape)
        if isinstance(found, Call):
            calls.append(call_of_the_day(found.line, nth, on=on, day=day))
        else:
            rows[found.table.files].append(row_of_the_day(found, nth, on=on))
    devices, customers = _strangers(inbox, shape.rekeyed), _known(inbox, shape.rekeyed)
    if min(len(devices), len(customers)) < shape.rekeyed:
        raise SystemExit(f"The company has too few people for {shape.rekeyed} who are identified late.")
    pairs = zip(devices, customers, strict=True)
    calls += [identify(device, customer, nth, day) for nth, (device, customer) in enumerate(pairs)]
    _file(inbox, WEB).write_text("\n".join(calls) + "\n", encoding="utf-8")
    for table in TABLES:
        with _file(inbox, table.files).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=table.delimiter, lineterminator="\n")
            writer.writerows([*_heads(_latest(inbox, table.files), table), *rows[table.files]])


def take_day_away(root: Path) -> None:
    """Take a day's files out of the inbox again."""
    for files in (WEB, *(table.files for table in TABLES)):
        _file(root / "inbox", files).unlink(missing_ok=True)


def newest(inbox: Path, count: int) -> list[Found]:
    """The newest records of the newest file of each source that are touchpoints, in the order of their times."""
    found = heapq.nlargest(count, _records(inbox), key=lambda record: record.at)
    if len(found) < count:
        raise SystemExit(f"The newest files of the company have {len(found)} touchpoints, a day has {count}.")
    return found[::-1]


def call_of_the_day(line: str, nth: int, *, on: date, day: date) -> str:
    """A call under a name of its own, at its hour of the day `on`, received on `day`."""
    call = json.loads(line)
    times = {key: _moved(call[key], on) for key in ("timestamp", "originalTimestamp", "sentAt")}
    received = {"receivedAt": _moved(call["receivedAt"], day)}
    return json.dumps({**call, **times, **received, "messageId": f"{call['messageId']}-{nth}"})


def row_of_the_day(found: Row, nth: int, *, on: date) -> list[str]:
    """A row under a name of its own, at its hours of the day `on`."""
    cells = dict(zip(found.head, found.cells, strict=True))
    cells |= {name: _moved(cells[name], on) for name in found.table.times}
    cells |= {name: f"{cells[name]}-{nth}" for name in found.table.ids}
    return list(cells.values())


def identify(device: str, customer: str, nth: int, day: date) -> str:
    """The call by which somebody on a device says who they are."""
    at = f"{day.isoformat()}T12:{nth // 60 % 60:02}:{nth % 60:02}.000Z"
    times = dict.fromkeys(("timestamp", "originalTimestamp", "sentAt", "receivedAt"), at)
    ids = {"messageId": f"late-{device}", "anonymousId": device, "userId": customer}
    return json.dumps({"type": "identify", "traits": {}, **ids, **times, "context": {}})


def _records(inbox: Path) -> Iterator[Found]:
    with _latest(inbox, WEB).open(encoding="utf-8") as lines:
        for line in lines:
            call = _CALL.search(line) if _SENT_BY_SHOP in line and line.endswith("}\n") else None
            # A machine whose clock is wrong sends from another century.
            if call and call[1] < "2099":
                yield Call(at=f"{call[1]} {call[2]}", line=line)
    for table in TABLES:
        path = _latest(inbox, table.files)
        head = tuple(_heads(path, table)[0])
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter=table.delimiter)
            for row in islice(rows, table.n_heads, None):
                if len(row) == len(head) and _IS_TIME.fullmatch(at := row[head.index(table.times[0])]):
                    yield Row(at=at, table=table, head=head, cells=tuple(row))


def _strangers(inbox: Path, count: int) -> list[str]:
    """Devices on which nobody ever said who they are, with a few touchpoints each."""
    return _devices(inbox, count, column='"anonymousId"', having='count("userId") = 0 and count(*) > 2')


def _known(inbox: Path, count: int) -> list[str]:
    """Customers who said who they are, each on one device."""
    return _devices(inbox, count, column='max("userId")', having='count(distinct "userId") = 1')


def _devices(inbox: Path, count: int, *, column: str, having: str) -> list[str]:
    files = sorted(map(str, set(inbox.glob(WEB)) - {_file(inbox, WEB)}))
    with duckdb.connect() as connection:
        statement = _DEVICES.format(column=column, having=having, limit=count)
        return [found for (found,) in connection.execute(statement, {"files": files}).fetchall()]


def _latest(inbox: Path, files: str) -> Path:
    """A source's newest file that has not come with the day."""
    return max(path for path in inbox.glob(files) if OF_THE_DAY not in path.name)


def _file(inbox: Path, files: str) -> Path:
    """The file of the day of a source."""
    return inbox / files.replace("*", OF_THE_DAY)


def _heads(path: Path, table: Table) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(islice(csv.reader(file, delimiter=table.delimiter), table.n_heads))


def _moved(time: str, on: date) -> str:
    """The same hour of another day."""
    return on.isoformat() + time[10:]
