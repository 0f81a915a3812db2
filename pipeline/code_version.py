"""Which code built a release: the package's version, the commit of a checkout, and what was edited on top of it.

In: the files of this code. Out: a `Code`. Two releases of one version were built by the same code: edits change the
version by the hash of what was edited, and where nothing is known of commits the hash is that of all files.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

DISTRIBUTION = "customer-answers"
ROOT: Final = Path(__file__).resolve().parents[1]
# What answers are made of: the packages of the wheel, and in a checkout the project files that they are run by.
PACKAGES: Final = (
    "workspace", "demo", "ingestion", "dbt_project", "expectations", "serving", "pipeline", "orchestration",
    "cli", "app",
)  # fmt: skip
PROJECT_FILES: Final = ("dbt_project.yml", "profiles.yml", "pyproject.toml", "uv.lock")
_SHOWN: Final = 8  # digits of a hash
_LEFT_BY_PYTHON: Final = (".pyc", ".pyo")


@dataclass(frozen=True)
class Code:
    """Which code it is.

    Attributes:
        version: `0.1.0+g1a2b3c4` for a commit; `0.1.0+g1a2b3c4.changed.5e6f7a8b` with edits on top, and their hash;
            `0.1.0+files.5e6f7a8b` for files without a commit, and the hash of all of them.
        changed_files: paths that differ from the commit, sorted.
    """

    version: str
    changed_files: tuple[str, ...] = ()


def code_of_today(root: Path = ROOT) -> Code:
    """The code as it is on the disk now: dbt reads its models again at every run."""
    number = version(DISTRIBUTION)
    commit = _git(root, "rev-parse", "--short", "HEAD").strip() if (root / ".git").exists() else ""
    if not commit:
        return Code(f"{number}+files.{_hash_of_all(root)}")
    options = ("--porcelain", "-z", "--no-renames", "--untracked-files=all")
    listed = _git(root, "status", *options, "--", *PACKAGES, *PROJECT_FILES)
    changed = tuple(sorted(entry[3:] for entry in listed.split("\0") if entry))
    if not changed:
        return Code(f"{number}+g{commit}")
    return Code(f"{number}+g{commit}.changed.{_hash_of(root, changed)}", changed)


@cache
def _hash_of_all(root: Path) -> str:
    """Of an installed package: its files do not change while it runs."""
    files = [file for part in PACKAGES for file in (root / part).rglob("*") if file.is_file()]
    files += [root / name for name in PROJECT_FILES if (root / name).is_file()]
    return _hash_of(root, sorted(file.relative_to(root).as_posix() for file in files))


def _hash_of(root: Path, names: Iterable[str]) -> str:
    """One hash of files by name and content; a file that is gone counts as gone."""
    total = hashlib.sha256()
    for name in names:
        file = root / name
        if file.suffix in _LEFT_BY_PYTHON:
            continue
        content = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "removed"
        total.update(f"{name}\0{content}\n".encode())
    return total.hexdigest()[:_SHOWN]


def _git(folder: Path, *arguments: str) -> str:
    try:
        result = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return result.stdout if result.returncode == 0 else ""
