from __future__ import annotations

import pytest

from app.kit.bars import bar
from tests.app.rows import row


def test_a_bar_states_its_number_interval_and_sample() -> None:
    drawn = bar(row(0.42, half=0.05, n=120), "Email", "share", stands_out=True)
    assert (drawn["label"], drawn["text"], drawn["stands_out"]) == ("Email", "42%", True)
    assert [drawn["low"], drawn["value"], drawn["high"]] == pytest.approx([0.37, 0.42, 0.47])
    assert str(drawn["note"]).startswith("n = 120, 95% interval 37.0% to")


def test_a_bar_without_an_interval_shows_none() -> None:
    drawn = bar(row(3.0, n=9), "Store", "count")
    assert (drawn["low"], drawn["high"], drawn["note"]) == (None, None, "n = 9")
    assert not drawn["stands_out"]
