"""A Python module as a process that answers questions: one line of JSON in, lines of JSON out.

Some libraries take many seconds to import. A process of their own imports them on another core while its owner is
busy, and can be asked many times. It ends with its standard input, so also when its owner is killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from functools import partial
from queue import Queue
from threading import Thread
from typing import Any, Final

from workspace.garbage import look_seldom

# A question's answer: events while it is worked on, then what came out as the generator's return value.
Answer = Generator[dict[str, Any], None, Any]
_MESSAGE_LINES: Final = 5


class WorkerError(Exception):
    """The process ended instead of answering; the message is what it said last."""


class RefusedError(Exception):
    """The process answered that it cannot; the message is its reason."""


class Worker:
    """The owner's end of a process that runs `python -m <module>`; the module calls `serve`."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._messages = tempfile.TemporaryFile("w+")  # noqa: SIM115 (it lives as long as the process)
        self._asked = 0
        # How questions ended whose answers are not read yet, by their number.
        self._ended: dict[int, dict[str, Any]] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            text=True,
        )

    def ask(self, question: Mapping[str, Any]) -> Answer:
        """Send a question at once; its answer is read when the returned generator is.

        An answer that is not read, or not to its end, takes nothing from those behind it but its own events.

        Raises:
            WorkerError: the process is gone (here, or while the answer is read).
            RefusedError: the process gives a reason why it cannot (while the answer is read).
        """
        assert self._process.stdin is not None
        self._asked += 1
        try:
            self._process.stdin.write(json.dumps({"number": self._asked, "question": question}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise WorkerError(self._last_words()) from None
        return self._answer(self._asked)

    def close(self) -> None:
        """End the process and wait for it."""
        if self._process.stdin:
            # A process that has ended has left its last question in the pipe.
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._messages.close()

    def _answer(self, number: int) -> Answer:
        assert self._process.stdout is not None
        while number not in self._ended:
            line = self._process.stdout.readline()
            if not line:
                raise WorkerError(self._last_words())
            message = json.loads(line)
            if "event" not in message:
                self._ended[message["number"]] = message
            elif message["number"] == number:
                yield message["event"]
        end = self._ended.pop(number)
        if "refused" in end:
            raise RefusedError(end["refused"])
        return end["result"]

    def _last_words(self) -> str:
        self._process.wait()
        self._messages.seek(0)
        said = self._messages.read().strip().splitlines()
        return f"{self._module} ended: " + " ".join(said[-_MESSAGE_LINES:])


def finish(answer: Answer) -> Any:
    """Read an answer to its end, events unseen.

    Returns:
        What came out.
    """
    while True:
        try:
            next(answer)
        except StopIteration as end:
            return end.value


def serve(
    answer: Callable[[Mapping[str, Any], Callable[[dict[str, Any]], None]], Any],
    *,
    refusals: tuple[type[Exception], ...] = (),
) -> None:
    """The process's end: answer questions until standard input ends.

    Args:
        answer: question and a function that sends events -> result. All of them are JSON.
        refusals: errors whose message is the answer; any other error ends the process.
    """
    # Only answers may be written to standard output; what a library prints belongs to the messages.
    replies, sys.stdout = sys.stdout, sys.stderr
    look_seldom()

    def say(number: int, kind: str, what: Any) -> None:
        replies.write(json.dumps({"number": number, kind: what}) + "\n")
        replies.flush()

    for number, question in _questions():
        try:
            say(number, "result", answer(question, partial(say, number, "event")))
        except refusals as error:
            say(number, "refused", str(error))


def _questions() -> Iterator[tuple[int, dict[str, Any]]]:
    waiting: Queue[str] = Queue()
    Thread(target=_listen, args=(waiting,), daemon=True).start()
    while True:
        asked = json.loads(waiting.get())
        yield asked["number"], asked["question"]


def _listen(waiting: Queue[str]) -> None:
    """Take questions in, and end the process at once when they end.

    A process that worked on after its owner was killed would keep the next run from opening the databases.
    """
    for line in sys.stdin:
        waiting.put(line)
    os._exit(0)
