"""All cases, got and want side by side: `python -m tests.cases FOLDER [NAME ...] [--only-wrong]`.

FOLDER holds a workspace a case. The exit code is the number of lines that are not right, at most 99.
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from pathlib import Path

from pipeline.workers import workers
from tests.cases.case import Case
from tests.cases.wants import ELSEWHERE, WANTS, Line
from workspace.environment import prepare_libraries


def main(folder: Path, names: list[str], *, only_wrong: bool) -> int:
    """Judge the cases and print a line each; returns how many lines are wrong."""
    wrong = asked = 0
    known = {**WANTS, **ELSEWHERE}
    missing = [path.name for path in sorted(folder.iterdir()) if path.is_dir() and path.name not in known]
    for name in missing:
        print(f"{name}: no right value is known for this case")
    with workers() as warm, tempfile.TemporaryDirectory() as scratch:
        for name, judge in WANTS.items():
            if names and name not in names:
                continue
            started = time.monotonic()
            case = Case(folder / name, Path(scratch), warm)
            try:
                lines = list(judge(case))
            except Exception:
                lines = [Line("judged", traceback.format_exc(limit=3)[-400:], "no error", is_right=False)]
            for line in lines:
                asked += 1
                wrong += not line.is_right
                if not (only_wrong and line.is_right):
                    mark = "right" if line.is_right else "WRONG"
                    print(f"{mark}  {name}: {line.what}: got {line.got!r}, want {line.want}", flush=True)
            print(f"       {name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    print(f"{asked - wrong} of {asked} lines are right")
    return min(wrong + len(missing), 99)


if __name__ == "__main__":
    prepare_libraries()
    arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
    sys.exit(main(Path(arguments[0]), arguments[1:], only_wrong="--only-wrong" in sys.argv))
