"""The words of a question, looked up once: a release and a question in, what each word means for each metric out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from serving.definitions.metric import Dimension, Metric
from serving.definitions.semantics import only
from serving.engine import Filter, Value
from serving.errors import UserError, did_you_mean
from serving.question import MISSING_WORD, Question
from serving.releases.release import LiveRelease
from serving.rows import text_of

# Text as readers write it -> the snapshot's value.
Texts = Mapping[str | None, Value]


@dataclass(frozen=True)
class Words:
    """What a question's words mean in one release.

    Attributes:
        metrics: the metrics that it names.
        meanings: metric and word -> the dimensions that the word may mean for the metric: none where it has no such
            dimension, several where the word is ambiguous.
        texts: a dimension that is filtered on -> its values by their text.
    """

    metrics: tuple[Metric, ...]
    meanings: Mapping[tuple[str, str], tuple[Dimension, ...]]
    texts: Mapping[Dimension, Texts]

    def dimension(self, word: str, metric: str) -> Dimension | None:
        """The dimension that a word means for a metric, None where it has none; an ambiguous word is refused."""
        return only(self.meanings[metric, word], word=word, metric=metric)

    def filter(self, dimension: Dimension, values: Iterable[str | None]) -> Filter:
        """A filter in the snapshot's own values, without those that this dimension does not have."""
        known = self.texts[dimension]
        return Filter(dimension.qualified, tuple(dict.fromkeys(known[value] for value in values if value in known)))


def words_of(release: LiveRelease, question: Question) -> Words:
    """Look up the words of a question.

    Raises:
        UserError: it names a metric, dimension or value that this release does not know; with the nearest that it does.
    """
    semantics = release.semantics
    metrics = tuple(semantics.metric(name) for name in question.metrics)
    asked = dict.fromkeys((*question.by, *(word for word, _ in question.filters)))
    for word in asked:
        semantics.check_dimension(word)
    meanings = {(name, word): semantics.resolve_all(word, name) for word in asked for name in question.metrics}
    texts: dict[Dimension, Texts] = {}
    for word, values in question.filters:
        meant = dict.fromkeys(one for name in question.metrics for one in meanings[name, word])
        known: dict[str | None, Value] = {}
        for one in meant or semantics.named(word):
            texts[one] = _texts(release, one)
            known |= texts[one]
        for value in values:
            if known and value not in known:
                listed = [text for text in known if text is not None]
                what = f"'{word}' has no value '{MISSING_WORD if value is None else value}'."
                raise UserError(what, did_you_mean(value or "", listed))
    return Words(metrics=metrics, meanings=meanings, texts=texts)


def dimension_values(release: LiveRelease, dimension: str) -> tuple[str, ...]:
    """Every value that a dimension takes in this release, in order; missing values are not listed."""
    release.semantics.check_dimension(dimension)
    named = release.semantics.named(dimension)
    texts = {text_of(value) for one in named for value in release.engine.values(one.qualified)}
    return tuple(sorted(text for text in texts if text is not None))


def _texts(release: LiveRelease, dimension: Dimension) -> Texts:
    """Text -> value. A missing value is always known: a join leaves it where a person has no row."""
    values = release.engine.values(dimension.qualified)
    return {None: None, MISSING_WORD: None, **{text_of(value): value for value in values}}
