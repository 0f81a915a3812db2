"""Precomputed answers give way to readers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from serving import Question, UserError, ask, open_release, warm
from tests.serving.world import publish
from workspace.paths import WorkspacePaths

AHEAD = tuple(Question(metrics=(name,)) for name in ("orders", "revenue"))


def test_warming_waits_for_readers_and_then_completes(tmp_path: Path, manifest: str) -> None:
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


def test_a_failed_question_releases_its_reader(tmp_path: Path, manifest: str) -> None:
    publish(WorkspacePaths(tmp_path), "run-1", manifest)
    release = open_release(WorkspacePaths(tmp_path))
    with pytest.raises(UserError):
        ask(release, Question(metrics=("nosuch",)))
    warm(release, AHEAD[:1])
    assert release.answers.holds(AHEAD[0])
