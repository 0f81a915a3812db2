"""The tests that a change concerns: `python -m tests.changed [BASE] [pytest's options]`, or `make test-changed`.

In: what differs from the commit BASE (`main` unless given), edits that are not committed included. Out: pytest runs
the test files that import a changed module, directly or through others, or whose text, or that of a helper they
import, names a changed model, macro or document. What is left out is listed: before a change lands, run `make test`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import grimp
import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = tuple(
    sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))  # every folder of ours that is a package, and tests
)
# A test that stands on a whole run of the demo concerns every change below it: minutes, so `make test` has them.
WHOLE_RUN: Final = re.compile(r"\b(demo|real|small)_workspace\b")
# Too short or too common to say that a test is about the file of that name.
_LEAST: Final = 5


def changed_files(base: str) -> list[str]:
    """Return the paths that differ from `base`, committed or not, new files included."""
    fork = _git("merge-base", base, "HEAD").strip()
    tracked = _git("diff", "--name-only", fork).split("\n")
    new = _git("ls-files", "--others", "--exclude-standard").split("\n")
    return sorted({path for path in (*tracked, *new) if path})


def concerned(changed: Iterable[str], graph: grimp.ImportGraph, texts: dict[str, str]) -> set[str]:
    """Return the modules of tests that the changed files concern.

    Args:
        changed: paths below the repository.
        graph: who imports whom, tests included.
        texts: module of tests -> its source.
    """
    found: set[str] = set()
    for path in changed:
        module = _module(path)
        if module.endswith(".conftest"):
            # Its fixtures come by name, not by import: they may serve every test of its folder.
            starts = {one for one in texts if one.startswith(module.removesuffix("conftest"))}
        elif module in graph.modules:
            starts = {module}
        else:
            name = Path(path).stem if Path(path).suffix in (".sql", ".yml", ".csv") else Path(path).name
            word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
            starts = {one for one, text in texts.items() if len(name) >= _LEAST and word.search(text)}
        for start in starts:
            found |= {start, *graph.find_downstream_modules(start)}
    return {module for module in found if module.split(".")[-1].startswith("test_")}


def main(arguments: list[str]) -> int:
    """Run pytest on the concerned tests; returns its exit code, and 0 where nothing is concerned."""
    base, options = "main", arguments
    if arguments and not arguments[0].startswith("-"):
        base, *options = arguments
    changed = changed_files(base)
    graph = grimp.build_graph(*PACKAGES)
    texts = {module: _file(module).read_text() for module in graph.modules if module.startswith("tests")}
    found = concerned(changed, graph, texts)
    whole = {module for module in found if WHOLE_RUN.search(texts[module]) and _path(module) not in changed}
    files = sorted(_path(module) for module in found - whole)
    print(f"{len(changed)} changed files concern {len(files)} test files", flush=True)
    if whole:
        print(f"left out, since they stand on a whole run: {', '.join(sorted(map(_path, whole)))}", flush=True)
    return pytest.main([*options, *files]) if files else 0


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _module(path: str) -> str:
    return ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__") if path.endswith(".py") else ""


def _file(module: str) -> Path:
    plain = ROOT / Path(*module.split("."))
    return plain / "__init__.py" if plain.is_dir() else plain.with_suffix(".py")


def _path(module: str) -> str:
    return str(_file(module).relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main([one for one in sys.argv[1:] if one != "--"]))
