"""What is learnt from rated texts, when it may speak, and shares of classes that are corrected for confusion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_project.methods.text.sentiment import (
    CLASSES,
    LEAST_RATED,
    MARGIN,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    UNKNOWN,
    Codes,
    Rehearsal,
    corrected_shares,
    hear,
    rehearse,
    text_key,
)

# Words of no language: what is learnt can come from the ratings alone.
WORDS = {
    NEGATIVE: ("zorblat", "kvetchum", "drumpfel", "gnarsk", "wibbent"),
    NEUTRAL: ("ordinel", "plainum", "mezzol", "tablort", "standrig"),
    POSITIVE: ("lumira", "felizor", "bravonda", "suntelle", "glorimm"),
}
FILLERS = tuple(f"{a}{b}" for a in ("ta", "re", "mo", "ki", "nu", "so", "pe") for b in ("lan", "dor", "vik", "mes"))


def written(rng: np.random.Generator, classes: Codes, *, clear: float = 0.9) -> list[str]:
    """A text of each class: fillers, and with chance `clear` a word of the class, else of any."""
    texts = []
    for one in classes:
        spoken = int(one) if rng.random() < clear else int(rng.integers(3))
        words = [*rng.choice(FILLERS, 6), str(rng.choice(WORDS[spoken])), *rng.choice(FILLERS, 3)]
        texts.append(" ".join(words))
    return texts


def same(texts: Sequence[str]) -> Codes:
    return np.unique([text_key(text) for text in texts], return_inverse=True)[1].astype(np.int64)


def test_unrated_texts_are_heard_by_what_ratings_taught() -> None:
    rng = np.random.default_rng(1)
    truth = rng.choice(3, 700, p=[0.4, 0.2, 0.4]).astype(np.int64)
    texts = written(rng, truth)
    ratings = np.where(np.arange(700) < 400, truth, UNKNOWN)
    heard = hear(texts, ratings)
    assert (heard[400:] == truth[400:]).mean() > 0.85
    tested = rehearse(same(texts), ratings, heard, None)
    assert tested.speaks
    assert tested.advantage is not None
    assert tested.advantage > MARGIN
    assert tested.tested == 400 == int(tested.confusion.sum())
    assert tested.accuracy == pytest.approx(np.trace(tested.confusion) / 400)
    assert tested.low is not None
    assert tested.high is not None
    assert tested.low < (heard[400:] == truth[400:]).mean() < tested.high + 0.03


def test_what_is_heard_follows_from_the_texts_and_not_their_order() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(3, size=300).astype(np.int64)
    texts = written(rng, truth)
    ratings = np.where(np.arange(300) < 250, truth, UNKNOWN)
    order = rng.permutation(300)
    shuffled = hear([texts[i] for i in order], ratings[order])
    assert shuffled.tolist() == hear(texts, ratings)[order].tolist()


def test_ratings_that_have_nothing_to_do_with_the_texts_keep_it_silent() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        ratings = rng.integers(3, size=400).astype(np.int64)
        texts = written(rng, rng.integers(3, size=400).astype(np.int64))
        tested = rehearse(same(texts), ratings, hear(texts, ratings), None)
        assert not tested.speaks
        assert tested.accuracy == pytest.approx(1 / 3, abs=0.1)
        assert "not above it by 5% for certain" in tested.reason


def test_the_same_text_never_teaches_how_it_is_heard() -> None:
    # Texts without any common word: whoever has seen the text itself is always right, nobody else ever knows.
    rng = np.random.default_rng(3)
    texts = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 12)) for _ in range(150)]
    truth = rng.integers(2, size=150).astype(np.int64) * POSITIVE
    often = [text.upper() if copy else f"  {text}" for copy in range(6) for text in texts]
    ratings = np.tile(truth, 6)
    tested = rehearse(same(often), ratings, hear(often, ratings), None)
    assert tested.accuracy is not None
    assert tested.accuracy < 0.7
    assert not tested.speaks
    # Six copies are one observation, for the interval as for the correction.
    assert int(tested.observations.sum()) == 150


@pytest.mark.parametrize("short", [NEGATIVE, POSITIVE])
def test_too_few_rated_texts_are_refused(short: int) -> None:
    rng = np.random.default_rng(4)
    long = POSITIVE if short == NEGATIVE else NEGATIVE
    # Many ratings of few texts: what counts is how many different ones there are.
    ratings = np.array([long] * 200 + [short] * (LEAST_RATED - 1), dtype=np.int64)
    texts = written(rng, ratings)
    texts, ratings = texts + texts[200:] * 5, np.r_[ratings, [short] * (LEAST_RATED - 1) * 5]
    heard = hear(texts, ratings)
    assert set(heard.tolist()) == {UNKNOWN}
    tested = rehearse(same(texts), ratings, heard, None)
    assert not tested.speaks
    assert (
        tested.reason == f"only {LEAST_RATED - 1} different texts are rated {CLASSES[short]}, {LEAST_RATED} are needed"
    )
    assert tested.accuracy is None


def test_one_more_rated_text_is_enough_to_be_tested() -> None:
    rng = np.random.default_rng(5)
    ratings = np.array([POSITIVE] * 200 + [NEGATIVE] * LEAST_RATED, dtype=np.int64)
    texts = written(rng, ratings, clear=1.0)
    assert rehearse(same(texts), ratings, hear(texts, ratings), None).tested == 200 + LEAST_RATED


def test_a_lexicon_that_is_as_good_keeps_the_classifier_silent() -> None:
    rng = np.random.default_rng(6)
    truth = rng.integers(3, size=600).astype(np.int64)
    texts = written(rng, truth)
    heard = hear(texts, truth)
    perfect = np.where(truth == NEUTRAL, UNKNOWN, truth)
    tested = rehearse(same(texts), truth, heard, perfect)
    assert tested.lexicon == 1.0
    assert not tested.speaks
    assert "the lexicon about 100%" in tested.reason
    assert rehearse(same(texts), truth, heard, np.full(600, UNKNOWN)).speaks


def test_no_texts_and_no_ratings_say_nothing() -> None:
    none = np.empty(0, dtype=np.int64)
    assert hear([], none).tolist() == []
    assert not rehearse(none, none, none, None).speaks
    assert hear(["a", ""], np.full(2, UNKNOWN)).tolist() == [UNKNOWN, UNKNOWN]


def test_shares_are_the_solution_of_the_confusion_by_hand() -> None:
    # 90% of the negative and 20% of the positive sound negative; 41% sound so: (0.41 - 0.2) / (0.9 - 0.2) = 0.3.
    tested = of_confusion([[90, 0, 10], [0, 0, 0], [20, 0, 80]])
    found = corrected_shares(np.array([410, 0, 590]), 1000, tested)
    assert found.share == pytest.approx([0.3, 0, 0.7], abs=1e-6)
    assert found.weights @ [0.41, 0, 0.59] == pytest.approx(0.3)
    assert found.low[NEGATIVE] < 0.3 < found.high[NEGATIVE]
    # More tests of the confusion leave less doubt.
    surer = corrected_shares(np.array([410, 0, 590]), 1000, of_confusion([[9000, 0, 1000], [0, 0, 0], [2000, 0, 8000]]))
    assert surer.doubt < found.doubt / 5


def test_shares_stay_between_zero_and_one() -> None:
    tested = of_confusion([[90, 0, 10], [0, 0, 0], [20, 0, 80]])
    found = corrected_shares(np.array([50, 0, 950]), 1000, tested)
    assert found.share == pytest.approx([0, 0, 1], abs=1e-3)
    assert (found.low >= 0).all()
    assert (found.high <= 1).all()


@given(
    recalls=st.tuples(*[st.floats(0.55, 0.95)] * 3),
    shares=st.tuples(*[st.floats(0.05, 1.0)] * 3),
)
@settings(max_examples=60, deadline=None)
def test_the_true_shares_come_back_from_what_they_are_heard_as(
    recalls: tuple[float, float, float], shares: tuple[float, float, float]
) -> None:
    confusion = confused(recalls)
    truth = np.array(shares) / sum(shares)
    heard = truth @ confusion * 1_000_000
    tested = of_confusion(np.rint(confusion * 1_000_000))
    found = corrected_shares(np.rint(heard).astype(np.int64), 1_000_000, tested)
    assert found.share == pytest.approx(truth, abs=0.02)
    assert found.weights @ (heard / heard.sum()) == pytest.approx(truth[NEGATIVE], abs=1e-3)


def test_the_interval_holds_the_truth_about_as_often_as_it_says_wherever_the_shares_moved_to() -> None:
    rng = np.random.default_rng(7)
    worlds, inside, naive = 200, 0, 0
    for _ in range(worlds):
        confusion = confused(tuple(rng.uniform(0.55, 0.9, 3)))
        truth = rng.dirichlet([2, 2, 2])  # of the unrated texts
        rated = rng.integers(60, 300, 3)  # of each class, whatever its share is among the others
        seen = np.array([rng.multinomial(n, row) for n, row in zip(rated, confusion, strict=True)])
        count = int(rng.integers(200, 1500))
        heard = rng.multinomial(count, truth @ confusion)
        found = corrected_shares(heard.astype(np.int64), count, of_confusion(seen))
        inside += bool(found.low[NEGATIVE] <= truth[NEGATIVE] <= found.high[NEGATIVE])
        error = 1.96 * np.sqrt(heard[NEGATIVE] / count * (1 - heard[NEGATIVE] / count) / count)
        naive += bool(abs(heard[NEGATIVE] / count - truth[NEGATIVE]) <= error)
    # 95% of 200, give or take three standard errors. What was heard, uncorrected, is hardly ever the truth.
    print(f"held {inside / worlds:.1%}; uncorrected {naive / worlds:.1%}")
    assert 0.904 <= inside / worlds <= 0.996
    assert naive / worlds < 0.5


def confused(recalls: Sequence[float]) -> np.ndarray:
    """By true class: how often it is heard right, and as one of the others in a proportion of two to one."""
    rows = np.zeros((3, 3))
    for at, recall in enumerate(recalls):
        rows[at, at] = recall
        rows[at, (at + 1) % 3], rows[at, (at + 2) % 3] = (1 - recall) * 2 / 3, (1 - recall) / 3
    return rows


def of_confusion(counts: Sequence[Sequence[float]] | np.ndarray) -> Rehearsal:
    seen = np.array(counts, dtype=np.int64)
    by_class = seen.sum(axis=1)
    return Rehearsal(
        different=int(by_class.sum()), rated=tuple(by_class.tolist()), confusion=seen, observations=by_class
    )
