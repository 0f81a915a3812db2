"""The tone of public labelled texts: the classifier and its gate beside the majority, VADER and the former lexicon.

Run by `python -m benchmarks.sentiment en=english.csv de=german.csv`: files with the columns `text` and `label`
(negative, neutral, positive). Some texts count as rated; the tone of the others is to be found, once with as many
negative ones as among the rated, once with mostly negative ones. Nothing is downloaded, and no text is kept.

The figures in dbt_project/DECISIONS.md are of https://github.com/tyqiangz/multilingual-sentiment-datasets (Apache
License 2.0; its English tweets are from SemEval-2017 task 4, its German ones from SB-10k), `data/english` and
`data/german`: the files train.csv, valid.csv and test.csv of a language one after the other.
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from dbt_project.methods.text.sentiment import (
    CLASSES,
    NEGATIVE,
    NEUTRAL,
    UNKNOWN,
    Codes,
    Rehearsal,
    Shares,
    corrected_shares,
    hear,
    rehearse,
    text_key,
)
from dbt_project.methods.text.tone import LEXICON_LANGUAGE, polarity, tone

RATED = (60, 300, 1500, 2200)
MOSTLY_NEGATIVE = (0.70, 0.15, 0.15)
SEED = 20261130
# VADER's own thresholds (Hutto & Gilbert 2014).
VADER_CLEAR = 0.05


@dataclass(frozen=True)
class Texts:
    """Labelled texts of one language."""

    language: str
    texts: list[str]
    labels: Codes

    def part(self, places: Codes) -> Texts:
        return Texts(self.language, [self.texts[at] for at in places], self.labels[places])


@dataclass(frozen=True)
class Judge:
    """What somebody hears in texts, UNKNOWN where nothing, and which share is negative by that."""

    name: str
    heard: Codes
    negative: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="LANGUAGE=FILE")
    chosen = parser.parse_args().files
    console = Console(width=150)
    for given in chosen:
        language, _, path = given.partition("=")
        all_texts = _read(language, Path(path))
        for rated in RATED:
            for shares in (None, MOSTLY_NEGATIVE):
                _one(console, all_texts, rated, shares)


def _read(language: str, path: Path) -> Texts:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in CLASSES]
    # In a random order, and each text once: what is rated must not be among the others.
    once = {text_key(row["text"]): row for row in rows}
    ordered = list(once.values())
    order = np.random.default_rng(SEED).permutation(len(ordered))
    shuffled = [ordered[at] for at in order]
    labels = np.array([CLASSES.index(row["label"]) for row in shuffled], dtype=np.int64)
    return Texts(language, [row["text"] for row in shuffled], labels)


def _one(console: Console, whole: Texts, rated: int, shares: tuple[float, ...] | None) -> None:
    """Learn from the first `rated` texts, judge others of the given class shares; None: as they come."""
    others = np.arange(rated, len(whole.labels))
    if shares is not None:
        others = _drawn(whole.labels, others, shares)
    unrated = whole.part(others)
    texts = [*whole.texts[:rated], *unrated.texts]
    ratings = np.r_[whole.labels[:rated], np.full(len(others), UNKNOWN)]
    began = time.process_time()
    heard = hear(texts, ratings, polarity if whole.language == LEXICON_LANGUAGE else None)
    by_lexicon = _by_lexicon(whole.part(np.arange(rated)))
    keys = np.unique([text_key(text) for text in texts], return_inverse=True)[1].astype(np.int64)
    tested = rehearse(
        keys[:rated], ratings[:rated], heard[:rated], by_lexicon if whole.language == LEXICON_LANGUAGE else None
    )
    seconds = time.process_time() - began
    judges = [_majority(whole.labels[:rated], len(others)), *_lexicons(unrated)]
    reason = tested.reason
    if (heard >= 0).any():
        judged = heard[rated:]
        shares = corrected_shares(np.bincount(judged, minlength=len(CLASSES)), len(judged), tested)
        reason = reason or shares.reason
        judges.append(_classifier(judged, shares, speaks=not reason))
    truth = float((unrated.labels == NEGATIVE).mean())
    table = Table(
        title=f"{whole.language}: {rated} rated, {len(others)} others of which {truth:.0%} are negative; "
        f"{seconds:.1f} CPU seconds",
        title_justify="left",
    )
    for column in ("judge", "accuracy", "macro-F1", "negative"):
        table.add_column(column, justify="left" if column == "judge" else "right")
    for judge in judges:
        spoken = np.where(judge.heard == UNKNOWN, NEUTRAL, judge.heard)
        right = float((spoken == unrated.labels).mean())
        table.add_row(judge.name, f"{right:.0%}", f"{_macro_f1(unrated.labels, spoken):.2f}", judge.negative)
    console.print(table)
    console.print(_verdict(tested, reason))
    console.print()


def _verdict(tested: Rehearsal, reason: str) -> str:
    silent = f"It is silent: {reason}."
    if tested.accuracy is None or tested.advantage is None:
        return silent
    found = (
        f"By cross-validation on the rated: accuracy {tested.accuracy:.0%} ({tested.low:.0%} to {tested.high:.0%}), "
        f"macro-F1 {tested.macro_f1:.2f}; majority {tested.majority:.0%}"
    )
    if tested.lexicon is not None:
        found += f", former lexicon {tested.lexicon:.0%}"
    return f"{found}. {silent if reason else f'It speaks: at least {tested.advantage:.0%} above the better one.'}"


def _drawn(labels: Codes, others: Codes, shares: tuple[float, ...]) -> Codes:
    """As many of the others as there can be with these class shares."""
    members = [others[labels[others] == one] for one in range(len(CLASSES))]
    size = min(len(part) / share for part, share in zip(members, shares, strict=True))
    drawn: Codes = np.concatenate([part[: int(size * share)] for part, share in zip(members, shares, strict=True)])
    return drawn


def _majority(rated: Codes, count: int) -> Judge:
    commonest = int(np.bincount(rated, minlength=len(CLASSES)).argmax())
    name = f"always the rated texts' commonest ({CLASSES[commonest]})"
    return Judge(name, np.full(count, commonest), f"{int(commonest == NEGATIVE):.0%}")


def _lexicons(texts: Texts) -> list[Judge]:
    judges = []
    former = _by_lexicon(texts)
    spoken = former[former != UNKNOWN]
    share = f"{(spoken == NEGATIVE).mean():.0%} of {len(spoken)} heard" if len(spoken) else "not known"
    judges.append(Judge("former lexicon" if len(spoken) else "former lexicon (knows English only)", former, share))
    if texts.language == LEXICON_LANGUAGE:
        by_vader = _by_vader(texts.texts)
        judges.append(Judge("VADER", by_vader, f"{(by_vader == NEGATIVE).mean():.0%}"))
    return judges


def _by_lexicon(texts: Texts) -> Codes:
    heard = (tone(text, texts.language) for text in texts.texts)
    return np.array([UNKNOWN if one is None else CLASSES.index(one) for one in heard], dtype=np.int64)


def _by_vader(texts: list[str]) -> Codes:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    scores = np.array([analyser.polarity_scores(text)["compound"] for text in texts])
    found: Codes = np.select([scores <= -VADER_CLEAR, scores < VADER_CLEAR], [NEGATIVE, NEUTRAL], len(CLASSES) - 1)
    return found


def _classifier(heard: Codes, shares: Shares, *, speaks: bool) -> Judge:
    raw = f"{(heard == NEGATIVE).mean():.0%} heard"
    corrected = f"{shares.share[NEGATIVE]:.0%} ({shares.low[NEGATIVE]:.0%} to {shares.high[NEGATIVE]:.0%})"
    name = "classifier" if speaks else "classifier, were it not silent"
    return Judge(name, heard, f"{raw}, corrected {corrected}")


def _macro_f1(truth: Codes, said: Codes) -> float:
    scores = []
    for one in range(len(CLASSES)):
        hits = int(((truth == one) & (said == one)).sum())
        scores.append(2 * hits / max(int((truth == one).sum() + (said == one).sum()), 1))
    return float(np.mean(scores))


if __name__ == "__main__":
    main()
