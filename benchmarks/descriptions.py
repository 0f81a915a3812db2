"""Records of a described vendor, from their file into raw, beside the same paths in one SELECT of plain DuckDB SQL.

Run by `python -m benchmarks.descriptions`. Both write the canonical columns and the whole record into a database on
disk; plain SQL checks nothing: no line numbers, no rejects, no ledger. Two more ways show the parts of that work: the
record alone, which is all that Segment's own reader landed before it was described (staging took the paths of it, in
every build), and every path alone, each once. From a file of a million of these calls to staging, both took as long,
in three turns on a quiet machine (medians): that reader 2.9 s of the processor and its staging 10.8 s, together 13.7;
the description 6.0 s and its staging 7.5 s, together 13.3. A later build takes the staging alone.
Each run is a process of its own. The ways take turns, and a speed is compared within a turn: another process on the
machine then slows all of them. Seconds of the processor, which count all threads, depend less on it.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import duckdb
from rich.console import Console
from rich.table import Table

from ingestion import load_source, prepare
from ingestion.vendors.description import description
from workspace import load_workspace

# Vendor -> kind and entity, and a record as SQL of `n`.
RECORDS: Final = {
    "hubspot": (
        "crm/contacts",
        """to_json({
            id: n::varchar,
            properties: {
                createdate: strftime(timestamp '2026-01-01' + to_seconds(n), '%Y-%m-%dT%H:%M:%S.000Z'),
                email: 'person' || n || '@company' || (n % 5000) || '.example',
                firstname: 'First' || (n % 700), lastname: 'Last' || (n % 9000),
                phone: '+49 30 ' || (1000000 + n), mobilephone: null::varchar,
                lifecyclestage: ['lead', 'customer', 'opportunity'][n % 3 + 1],
                lastmodifieddate: strftime(timestamp '2026-02-01' + to_seconds(n), '%Y-%m-%dT%H:%M:%S.000Z'),
                hs_object_id: n::varchar
            },
            createdAt: strftime(timestamp '2026-01-01' + to_seconds(n), '%Y-%m-%dT%H:%M:%S.000Z'),
            updatedAt: strftime(timestamp '2026-02-01' + to_seconds(n), '%Y-%m-%dT%H:%M:%S.000Z'),
            archived: n % 50 = 0
        })""",
    ),
    # Calls of the same shape, of which the time has another name.
    "rudderstack": (
        "web/events",
        """to_json({
            type: ['page', 'track', 'track'][n % 3 + 1],
            event: ['Product Viewed', 'Order Completed'][n % 2 + 1],
            messageId: 'm-' || n, anonymousId: 'a-' || (n % 90000),
            userId: case when n % 4 = 0 then 'u-' || (n % 40000) end,
            originalTimestamp: strftime(timestamp '2026-01-01' + to_seconds(n), '%Y-%m-%dT%H:%M:%S.000Z'),
            properties: {url: 'https://shop.example/p/' || (n % 700), value: n % 90, referrer: 'https://search.example/'},
            context: {
                page: {url: 'https://shop.example/p/' || (n % 700), path: '/p/' || (n % 700)},
                campaign: {source: 'newsletter', medium: 'email', name: 'spring'},
                userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Browser/' || (n % 30)
            }
        })""",
    ),
    "segment": (
        "web/events",
        """to_json({
            type: ['page', 'track', 'track'][n % 3 + 1],
            event: ['Product Viewed', 'Order Completed'][n % 2 + 1],
            messageId: 'm-' || n, anonymousId: 'a-' || (n % 90000),
            userId: case when n % 4 = 0 then 'u-' || (n % 40000) end,
            timestamp: strftime(timestamp '2026-01-01' + to_seconds(n), '%Y-%m-%dT%H:%M:%S.000Z'),
            properties: {url: 'https://shop.example/p/' || (n % 700), value: n % 90, referrer: 'https://search.example/'},
            context: {
                page: {url: 'https://shop.example/p/' || (n % 700), path: '/p/' || (n % 700)},
                campaign: {source: 'newsletter', medium: 'email', name: 'spring'},
                userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Browser/' || (n % 30)
            }
        })""",
    ),
}


_AT_ONCE: Final = "SQL, all paths at once"
_RECORD_ALONE: Final = "SQL, the record alone"
_PATHS_ALONE: Final = "SQL, the paths alone"
_WAYS: Final = (_RECORD_ALONE, _PATHS_ALONE, "SQL, path by path", _AT_ONCE, "description")


def write_records(vendor: str, path: Path, number: int) -> None:
    """JSON lines in the vendor's shape."""
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {RECORDS[vendor][1]} from range({number}) as numbers (n)) to '{path}'"
            " (format csv, header false, quote '', escape '', delimiter e'\\x01')"
        )


def land(vendor: str, path: Path, root: Path) -> int:
    """Load the file by the vendor's description; returns its rows."""
    kind, _, entity = RECORDS[vendor][0].partition("/")
    (root / "inbox").mkdir()
    (root / "mappings").mkdir()
    path.rename(root / "inbox" / path.name)
    source = {"name": "s", "kind": kind, "vendor": vendor, "entity": entity, "path": "inbox/*"}
    config = {"company": "Bench", "timezone": "UTC", "currency": "EUR", "sources": [source]}
    (root / "cx.yml").write_text(json.dumps(config))  # JSON is YAML
    heads = {
        "touchpoint_types": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction",
        "channels": "data_source,utm_source,utm_medium,channel,presence,method",
    }
    for name, head in heads.items():
        (root / "mappings" / f"{name}.csv").write_text(f"{head}\n")
    workspace = load_workspace(root)
    prepare(workspace)
    clocks = _clocks()
    loaded = load_source(workspace, "s", run_id="bench").loaded
    _report(clocks, loaded)
    return loaded


