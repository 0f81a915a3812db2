"""A process that answers: results, events, refusals, its death and its owner's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workspace.worker import RefusedError, Worker, WorkerError, finish, serve


def answer(question, send):  # type: ignore[no-untyped-def]
    match question["do"]:
        case "count":
            print("a library says something")
            for number in range(question["to"]):
                send({"number": number})
            return question["to"]
        case "refuse":
            raise KeyError("no such thing")
        case "fail":
            raise RuntimeError("out of memory")
        case "pid":
            return os.getpid()
    return None


@pytest.fixture
def worker():  # type: ignore[no-untyped-def]
    started = Worker("tests.workspace.test_worker")
    yield started
    started.close()


def test_events_precede_the_result_and_prints_do_not_interfere(worker: Worker) -> None:
    counting = worker.ask({"do": "count", "to": 3})
    assert [next(counting)["number"] for _ in range(3)] == [0, 1, 2]
    assert finish(counting) == 3
    assert finish(worker.ask({"do": "count", "to": 1})) == 1


def test_a_refusal_is_reported_and_the_next_question_is_answered(worker: Worker) -> None:
    with pytest.raises(RefusedError, match="no such thing"):
        finish(worker.ask({"do": "refuse"}))
    assert finish(worker.ask({"do": "count", "to": 0})) == 0


def test_unread_answers_do_not_shift_later_ones(worker: Worker) -> None:
    worker.ask({"do": "count", "to": 5})
    broken_off = worker.ask({"do": "count", "to": 4})
    next(broken_off)
    broken_off.close()
    late = worker.ask({"do": "count", "to": 3})
    with pytest.raises(RefusedError, match="no such thing"):
        finish(worker.ask({"do": "refuse"}))
    assert finish(worker.ask({"do": "count", "to": 2})) == 2
    assert finish(late) == 3


def test_a_fatal_error_is_reported_before_the_process_ends(worker: Worker) -> None:
    with pytest.raises(WorkerError, match="RuntimeError: out of memory"):
        finish(worker.ask({"do": "fail"}))
    with pytest.raises(WorkerError, match="out of memory"):
        finish(worker.ask({"do": "count", "to": 1}))


def test_the_process_ends_when_its_owner_is_killed(repository: Path) -> None:
    code = (
        "from workspace.worker import Worker, finish\n"
        "import time\n"
        "worker = Worker('tests.workspace.test_worker')\n"
        "print(finish(worker.ask({'do': 'pid'})), flush=True)\n"
        "time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=repository)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 20
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    # An ended child that nobody has waited for yet is a zombie.
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


if __name__ == "__main__":
    serve(answer, refusals=(KeyError,))
