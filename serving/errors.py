"""What can go wrong for a reader: a question that cannot be asked, or no release to ask. Each says what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path


class UserError(Exception):
    """A question that names something this release does not have.

    Attributes:
        what: the fault, in one sentence.
        fix: what to ask instead, in one sentence.
    """

    def __init__(self, what: str, fix: str) -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what} {fix}")


class NoRelease(Exception):  # noqa: N818 - the name readers know it by
    """There is no release that can be read.

    Attributes:
        what: what is missing or broken, in one sentence.
        command: the exact command that mends it.
        looked_for: the path that was tried.
    """

    def __init__(self, what: str, *, command: str, looked_for: Path) -> None:
        self.what = what
        self.command = command
        self.looked_for = looked_for
        super().__init__(f"{what} Looked for {looked_for}. Run: {command}")


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A sentence that names the nearest known words, or all of them where none is near."""
    near = difflib.get_close_matches(word.lower(), known, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known: {', '.join(sorted(known))}."
