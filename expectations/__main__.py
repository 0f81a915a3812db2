"""The gate as a process of its own: one question a line comes in on standard input, its checks go out as one line.

Great Expectations takes many seconds to import. A run starts this process first, so that the import happens on another
core while files are loaded. It ends with its standard input, however the run ends.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

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
    for line in sys.stdin:
        replies.write(answer(line) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
