"""Pages compute in turns. In: many readers at once. Out: a few pages that compute, while the others wait for theirs.

Threads of one Python process compute one at a time, however many there are: a page that starts while many others
compute makes all of them later, and the server, which is one thread among them, too. So as many compute at once as the
machine has processors, and the server answers within a second that it lives.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

AT_ONCE: Final = min(max(os.cpu_count() or 2, 2), 4)
# Who has waited as long as this goes on all the same: a page that hangs must not hold up the others for good.
LONGEST_SECONDS: Final = 30.0
_places = threading.BoundedSemaphore(AT_ONCE)
_has_place: ContextVar[bool] = ContextVar("has_place", default=False)


@contextmanager
def turn(longest: float = LONGEST_SECONDS) -> Iterator[None]:
    """Wait until few enough pages compute, then be one of them. What a page that has a place draws needs no other.

    Args:
        longest: seconds after which to go on without a place.
    """
    if _has_place.get():
        yield
        return
    has_place = _places.acquire(timeout=longest)
    token = _has_place.set(has_place)
    try:
        yield
    finally:
        _has_place.reset(token)
        if has_place:
            _places.release()
