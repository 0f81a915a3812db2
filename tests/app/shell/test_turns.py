from __future__ import annotations

import threading
import time

import pytest

from app.shell.turns import AT_ONCE, turn


def test_the_number_of_pages_computing_at_once_is_limited() -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def page() -> None:
        nonlocal inside, most
        with turn():
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with lock:
                inside -= 1

    readers = [threading.Thread(target=page) for _ in range(5 * AT_ONCE)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    assert (inside, most) == (0, AT_ONCE)


def test_a_failing_page_releases_its_slot() -> None:
    for _ in range(2 * AT_ONCE):
        with pytest.raises(RuntimeError), turn():
            raise RuntimeError
    with turn(longest=0.01):
        pass


def test_hanging_pages_do_not_block_others_forever() -> None:
    ends = threading.Event()

    def hang() -> None:
        with turn():
            ends.wait(10)

    hanging = [threading.Thread(target=hang) for _ in range(AT_ONCE)]
    for one in hanging:
        one.start()
    try:
        with turn(longest=0.05):
            assert not ends.is_set()
    finally:
        ends.set()
        for one in hanging:
            one.join(10)


def test_what_a_page_draws_within_its_turn_waits_for_no_other() -> None:
    ends, begun = threading.Event(), threading.Barrier(AT_ONCE)

    def hold() -> None:
        with turn():
            begun.wait(10)
            ends.wait(10)

    others = [threading.Thread(target=hold) for _ in range(AT_ONCE - 1)]
    for other in others:
        other.start()
    try:
        with turn():
            begun.wait(10)
            started = time.monotonic()
            with turn(longest=5.0):
                assert time.monotonic() - started < 4
    finally:
        ends.set()
        for other in others:
            other.join(10)
