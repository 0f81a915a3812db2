"""Read the pages of many random worlds: `python -m tests.app.worlds --worlds 500 --seed 0`.

Prints how many worlds, pages and sentences of each kind were read, and every untrue one with the world's seed, the
filters, the sentence and what is read instead. Ends with 1 where there is any. A demo is built first (a minute and a
half), unless `--demo` names the workspace of one.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.app.worlds.checking import PAGES, Account, check_world
from tests.built_demo import build_demo

SAY_EVERY = 10


def main() -> int:
    """Read as many worlds as asked for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--worlds", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=0, help="of the first world; the others follow")
    arguments.add_argument("--pages", default=",".join(PAGES))
    arguments.add_argument("--each", type=int, default=1, help="how many of the pages are opened in each world")
    arguments.add_argument("--demo", type=Path)
    chosen = arguments.parse_args()
    logging.disable(logging.WARNING)
    account, began, printed = Account(), time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        demo = chosen.demo or build_demo(Path(folder))
        for seed in range(chosen.seed, chosen.seed + chosen.worlds):
            check_world(demo, Path(folder), seed, pages=chosen.pages.split(","), each=chosen.each, account=account)
            for untrue in account.untrue[printed:]:
                print(untrue, flush=True)
            printed = len(account.untrue)
            if account.worlds % SAY_EVERY == 0:
                print(f"{account.worlds} worlds, {time.monotonic() - began:.0f} s, {printed} untrue", flush=True)
    print(account)
    return 1 if account.untrue else 0


if __name__ == "__main__":
    sys.exit(main())
