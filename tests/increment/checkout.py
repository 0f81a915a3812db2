"""A copy of this checkout whose models may be edited between two runs: a folder in, the same code in that folder out.

The copy is a repository of its own, so that the pipeline finds edits there as it finds them here.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.project_copy import REPOSITORY, copy_project

MODELS: Final = "dbt_project/models"


@dataclass(frozen=True)
class Edit:
    """One place of the code, as it is and as it will be."""

    file: str
    before: str
    after: str


# Of every kind of code that tables follow from one, and one that no table follows from.
EDITS: Final = (
    Edit(
        f"{MODELS}/intermediate/journeys/int_journeys__touchpoints.sql", "<= settings.gap_days", "< settings.gap_days"
    ),
    Edit(f"{MODELS}/intermediate/journeys/int_journeys__paths.sql", "last_steps = 4", "last_steps = 3"),
    Edit(f"{MODELS}/marts/orders/fct_orders.sql", "then 'repeat'", "then 'again'"),
    Edit("dbt_project/macros/statistics/wilson.sql", "1.959963984540054", "1.644853626951472"),
    Edit("dbt_project/macros/vendors/vendor_words.sql", "in ('won', 'closedwon')", "in ('won', 'closedwon', 'signed')"),
    Edit("dbt_project/methods/text/tone.py", "LEAST_POLARITY: Final = 0.25", "LEAST_POLARITY: Final = 0.05"),
    Edit(f"{MODELS}/marts/orders/fct_orders.sql", "-- Grain: one row is", "-- Grain: each row is"),
)


@dataclass
class Checkout:
    """A copy of the code, and which of its places are edited now."""

    root: Path
    edited: dict[Edit, None] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables with which Python takes the code of this copy, wherever it is installed.

        What can be built for some keys alone is, however few rows these companies have.
        """
        return os.environ | {"PYTHONPATH": str(self.root), "CX_INCREMENTS_FROM": "1"}

    def edit(self, dice: random.Random) -> str:
        """Edit one place, or undo an edit; the sentence that says so."""
        edit = dice.choice(EDITS)
        file = self.root / edit.file
        is_back = edit in self.edited
        self._replace(edit, back=is_back)
        return f"{file.name}: {edit.before if is_back else edit.after}"

    def restore(self) -> None:
        """Undo all edits."""
        for edit in list(self.edited):
            self._replace(edit, back=True)

    def _replace(self, edit: Edit, *, back: bool) -> None:
        file = self.root / edit.file
        before, after = (edit.after, edit.before) if back else (edit.before, edit.after)
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{edit.file} has no single {before!r}: choose another place to edit"
        file.write_text(text.replace(before, after), encoding="utf-8")
        if back:
            del self.edited[edit]
        else:
            self.edited[edit] = None


@contextmanager
def copied(folder: Path) -> Iterator[Checkout]:
    """The copy below `folder`, made where it is not there; for the length of the block it is this process's alone."""
    root = folder / "checkout"
    with (folder / "checkout.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / ".git" / "done").is_file():
            shutil.rmtree(root, ignore_errors=True)
            _copy(root)
        checkout = Checkout(root)
        # A process that was killed may have left edits.
        _git(root, "checkout", "--quiet", "--", ".")
        try:
            yield checkout
        finally:
            checkout.restore()


def is_a_copy() -> bool:
    """Whether this process runs the code of a copy."""
    return (REPOSITORY / ".git" / "done").is_file()


def python(checkout: Checkout, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the code of the copy, in a process group of its own; what it printed is captured."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout.root,
        env=checkout.environment,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


def _copy(root: Path) -> None:
    copy_project(root)
    _git(root, "init", "--quiet")
    _git(root, "add", "--all", "--force")
    author = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    _git(root, *author, "commit", "--quiet", "--no-verify", "--message", "A copy to edit")
    (root / ".git" / "done").touch()


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout
