"""Who is waiting for an answer. In: the beginning and end of every question. Out: a way to wait until none is open.

Questions are planned one at a time. Precomputing answers would, by asking again at once, get nearly every
turn: a lock is not given to who has waited longest.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# A page draws between its questions: it is done when it has not asked for this long.
QUIET_SECONDS: Final = 0.5


class Readers:
    """The readers of one release. Several threads may ask at once."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._asking = 0
        self._last_at = -QUIET_SECONDS

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Count a reader for as long as the question takes."""
        with self._change:
            self._asking += 1
        try:
            yield
        finally:
            with self._change:
                self._asking -= 1
                self._last_at = time.monotonic()
                self._change.notify_all()

    def wait_until_quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Return when no question is running and none has been asked for so many seconds."""
        with self._change:
            while self._asking or (left := self._last_at + seconds - time.monotonic()) > 0:
                self._change.wait(None if self._asking else left)
