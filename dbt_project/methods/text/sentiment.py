"""Texts of which some are rated in; what a classifier that learnt from these hears in each, and how well, out.

Learns from character and word n-grams, hashed, weighted by inverse document frequency, with a linear support vector
machine (Joachims 1998, Text categorization with support vector machines, ECML): no words of any language are built in.
Where there is a lexicon of the language, it also learns how far that is right here.
Every rated text is judged by a classifier that has not seen it. What comes out is a function of the texts alone: their
order does not matter, and folds follow from the texts themselves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

CLASSES: Final = ("negative", "neutral", "positive")
NEGATIVE, NEUTRAL, POSITIVE = range(len(CLASSES))
UNKNOWN: Final = -1
# Different rated texts that a class needs. Fewer say nothing of how often the class is recognised; a neutral class
# below it is left out of learning and of the test.
LEAST_RATED: Final = 30
# By so much of all rated texts has the accuracy to be above the better of majority and lexicon, at the lower end of
# its 95% interval.
MARGIN: Final = 0.05
# Standard error of the corrected share of negative texts that confusion alone makes. Above it, negative texts sound too
# much like others to say how many there are, however well the third class is recognised.
MOST_DOUBT: Final = 0.1
FOLDS: Final = 5
# Different rated texts that are learnt from: seconds and memory are bounded, and more of them change little.
MOST_RATED: Final = 6000
AT_ONCE: Final = 10_000  # texts that are heard at once: memory does not grow with how many there are
CHARACTERS: Final = (3, 5)
WORDS: Final = (1, 2)
FEATURES: Final = 2**17  # of the hashes of each kind
SOFTNESS: Final = 0.3  # C of the support vector machine
LEXICON_WEIGHT: Final = 0.5  # of a polarity of 1, beside n-grams whose squares add up to 1
DRAWS: Final = 2000
SEED: Final = 20261130
Z: Final = 1.959963984540054  # two-sided 95%
_SPACE: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Rehearsal:
    """How a classifier did on rated texts that it had not seen, beside the majority class and a lexicon.

    Accuracies and their bounds are shares of the rated texts that were tested.

    Attributes:
        different: rated texts, those that say the same once.
        rated: the same by class.
        tested: how many ratings were tested: a text that two customers wrote counts twice.
        confusion: ratings by true class (rows) and what was heard.
        observations: how many independent observations each row of `confusion` stands for: its different texts.
        accuracy, low, high: of the classifier, with its 95% interval, clustered by text.
        macro_f1, lexicon_macro_f1: mean of the F1 scores of the classes.
        majority, lexicon: accuracy of always saying the commonest class, and of the lexicon; None where it knows no
            word of the language.
        advantage: accuracy over the better of both, at the lower end of its interval.
        reason: why the classifier is silent; empty where it speaks.
    """

    different: int
    rated: tuple[int, ...]
    tested: int = 0
    confusion: Codes = field(default_factory=lambda: np.zeros((3, 3), dtype=np.int64))
    observations: Codes = field(default_factory=lambda: np.zeros(3, dtype=np.int64))
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    macro_f1: float | None = None
    majority: float | None = None
    lexicon: float | None = None
    lexicon_macro_f1: float | None = None
    advantage: float | None = None
    reason: str = ""

    @property
    def speaks(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class Shares:
    """Class shares of texts, corrected for the confusion of who judged them.

    Attributes:
        share, low, high: by class, with a 95% interval.
        weights: what a text counts for towards "negative", by what was heard in it: the mean over texts is the share.
        doubt: standard error of the negative share that comes from not knowing the confusion exactly.
    """

    share: Floats
    low: Floats
    high: Floats
    weights: Floats
    doubt: float

    @property
    def reason(self) -> str:
        """Why nothing is said although the tone is heard well enough; empty where something is."""
        if self.doubt <= MOST_DOUBT:
            return ""
        return (
            "it takes negative texts for others, or others for negative, too often to say how many there are (standard "
            f"error {self.doubt:.0%}, at most {MOST_DOUBT:.0%})"
        )


def text_key(text: str) -> str:
    """What texts that say the same have in common, in any case, spacing and with any numbers."""
    return _NUMBER.sub("0", _SPACE.sub(" ", text).strip().casefold())


def hear(texts: Sequence[str], ratings: Codes, polarity: Callable[[str], float] | None = None) -> Codes:
    """What is heard in each text: in a rated one by a classifier that learnt from the others, else from all rated.

    Args:
        texts: of one language.
        ratings: places in CLASSES, or UNKNOWN.
        polarity: of a text by a lexicon of the language, from -1 to 1; None where there is none.

    Returns:
        Places in CLASSES; UNKNOWN for all where too little is rated, and for rated texts beyond MOST_RATED.
    """
    heard = np.full(len(texts), UNKNOWN, dtype=np.int64)
    keys, key_of = _keys(texts)
    counts = _counts(key_of, ratings, len(keys))
    learnt = _learnable(counts)
    if learnt is None:
        return heard
    is_rated = counts[:, learnt].sum(axis=1) > 0
    # In the order of their hashes: a sample that knows no date and no class.
    sampled = is_rated & (np.cumsum(is_rated) <= MOST_RATED)
    rated = np.nonzero(sampled)[0]
    features = _features([keys[at] for at in rated], polarity)
    fold = _folds(counts[rated])
    said = np.full(len(keys), UNKNOWN, dtype=np.int64)
    for held_out in range(FOLDS):
        at = fold == held_out
        if at.any():
            said[rated[at]] = _learn(features, counts[rated], ~at, learnt)(features, at)
    judge = _learn(features, counts[rated], np.ones(len(rated), dtype=bool), learnt)
    others = np.nonzero(counts.sum(axis=1) == 0)[0]
    for start in range(0, len(others), AT_ONCE):
        part = others[start : start + AT_ONCE]
        said[part] = judge(_features([keys[at] for at in part], polarity), np.ones(len(part), dtype=bool))
    # A text that one customer rated and another did not: what was heard without having seen its rating.
    heard[:] = said[key_of]
    return heard


def rehearse(same_text: Codes, ratings: Codes, heard: Codes, by_lexicon: Codes | None) -> Rehearsal:
    """How well rated texts were heard, and whether that is enough to speak on others.

    Args:
        same_text: equal where texts of one language say the same (`text_key`).
        ratings, heard: places in CLASSES, or UNKNOWN.
        by_lexicon: the same by the lexicon; UNKNOWN where it is silent. None: it does not know the language.
    """
    key_of = np.unique(same_text, return_inverse=True)[1].astype(np.int64)
    counts = _counts(key_of, ratings, int(key_of.max(initial=-1)) + 1)
    different = int((counts.sum(axis=1) > 0).sum())
    rated = tuple(int(n) for n in (counts > 0).sum(axis=0))
    learnt = _learnable(counts)
    if learnt is None:
        few = min((NEGATIVE, POSITIVE), key=lambda one: rated[one])
        reason = f"only {rated[few]} different texts are rated {CLASSES[few]}, {LEAST_RATED} are needed"
        return Rehearsal(
            different=different,
            rated=rated,
            reason=reason,
        )
    at = np.nonzero(np.isin(ratings, learnt) & (heard >= 0))[0]
    truth, said, group = ratings[at], heard[at], key_of[at]
    right = (said == truth).astype(np.float64)
    by_class = np.bincount(truth, minlength=len(CLASSES))
    majority = (truth == int(by_class.argmax())).astype(np.float64)
    rivals = {"the majority": majority}
    lexicon, lexicon_f1 = None, None
    if by_lexicon is not None:
        # Where the lexicon hears nothing, a text counts as neutral to it.
        spoken = np.where(by_lexicon[at] == UNKNOWN, NEUTRAL, by_lexicon[at])
        rivals["the lexicon"] = (spoken == truth).astype(np.float64)
        lexicon, lexicon_f1 = float(rivals["the lexicon"].mean()), _macro_f1(truth, spoken, learnt)
    accuracy, error = _clustered(right, group)
    bounds = {name: _lower(right - rival, group) for name, rival in rivals.items()}
    better = max(rivals, key=lambda name: float(rivals[name].mean()))
    advantage = min(bounds.values())
    reason = ""
    if advantage <= MARGIN:
        reason = (
            f"it is right about {accuracy:.0%} of rated texts that it had not seen, {better} about "
            f"{rivals[better].mean():.0%}: not above it by {MARGIN:.0%} for certain"
        )
    confusion = np.zeros((len(CLASSES), len(CLASSES)), dtype=np.int64)
    np.add.at(confusion, (truth, said), 1)
    return Rehearsal(
        different=different,
        rated=rated,
        tested=len(at),
        confusion=confusion,
        observations=np.array([len(np.unique(group[truth == one])) for one in range(len(CLASSES))], dtype=np.int64),
        accuracy=accuracy,
        low=max(accuracy - Z * error, 0.0),
        high=min(accuracy + Z * error, 1.0),
        macro_f1=_macro_f1(truth, said, learnt),
        majority=float(majority.mean()),
        lexicon=lexicon,
        lexicon_macro_f1=lexicon_f1,
        advantage=advantage,
        reason=reason,
    )


def corrected_shares(heard: Codes, observations: int, tested: Rehearsal) -> Shares:
    """Shares of the true classes among texts of which only is known what was heard in them.

    Adjusted count: the shares heard are the confusion by true class times the true shares, which is solved for these
    (Rogan & Gladen 1978, American Journal of Epidemiology 107; for several classes Forman 2008, Data Mining and
    Knowledge Discovery 17). How common a class was among the rated texts does not matter. The interval draws confusion
    and shares heard from their posteriors under Jeffreys' prior and solves each draw for shares that are at least 0.

    Args:
        heard: how many texts were heard as each class.
        observations: how many independent ones these are: different texts.
        tested: who judged them.
    """
    known = np.nonzero(tested.observations > 0)[0]
    size = len(known)
    rng = np.random.default_rng(SEED)
    confusion = tested.confusion[np.ix_(known, known)].astype(np.float64)
    confusion /= confusion.sum(axis=1, keepdims=True)
    total = max(int(heard.sum()), 1)
    said = heard[known] / total
    prior = 0.5
    rows = np.stack(
        [rng.dirichlet(confusion[at] * tested.observations[one] + prior, DRAWS) for at, one in enumerate(known)], axis=1
    )
    shares_said = rng.dirichlet(said * observations + prior, DRAWS)
    draws = _solved(rows, shares_said)
    share = _solved(confusion[None], said[None])[0]
    inverse = np.linalg.inv(confusion.T)
    # The weights are linear, not held at 0: so is their doubt. Quantiles, since a draw may lie near no solution at all.
    linear = np.linalg.solve(rows.transpose(0, 2, 1), np.broadcast_to(said, (DRAWS, size))[..., None])[..., 0]
    place = {one: at for at, one in enumerate(known.tolist())}
    weights = np.zeros(len(CLASSES))
    weights[known] = inverse[place[NEGATIVE]]

    def spread(values: Floats) -> Floats:
        whole = np.zeros(len(CLASSES))
        whole[known] = values
        return whole

    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    return Shares(
        share=spread(share),
        low=spread(np.minimum(low, share)),
        high=spread(np.maximum(high, share)),
        weights=weights,
        doubt=float(np.diff(np.quantile(linear[:, place[NEGATIVE]], [0.159, 0.841]))[0] / 2),
    )


def _solved(confusions: Floats, said: Floats) -> Floats:
    """Shares of which each confusion makes what was said: the likeliest ones, by expectation and maximisation.

    Inside the simplex that is the solution of the linear equations; outside, shares of 0 stay 0 (Saerens, Latinne &
    Decaestecker 2002, Neural Computation 14).
    """
    size = said.shape[1]
    share = np.full(said.shape, 1 / size)
    for _ in range(300):
        expected = np.einsum("di,dij->dj", share, confusions)
        share = share * np.einsum("dij,dj->di", confusions, said / np.maximum(expected, 1e-12))
    found: Floats = np.clip(share / share.sum(axis=1, keepdims=True), 0.0, 1.0)
    return found


def _keys(texts: Sequence[str]) -> tuple[list[str], Codes]:
    """Different texts, in an order that follows from themselves, and the place of each text's among them."""
    keys = [text_key(text) for text in texts]
    ordered = sorted(set(keys), key=lambda key: (_hash(key), key))
    place = {key: at for at, key in enumerate(ordered)}
    return ordered, np.array([place[key] for key in keys], dtype=np.int64)


