"""The gate as a process of its own: one question a line comes in on standard input, its checks go out as one line.

Great Expectations takes many seconds to import. A run starts this process first, so that the import happens on another
core while files are loaded. It ends with its standard input, however the run ends.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from queue import Queue
from threading import Thread

from pydantic import TypeAdapter

from expectations.gate import check_marts, check_raw
from workspace.documents import Check

_CHECKS = TypeAdapter(tuple[Check, ...])


def answer(line: str) -> str:
    """Run the gate that a question names.

    Args:
        line: JSON with `gate` (`raw` or `marts`), `database` and, for marts, `metrics_by_mart`.

    Returns:
        The checks as one line of JSON.
    """
    question = json.loads(line)
    database = Path(question["database"])
    if question["gate"] == "raw":
        checks = check_raw(database)
    else:
        checks = check_marts(database, metrics_by_mart=question["metrics_by_mart"])
    return _CHECKS.dump_json(checks).decode()


def main() -> None:
    """Answer until standard input ends."""
    # Only answers may stand on standard output; whatever a library prints belongs to the messages.
    replies, sys.stdout = sys.stdout, sys.stderr
    questions: Queue[str] = Queue()
    Thread(target=_listen, args=(questions,), daemon=True).start()
    while True:
        replies.write(answer(questions.get()) + "\n")
        replies.flush()


def _listen(questions: Queue[str]) -> None:
    """Take questions in, and end the process at once when they end.

    A gate that checked on after its run was killed would keep the next run from opening the databases.
    """
    for line in sys.stdin:
        questions.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
