"""Short texts of one language in; what they are about out: groups of words that go together, and each text's group.

Keywords are word stems (Snowball, Porter 2001) that enough people use and that are not stop words. Two keywords belong
together as far as they stand in the same texts; groups are communities of that network (Louvain: Blondel et al. 2008),
so that the number of topics need not be given. A text is about the group that its rarest keywords speak for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# ISO code -> Snowball's name of the language.
STEMMERS: Final = {
    "de": "german", "en": "english", "es": "spanish", "fr": "french", "it": "italian", "nl": "dutch",
    "pt": "portuguese",
}  # fmt: skip
# A word in more of the texts than this is in most texts, and does not distinguish topics.
COMMONEST: Final = 0.4
SHORTEST: Final = 3  # letters of a keyword
SHORTEST_STEM: Final = 5  # letters from which a stem takes in longer ones that begin with it: Liefer-termin, liefer-n
WORDS_IN_A_NAME: Final = 3
SHARED_WORDS: Final = 0.5  # of a label's words that a topic has to share
SEED: Final = 20261122
# Above 1, smaller communities: at 1 two topics that share one common word (late, time) are taken for one.
RESOLUTION: Final = 1.5
_WORD: Final = re.compile(r"[^\W\d_]+")
_REMOVED: Final = re.compile(r"\[removed\]")


@dataclass(frozen=True)
class Topic:
    """One group of keywords. `name`: its words as most people write them; `stems`: all of its keywords."""

    name: str
    stems: tuple[str, ...]


@dataclass(frozen=True)
class Topics:
    """What texts are about. `of_text`: position among `topics` of each, -1 where none of its words is a keyword."""

    topics: tuple[Topic, ...]
    of_text: Codes


def find_topics(
    texts: Sequence[str],
    people: Sequence[object],
    *,
    language: str,
    least_people: int,
    not_about: Collection[str] = (),
) -> Topics:
    """Topics of texts.

    Args:
        texts: scrubbed, one per comment.
        people: who wrote each.
        language: ISO code, one of STEMMERS; texts of any other language have no topics.
        least_people: how many have to use a word before it can be a keyword: no name of a topic reveals
            what one person said.
        not_about: words that all texts are about, such as the company's own name.
    """
    if language not in STEMMERS or not texts:
        return Topics(topics=(), of_text=np.full(len(texts), -1, dtype=np.int64))
    silent = {word.casefold() for name in not_about for word in _WORD.findall(name)}
    tokens = [[one for one in _tokens(text, language) if one[1] not in silent] for text in texts]
    stems = _merged([dict(one) for one in tokens])
    users: dict[str, set[object]] = {}
    for said, who in zip(stems, people, strict=True):
        for stem in said:
            users.setdefault(stem, set()).add(who)
    most = COMMONEST * len(texts)
    written = Counter(stem for said in stems for stem in said)
    keywords = sorted(stem for stem, who in users.items() if len(who) >= least_people and written[stem] <= most)
    if not keywords:
        return Topics(topics=(), of_text=np.full(len(texts), -1, dtype=np.int64))
    holds = _incidence(stems, keywords)
    groups = _communities(holds)
    weights = np.log(len(texts) / np.asarray(holds.sum(axis=0)).ravel())
    scores = holds.multiply(weights) @ _membership(groups, len(keywords))
    scores = np.asarray(scores.todense() if hasattr(scores, "todense") else scores)
    of_text = np.where(scores.max(axis=1) > 0, scores.argmax(axis=1), -1).astype(np.int64)
    faces = _faces(tokens, stems)
    topics = tuple(_topic(group, keywords, holds, of_text == at, faces) for at, group in enumerate(groups))
    return Topics(topics=topics, of_text=of_text)


def nearest_label(stems: Sequence[str], labels: Mapping[str, str], *, language: str) -> str | None:
    """Key of the label that shares most of its words with a topic; None where none shares half of them.

    Args:
        stems: of the topic, the most used first.
        labels: key -> words for people, in whatever language: they are stemmed as the topic was.
        language: of the topic.
    """
    ranks = {stem: place for place, stem in enumerate(stems)}
    best: tuple[float, float, str] | None = None
    for key, label in labels.items():
        said = {stem for stem, _ in _tokens(label, language)}
        shared = [head for stem in said for head in ranks if stem == head or _begins(stem, head)]
        if not said or len(set(shared)) < SHARED_WORDS * len(said):
            continue
        # The larger share wins, then the words that the topic uses more.
        rated = (len(set(shared)) / len(said), 1 / (1 + min(ranks[head] for head in shared)), key)
        best = rated if best is None or rated[:2] > best[:2] else best
    return best[2] if best else None


def _begins(stem: str, head: str) -> bool:
    return len(head) >= SHORTEST_STEM and stem.startswith(head)


def _tokens(text: str, language: str) -> list[tuple[str, str]]:
    """Stem and word, in order."""
    stopped = stop_words(language)
    words = (word.casefold() for word in _WORD.findall(_REMOVED.sub(" ", text)))
    stem = _stemmer(language)
    return [(stem(word), word) for word in words if len(word) >= SHORTEST and word not in stopped]


def _merged(said: Sequence[dict[str, str]]) -> list[frozenset[str]]:
    """Stems of each text, where a long stem becomes the shortest one that it begins with: so compounds count."""
    known = sorted({stem for one in said for stem in one})
    heads: dict[str, str] = {}
    head = ""
    for stem in known:  # in alphabetical order, so that what begins with `head` follows it
        if len(head) < SHORTEST_STEM or not stem.startswith(head):
            head = stem
        heads[stem] = head
    return [frozenset(heads[stem] for stem in one) for one in said]


def _incidence(stems: Sequence[frozenset[str]], keywords: Sequence[str]) -> Any:
    """Sparse texts x keywords, 1 where a text holds the keyword."""
    from scipy.sparse import csr_matrix

    at = {stem: place for place, stem in enumerate(keywords)}
    columns = [sorted(at[stem] for stem in said if stem in at) for said in stems]
    rows = np.repeat(np.arange(len(stems)), [len(found) for found in columns])
    flat = np.array([place for found in columns for place in found], dtype=np.int64)
    return csr_matrix((np.ones(flat.size), (rows, flat)), shape=(len(stems), len(keywords)))


def _communities(holds: Any) -> list[tuple[int, ...]]:
    """Groups of keywords that stand in the same texts more often than chance would have it."""
    import networkx

    together = np.asarray((holds.T @ holds).todense())
    counts = np.diag(together).copy()
    expected = np.outer(counts, counts) / holds.shape[0]
    alike = np.where(together > expected, together / np.sqrt(np.outer(counts, counts)), 0)
    np.fill_diagonal(alike, 0)
    graph = networkx.from_numpy_array(alike)
    found = networkx.community.louvain_communities(graph, weight="weight", resolution=RESOLUTION, seed=SEED)
    return sorted((tuple(sorted(group)) for group in found), key=lambda group: (-counts[list(group)].sum(), group))


def _membership(groups: Sequence[tuple[int, ...]], keywords: int) -> Floats:
    member = np.zeros((keywords, len(groups)))
    for at, group in enumerate(groups):
        member[list(group), at] = 1
    return member


def _faces(tokens: Sequence[list[tuple[str, str]]], stems: Sequence[frozenset[str]]) -> dict[str, str]:
    """Keyword -> the word that most texts write for it."""
    written: dict[str, Counter[str]] = {}
    for said, merged in zip(tokens, stems, strict=True):
        for stem, word in dict(said).items():
            head = next((one for one in merged if stem.startswith(one)), stem)
            written.setdefault(head, Counter())[word] += 1
    return {stem: min(words, key=lambda word: (-words[word], word)) for stem, words in written.items()}


def _topic(
    group: tuple[int, ...], keywords: Sequence[str], holds: Any, is_about: NDArray[np.bool_], faces: dict[str, str]
) -> Topic:
    used = np.asarray(holds[is_about].sum(axis=0)).ravel()
    order = sorted(group, key=lambda place: (-used[place], keywords[place]))
    named = [faces.get(keywords[place], keywords[place]) for place in order[:WORDS_IN_A_NAME]]
    return Topic(name=", ".join(named), stems=tuple(keywords[place] for place in order))


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words of a language that say nothing by themselves."""
    from stopwordsiso import stopwords

    return frozenset(stopwords(language))


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return cache(snowballstemmer.stemmer(STEMMERS[language]).stemWord)
