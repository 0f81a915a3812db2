"""What is asked ahead of readers gives way to them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from serving import Question, UserError, ask, open_release, warm
from tests.serving.world import publish
from workspace.paths import WorkspacePaths

AHEAD = tuple(Question(metrics=(name,)) for name in ("orders", "revenue"))


def test_nothing_is_asked_ahead_while_a_reader_waits_and_everything_afterwards(tmp_path: Path, manifest: str) -> None:
    publish(WorkspacePaths(tmp_path), "run-1", manifest)
    release = open_release(WorkspacePaths(tmp_path))
    warming = threading.Thread(target=warm, args=(release, AHEAD))
    with release.readers.asking():
        warming.start()
        warming.join(timeout=1)
        assert warming.is_alive()
        assert not any(release.answers.holds(question) for question in AHEAD)
    warming.join(timeout=60)
    assert not warming.is_alive()
    assert all(release.answers.holds(question) for question in AHEAD)


def test_a_reader_counts_until_the_question_fails(tmp_path: Path, manifest: str) -> None:
    publish(WorkspacePaths(tmp_path), "run-1", manifest)
    release = open_release(WorkspacePaths(tmp_path))
    with pytest.raises(UserError):
        ask(release, Question(metrics=("nosuch",)))
    warm(release, AHEAD[:1])
    assert release.answers.holds(AHEAD[0])
