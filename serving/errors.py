"""What can go wrong for a reader: a question that cannot be asked, or no release to ask. Each says what to do next."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

# More words than this do not help in a sentence.
LISTED: Final = 40


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
        command: the exact command that fixes it.
        looked_for: the path that was tried.
        is_damage: something was published, and is not any more what it was.
    """

    def __init__(self, what: str, *, command: str, looked_for: Path, is_damage: bool = False) -> None:
        self.what = what
        self.command = command
        self.looked_for = looked_for
        self.is_damage = is_damage
        super().__init__(f"{what} Looked for {looked_for}. Run: {command}")


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A sentence that names similar known words; else those that share a part, or all of a few."""
    near = difflib.get_close_matches(word.lower(), known, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if len(known) <= LISTED:
        return f"Known: {', '.join(sorted(known))}."
    parts = {part for part in re.split(r"\W|_", word.lower()) if len(part) > 2}
    alike = sorted(one for one in known if any(part in one.lower() for part in parts))[:LISTED]
    if alike:
        return f"Known among {len(known)}: {', '.join(alike)}."
    return f"None of the {len(known)} known names is similar."
