"""Which code built a release: the package's version and, in a checkout, the commit."""

from __future__ import annotations

import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

DISTRIBUTION = "customer-answers"


@cache
def code_version() -> str:
    """For example `0.1.0+g1a2b3c4` for a commit, `0.1.0+g1a2b3c4.changed` with edits on top, `0.1.0` without git."""
    number = version(DISTRIBUTION)
    folder = Path(__file__).resolve().parents[1]
    if not (folder / ".git").exists():
        return number
    commit = _git(folder, "rev-parse", "--short", "HEAD")
    if not commit:
        return number
    return f"{number}+g{commit}" + (".changed" if _git(folder, "status", "--porcelain") else "")


def _git(folder: Path, *arguments: str) -> str:
    try:
        result = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
