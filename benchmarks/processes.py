"""Runs of `cx` as whole processes: a project and a workspace in; seconds, seconds of the processor and memory out.

Memory is looked at twice a second: the proportional set size of the process and of all that it started, so that
pages which several of them share count once. Where the kernel does not tell it, the resident size is taken.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from workspace import load_workspace
from workspace.records.documents import AuditRecord
from workspace.records.runs import run_ids

PROJECT: Final = Path(__file__).resolve().parents[1]
_LOOK_EVERY: Final = 0.5  # seconds
_KIB: Final = 1024


@dataclass(frozen=True)
class Used:
    """What a process and all that it started took.

    Attributes:
        seconds: from start to end.
        processor: seconds of the processor, of all of its processes.
        samples: when memory was looked at, and how many bytes all processes had.
        output: what it printed.
    """

    seconds: float
    processor: float
    samples: tuple[tuple[datetime, int], ...]
    output: str

    def peak(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """Most bytes at once, of the whole time or of a part of it; 0 where nobody looked."""
        found = (
            size
            for moment, size in self.samples
            if (since is None or moment >= since) and (until is None or moment <= until)
        )
        return max(found, default=0)


def cx(root: Path, *arguments: str, project: Path = PROJECT) -> Used:
    """Run `cx ARGUMENTS --workspace ROOT` by the code in `project`.

    Raises:
        SystemExit: it failed; with what it printed.
    """
    return measured(
        [sys.executable, "-c", "from cli.main import main; main()", *arguments, "--workspace", str(root)], project
    )


def measured(command: list[str], project: Path = PROJECT) -> Used:
    """Run a command to its end.

    Raises:
        SystemExit: it failed; with what it printed.
    """
    samples: list[tuple[datetime, int]] = []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        before, started = _processor(), time.monotonic()
        # Python takes modules from the folder that it is started in first.
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, cwd=project)
        while True:
            samples.append((datetime.now(UTC), sum(map(_bytes_of, _tree(process.pid)))))
            try:
                process.wait(_LOOK_EVERY)
                break
            except subprocess.TimeoutExpired:
                continue
        seconds, processor = time.monotonic() - started, _processor() - before
        printed.seek(0)
        output = printed.read()
    if process.returncode:
        raise SystemExit(output)
    return Used(seconds=seconds, processor=processor, samples=tuple(samples), output=output)


def stages(root: Path) -> dict[str, AuditRecord]:
    """What each stage of the newest run did, in the order in which they began."""
    paths = load_workspace(root).paths
    run = run_ids(paths)[0]
    names = ("ingest", "gate_raw", "build", "gate_marts", "publish")
    files = {name: paths.audit / f"{run}.{name}.json" for name in names}
    return {name: AuditRecord.model_validate_json(path.read_bytes()) for name, path in files.items() if path.is_file()}


def made(root: Path) -> tuple[int, int]:
    """Models and tests of the newest run, and how many of these it built or made itself."""
    record = stages(root)["build"]
    is_repeated = "taken_over_from" in record.facts
    return record.facts["nodes"], 0 if is_repeated else record.facts["nodes"] - record.facts["stand"]


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(pid: int) -> list[int]:
    """A process and all that came from it and still lives."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may hold blanks and brackets of its own.
            parent = int(path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _bytes_of(pid: int) -> int:
    """The memory of a process; 0 once it has ended."""
    for name, word in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(word):
                return int(line.split()[1]) * _KIB
    return 0
