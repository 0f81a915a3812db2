"""Companies with some kinds of source only: the demo's files in, a published workspace for each subset of kinds out."""

from __future__ import annotations

import csv
import fcntl
import shutil
from collections.abc import Collection
from itertools import combinations
from pathlib import Path

import yaml

from demo import generate
from tests.quick_run import load_build_publish

# Kind of source -> the sources of the demo's cx.yml that are of it.
KINDS = {
    "orders": ("shop_orders",),
    "web": ("web",),
    "survey": ("relationship_survey", "outcomes_survey", "touch_survey"),
    "tickets": ("helpdesk",),
    "mentions": ("listening",),
}
NAMING = ("data_source", "survey_id")  # columns of mappings that hold a source's name
SUBSETS = tuple(chosen for size in range(len(KINDS) + 1) for chosen in combinations(KINDS, size))
CUSTOMERS = 300


def name_of(kinds: Collection[str]) -> str:
    """A subset as one word."""
    return "-".join(kinds) or "nothing"


def build_subset(folder: Path, kinds: Collection[str]) -> Path:
    """Publish the company that has only sources of `kinds`; whoever comes second finds it done."""
    root = folder / name_of(kinds)
    with (folder / "subsets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = folder / "whole"
        if not whole.exists():
            generate(whole, customers=CUSTOMERS)
        if not (root / "published" / "CURRENT.json").is_file():
            shutil.rmtree(root, ignore_errors=True)
            _write(whole, root, kinds)
            load_build_publish(root)
    return root


def _write(whole: Path, root: Path, kinds: Collection[str]) -> None:
    """The same company, of which only some sources are connected."""
    config = yaml.safe_load((whole / "cx.yml").read_text(encoding="utf-8"))
    # cx.yml names at least one source: the company without any kind has connected one that never delivered a file.
    kept = {source for kind in kinds for source in KINDS[kind]} or {"shop_orders"}
    config["sources"] = [source for source in config["sources"] if source["name"] in kept]
    config["revenue_from"] = [source for source in config["revenue_from"] if source in kept]
    root.mkdir()
    (root / "cx.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    (root / "mappings").mkdir()
    for file in (whole / "mappings").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines)
        # A mapping may name no source that is not connected.
        naming = [at for at, column in enumerate(header) if column in NAMING]
        rows = [row for row in rows if all(row[at] in ("", *kept) for at in naming)]
        with (root / "mappings" / file.name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])
    if kinds:
        shutil.copytree(whole / "inbox", root / "inbox")
