"""Asking ahead. In: what pages have asked. Out: what their readers may ask next, answered before they do.

The first use of a filter needs plans, and decisions about small cells, that are the same for each of its values and
take longer than the numbers do. So a thread of the server asks what a page has asked once more with each filter, while
no reader waits; and of a new release everything that was asked of the one before, so that the morning's first reader
does not wait for what the night has made.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from serving import LiveRelease, NoRelease, Question, UserError, dimension_values, open_release, warm
from workspace.paths import WorkspacePaths

# What a reader may filter every page by -> the dimension of people that offers the values.
FILTERED_BY: Final = {"segment": "person__segment", "region": "person__region"}
# Seconds between two looks for a new release.
LOOKS_AFTER: Final = 30.0
# Seconds since a reader's last question: who reads a page asks nothing, and who clicks through pages must not wait.
QUIET: Final = 4.0
# Questions that are remembered for the next release, those asked last.
MOST: Final = 1_000

_listening: Ahead | None = None


def note(release: LiveRelease, question: Question) -> None:
    """Remember what a page asks; nothing where no server is asking ahead."""
    if _listening is not None:
        _listening.note(release, question)


def listen(root: Path) -> Ahead:
    """Begin to note what pages ask; whoever calls this lets it `run` in a thread of its own."""
    global _listening
    _listening = Ahead(WorkspacePaths(root))
    return _listening


def with_filters(question: Question, values: Mapping[str, str]) -> list[Question]:
    """The question with each filter that it does not have yet.

    Args:
        values: filter -> any one of its values: plans and decisions are the same for all.
    """
    kept = dict(question.filters)
    if kept.keys() & values.keys():
        return []
    return [replace(question, where={**kept, name: (value,)}) for name, value in values.items()]


class Ahead:
    """What is still to be asked ahead of the readers of one workspace. Several threads may note.

    Args:
        looks_after: seconds between two looks for a new release.
        quiet: seconds since a reader's last question, before which nothing is asked.
    """

    def __init__(self, paths: WorkspacePaths, *, looks_after: float = LOOKS_AFTER, quiet: float = QUIET) -> None:
        self._paths, self._looks_after, self._quiet = paths, looks_after, quiet
        self._change = threading.Condition()
        self._noted: OrderedDict[Question, None] = OrderedDict()
        self._open: list[tuple[LiveRelease, Question]] = []
        self._of_run = ""

    def note(self, release: LiveRelease, question: Question) -> None:
        """Remember a question of a page, and what may be asked after it; those asked last come first."""
        with self._change:
            is_new = question not in self._noted
            self._noted[question] = None
            self._noted.move_to_end(question)
            while len(self._noted) > MOST:
                self._noted.popitem(last=False)
            if is_new:
                self._open.append((release, question))
                self._change.notify_all()

    def run(self) -> None:
        """Ask ahead for good."""
        while True:
            self.step()

    def step(self) -> None:
        """Ask what may follow one noted question; where none is left, look for a new release."""
        with self._change:
            if not self._open:
                self._change.wait(self._looks_after)
            found = self._open.pop() if self._open else None
        try:
            if found is not None:
                release, question = found
                self._of_run = self._of_run or release.run_id
                self._ask(release, with_filters(question, _values(release)))
            else:
                self._follow()
        except (NoRelease, UserError) as reason:
            logging.getLogger(__name__).info("Not asked ahead: %s", reason)
        except Exception:  # of any kind: readers are answered all the same
            logging.getLogger(__name__).exception("Asking ahead failed")

    def _follow(self) -> None:
        """Of a release that has become live since, ask everything that is remembered."""
        release = open_release(self._paths)
        if release.run_id == self._of_run:
            return
        self._of_run = release.run_id
        with self._change:
            noted = list(reversed(self._noted))
            self._open = [(release, question) for question in self._noted]
        self._ask(release, noted)

    def _ask(self, release: LiveRelease, questions: list[Question]) -> None:
        for question in questions:
            release.readers.wait_until_quiet(self._quiet)
            try:
                warm(release, [question])
            except UserError:
                # The release has no such value or dimension: its readers see that when they ask.
                continue


def _values(release: LiveRelease) -> dict[str, str]:
    """A value for each filter that the release offers."""
    offered = {name: dimension_values(release, dimension) for name, dimension in FILTERED_BY.items()}
    return {name: values[0] for name, values in offered.items() if values}