def _hash(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _counts(key_of: Codes, ratings: Codes, keys: int) -> Codes:
    """Ratings of each different text, by class."""
    counts = np.zeros((keys, len(CLASSES)), dtype=np.int64)
    rated = ratings >= 0
    np.add.at(counts, (key_of[rated], ratings[rated]), 1)
    return counts


def _learnable(counts: Codes) -> list[int] | None:
    """Classes with enough different texts; None where negative or positive is not one of them."""
    enough = (counts > 0).sum(axis=0) >= LEAST_RATED
    if not (enough[NEGATIVE] and enough[POSITIVE]):
        return None
    return [int(one) for one in np.nonzero(enough)[0]]


def _folds(counts: Codes) -> Codes:
    """A fold for each text, in turn within the class that most of its ratings say."""
    fold = np.empty(len(counts), dtype=np.int64)
    stratum = counts.argmax(axis=1)
    for one in range(len(CLASSES)):
        members = np.nonzero(stratum == one)[0]
        fold[members] = np.arange(len(members)) % FOLDS
    return fold


@dataclass(frozen=True)
class _Features:
    """Sparse texts x hashed n-grams, how often each is in the text, and x (good, bad) as a lexicon weighs them."""

    n_grams: Any
    signs: Any


def _features(keys: Sequence[str], polarity: Callable[[str], float] | None) -> _Features:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    common: dict[str, Any] = {"n_features": FEATURES, "alternate_sign": False, "norm": None, "dtype": np.float64}
    characters = HashingVectorizer(analyzer="char_wb", ngram_range=CHARACTERS, **common)
    words = HashingVectorizer(ngram_range=WORDS, token_pattern=r"(?u)\b\w+\b", **common)
    n_grams = hstack([characters.transform(keys), words.transform(keys)]).tocsr()
    if polarity is None:
        return _Features(n_grams, csr_matrix((len(keys), 0)))
    found = np.array([polarity(key) for key in keys])
    signs = np.column_stack([np.maximum(found, 0), np.maximum(-found, 0)]) * LEXICON_WEIGHT
    return _Features(n_grams, csr_matrix(signs))


def _learn(
    features: _Features, counts: Codes, learns: NDArray[np.bool_], learnt: list[int]
) -> Callable[[_Features, NDArray[np.bool_]], Codes]:
    """What says, of texts at some places, what class they are. A text counts as often as it was rated."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.svm import LinearSVC

    rows, columns = np.nonzero(counts[learns][:, learnt])
    texts = np.nonzero(learns)[0][rows]
    classes = np.array(learnt, dtype=np.int64)[columns]
    weighting = TfidfTransformer(sublinear_tf=True).fit(features.n_grams[learns])

    def weighted(given: _Features, at: Any) -> Any:
        return hstack([weighting.transform(given.n_grams[at]), given.signs[at]]).tocsr()

    machine = LinearSVC(C=SOFTNESS, random_state=SEED)
    machine.fit(weighted(features, texts), classes, sample_weight=counts[texts, classes].astype(np.float64))

    def judge(given: _Features, at: NDArray[np.bool_]) -> Codes:
        found: Codes = machine.predict(weighted(given, at)).astype(np.int64)
        return found

    return judge


def _clustered(values: Floats, group: Codes) -> tuple[float, float]:
    """Mean and its standard error, where values of one group (the same text) are not independent."""
    mean = float(values.mean())
    sums = np.bincount(group, weights=values - mean)
    groups = len(np.unique(group))
    if groups < 2:
        return mean, float("inf")
    return mean, float(np.sqrt((sums**2).sum() * groups / (groups - 1)) / len(values))


def _lower(differences: Floats, group: Codes) -> float:
    mean, error = _clustered(differences, group)
    return mean - Z * error


def _macro_f1(truth: Codes, said: Codes, learnt: Sequence[int]) -> float:
    scores = []
    for one in learnt:
        hits = int(((truth == one) & (said == one)).sum())
        scores.append(2 * hits / max(int((truth == one).sum() + (said == one).sum()), 1))
    return float(np.mean(scores))
