"""`python -m tests.increment.replay SEED ...` runs histories again, and keeps their workspaces to look into.

Options: `--folder DIR` (where; a new temporary folder by default), `--batches N` (how many after the first run),
`--whole` (runs as `cx run` makes them, with Dagster, data tests and gates). It prints a line for each batch; the exit
code is 1 where a run left other tables than a full refresh.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from tests.increment.checkout import Checkout, copied, is_a_copy
from tests.increment.history import BATCHES, History
from tests.project_copy import REPOSITORY


def main(arguments: list[str]) -> int:
    """Replay the histories of some seeds; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.increment.replay")
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--batches", type=int, default=BATCHES)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args(arguments)
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="increment-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not is_a_copy():
        return replay(options.seeds, folder, batches=options.batches, is_whole=options.whole)
    checkout, failed = Checkout(REPOSITORY), 0
    for seed in options.seeds:
        try:
            history = History(folder / f"seed-{seed}", seed, checkout, batches=options.batches, is_whole=options.whole)
            for line in history.live():
                print(line, flush=True)
        except Exception:
            # The other histories may go well.
            traceback.print_exc()
            failed = 1
        finally:
            checkout.restore()
    return failed


def replay(seeds: list[int], folder: Path, *, batches: int = BATCHES, is_whole: bool = False) -> int:
    """Run histories on a copy of the code, which they may edit, in a process of its own; its exit code."""
    with copied(folder) as checkout:
        command = [sys.executable, "-m", "tests.increment.replay", *map(str, seeds)]
        command += ["--folder", str(folder), "--batches", str(batches), *(["--whole"] if is_whole else [])]
        return subprocess.run(command, cwd=checkout.root, env=checkout.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