def select(vendor: str, path: Path, root: Path, *, at_once: bool) -> None:
    """The same paths in one SELECT: each by itself as one writes it by hand, or all of a record `at_once`."""
    entity = description(vendor).entities[RECORDS[vendor][0]]
    paths = [one for column in entity.columns.values() for one in column.path]
    paths += [entity.attributes] if entity.attributes != "$" else []
    paths += [entity.deleted.path] if entity.deleted else []
    listed = ", ".join(f"'{one}'" for one in paths)
    columns = (
        f"json_extract_string(json, [{listed}]) as found"
        if at_once
        else ", ".join(f"json_extract_string(json, '{one}') as c{nth}" for nth, one in enumerate(paths))
    )
    taken = ", ".join(f"found[{nth}] as c{nth}" for nth in range(1, len(paths) + 1)) if at_once else "* exclude (json)"
    with duckdb.connect(str(root / "plain.duckdb")) as connection:
        connection.execute("set memory_limit = '1200MB'; set preserve_insertion_order = false")
        clocks = _clocks()
        connection.execute(
            f"""create table records as
            select {taken}, json::varchar as record
            from (select json, {columns} from read_json_objects('{path}', format = 'newline_delimited'))"""
        )
        (rows,) = connection.execute("select count(*) from records").fetchall()[0]
        connection.execute("checkpoint")
        _report(clocks, rows)


def select_part(vendor: str, path: Path, root: Path, *, is_record: bool) -> None:
    """The record alone, seen to be JSON; or every path that the description reads, each once, without the record."""
    entity = description(vendor).entities[RECORDS[vendor][0]]
    paths = list(dict.fromkeys(one for column in entity.columns.values() for one in column.paths))
    listed = ", ".join(f"'{one}'" for one in paths)
    taken = ", ".join(f"found[{nth}] as c{nth}" for nth, _ in enumerate(paths, start=1))
    columns = "json::varchar as record" if is_record else taken
    with duckdb.connect(str(root / "plain.duckdb")) as connection:
        connection.execute("set memory_limit = '1200MB'; set preserve_insertion_order = false")
        clocks = _clocks()
        connection.execute(
            f"""create table records as
            select {columns}
            from (
                select json, json_extract_string(json, [{listed}]) as found
                from read_json_objects('{path}', format = 'newline_delimited')
            )"""
        )
        (rows,) = connection.execute("select count(*) from records").fetchall()[0]
        connection.execute("checkpoint")
        _report(clocks, rows)


def _clocks() -> tuple[float, float]:
    """The time on the wall, and what the process has used of the processor."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def _report(before: tuple[float, float], rows: int) -> None:
    seconds, processor = (now - then for now, then in zip(_clocks(), before, strict=True))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "processor": processor, "rows": rows, "megabytes": megabytes}))


def main() -> None:
    """Measure every vendor and way, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.descriptions", description=__doc__)
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each way; the median is reported")
    parser.add_argument("--child", nargs=3, metavar=("WAY", "VENDOR", "RECORDS"), help=argparse.SUPPRESS)
    parser.add_argument("--vendor", nargs="+", choices=tuple(RECORDS), help="these alone")
    options = parser.parse_args()
    if options.child:
        _child(*options.child)
        return
    table = Table(
        "vendor", "by", "records", "seconds", "processor s", "records/s", "of SQL at once", "by processor", "peak MB"
    )
    for vendor in options.vendor or RECORDS:
        turns = [{way: _measure(way, vendor, options.records) for way in _WAYS} for _ in range(options.repeat)]
        for way in _WAYS:
            seconds, processor, rows, megabytes = (
                statistics.median(turn[way][measure] for turn in turns)
                for measure in ("seconds", "processor", "rows", "megabytes")
            )
            table.add_row(
                vendor,
                way,
                f"{rows:,.0f}",
                f"{seconds:.1f}",
                f"{processor:.1f}",
                f"{rows / seconds:,.0f}",
                *(
                    f"{statistics.median(turn[_AT_ONCE][clock] / turn[way][clock] for turn in turns):.2f}"
                    for clock in ("seconds", "processor")
                ),
                f"{megabytes:,.0f}",
            )
    Console().print(table)


def _measure(way: str, vendor: str, records: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.descriptions", "--child", way, vendor, str(records)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(ended.stdout.strip().splitlines()[-1])
    return measured


def _child(way: str, vendor: str, records: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        path = root / "records.jsonl"
        write_records(vendor, path, int(records))
        if way == "description":
            (root / "company").mkdir()
            land(vendor, path, root / "company")
        elif way in (_RECORD_ALONE, _PATHS_ALONE):
            select_part(vendor, path, root, is_record=way == _RECORD_ALONE)
        else:
            select(vendor, path, root, at_once=way == _AT_ONCE)


if __name__ == "__main__":
    main()
