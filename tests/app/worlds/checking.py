"""Pages of random worlds, read sentence by sentence. In: a demo, seeds and pages. Out: what was read and is untrue.

Not read: what charts and tables draw, the colour of a change, sentences that say of all things that they are too few,
and the pages before, quality, definitions and metrics. Of a claim that something is proven, the numbers, the order and
the size are read; intervals are tested where they are computed.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from streamlit.testing.v1 import AppTest

from app.shell.drawers import OPEN
from tests.app.conftest import address
from tests.app.worlds import forms  # noqa: F401  (registers the readers)
from tests.app.worlds.collecting import Said, said_by
from tests.app.worlds.grammar import read
from tests.app.worlds.making import World, make_world, random_filters
from tests.app.worlds.reading import Reading

REPOSITORY: Final = Path(__file__).resolve().parents[3]
# Pages of which every headline, title, number and change has a reader.
PAGES: Final = ("today", "who", "corners", "journey", "outcomes", "expectations")
# Seconds: the first page of each kind is planned, which takes minutes where others use the machine, too.
LONGEST: Final = 900
# What must be read; of the small print, only what a form knows is.
MUST: Final = ("title", "header", "card", "delta")
# A page's drawers, once it was opened.
_drawers: dict[str, list[str]] = {}


@dataclass(frozen=True, kw_only=True)
class Untrue:
    """A sentence that a world makes untrue, or that no reader knows."""

    seed: int
    page: str
    chosen: Mapping[str, str]
    said: Said
    kind: str
    why: tuple[str, ...]

    def __str__(self) -> str:
        name = f" [{self.said.name}]" if self.said.name else ""
        return (
            f"world {self.seed}, {self.page}, {dict(self.chosen)}\n  {self.said.kind}{name}: "
            f"{self.said.text}\n  {self.kind or 'no reader'}: {'; '.join(self.why)}"
        )


@dataclass
class Account:
    """What was read so far."""

    worlds: int = 0
    pages: int = 0
    read: Counter[str] = field(default_factory=Counter)
    untrue: list[Untrue] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = "\n".join(f"  {number:>7,}  {kind}" for kind, number in self.read.most_common())
        wrong = "\n".join(map(str, self.untrue))
        return (
            f"{self.worlds} worlds, {self.pages} pages, {self.read.total():,} sentences and numbers read, "
            f"{len(self.untrue)} untrue or without a reader\n{kinds}\n{wrong}"
        )


def check_world(demo: Path, folder: Path, seed: int, *, pages: Sequence[str], each: int, account: Account) -> None:
    """Make a world, open some of its pages with random filters, and read what they say; the world is gone afterwards.

    Args:
        pages: names of pages; `each` of them are opened, chosen by the seed.
    """
    world = make_world(demo, folder, seed)
    chance = random.Random(seed + 1_000_000)
    account.worlds += 1
    try:
        for page in chance.sample(list(pages), min(each, len(pages))):
            chosen = random_filters(world, chance)
            _set_workspace(world.root)
            account.pages += 1
            account.untrue += _check(world, page, chosen, account.read)
    finally:
        shutil.rmtree(world.root)


def _set_workspace(root: Path) -> None:
    import os

    from workspace.environment import WORKSPACE_VARIABLE

    os.environ[WORKSPACE_VARIABLE] = str(root)


def _open(page: str, drawers: Sequence[str], chosen: Mapping[str, str]) -> AppTest:
    return address(REPOSITORY, page, {**dict.fromkeys(drawers, "true"), **chosen}, timeout=LONGEST)


def _check(world: World, page: str, chosen: Mapping[str, str], counted: Counter[str]) -> Iterator[Untrue]:
    reading = Reading(world, chosen, page)
    shown = _open(page, _drawers.get(page, ()), chosen)
    closed = [str(box.key) for box in shown.expander if box.key and str(box.key).startswith(OPEN)]
    if page not in _drawers and closed:
        _drawers[page] = closed
        shown = _open(page, closed, chosen)
    facts = {"seed": world.seed, "page": page, "chosen": chosen}
    for error in shown.exception:
        yield Untrue(**facts, said=Said(kind="error", text=str(error.value)), kind="", why=("an error",))
    for said in said_by(shown):
        try:
            verdict = read(reading, said)
        except Exception as error:  # a reader that fails is to be repaired; the run goes on
            yield Untrue(**facts, said=said, kind="", why=(f"the reader failed: {error!r}",))
            continue
        if verdict.kind:
            counted[verdict.kind] += 1
            if verdict.untrue:
                yield Untrue(**facts, said=said, kind=verdict.kind, why=verdict.untrue)
        elif said.kind in MUST:
            yield Untrue(**facts, said=said, kind="", why=("no reader knows this form",))
        elif "cannot be shown" in said.text and "error" in said.text.lower():
            yield Untrue(**facts, said=said, kind="", why=("a card failed",))
    reading.connection.close()
