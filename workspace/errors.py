"""Problems that a user can fix: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in a workspace.

    Attributes:
        file: path as the user knows it, relative to the workspace if it is inside.
        what: the fault, in one sentence.
        fix: what to do about it, in one sentence.
        line: 1-based line in `file`, where one can be named.
        key: the dotted key, column or value at fault, where one can be named.
        severity: an `error` keeps a run from starting; a `warning` is only reported.
    """

    file: str
    what: str
    fix: str
    line: int | None = None
    key: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" [{self.key}]" if self.key else ""
        return f"{where}{key}: {self.what} {self.fix}"


class WorkspaceError(Exception):
    """A workspace that cannot be used as it is. `problems` lists every fault that was found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
