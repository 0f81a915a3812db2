"""What customers write. In: a session and the reader's filters. Out: a card of topics, with quotes where allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import streamlit as st

from app.kit import cards, charts, tones
from app.kit.findings import usable
from app.kit.formatting import count_of, listing, markdown_safe, percent, words
from app.kit.hidden import among_shown
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.kit.sentences import Sentence, interval_note
from serving import AnswerRow

METRICS = ("comments", "commenters", "negative_comment_share")
TOPIC = "comment_topic"
LANGUAGE = "comment_language"
OTHER = "other"
TOPICS_SHOWN = 12


def topics(session: PageSession, filters: Filters) -> None:
    """Topics by how many wrote about them, with their tone, their change and what they belong to."""
    said, negative = (session.shown(metric, filters, by=(TOPIC,)) for metric in ("comments", "negative_comment_share"))
    pillars = {
        row.dimensions.get(TOPIC): words(str(row.dimensions["topic_pillar"]))
        for row in session.ask("comments", by=(TOPIC, "topic_pillar")).rows
        if row.dimensions.get("topic_pillar")
    }
    before = session.earlier("comments", filters, by=(TOPIC,))
    earlier = {row.dimensions.get(TOPIC): row.value for row in before.rows} if before else {}
    tone = {row.dimensions.get(TOPIC): row for row in negative.rows}
    known = sorted(
        (row for row in said.rows if row.value and row.dimensions.get(TOPIC) not in (None, OTHER)),
        key=lambda row: (-(row.value or 0.0), str(row.dimensions[TOPIC])),
    )[:TOPICS_SHOWN]
    languages = languages_of(session.ask("comments", by=(TOPIC, LANGUAGE)).rows, known)
    title = title_of(known, negative.rows, among_shown(said.rows, TOPIC, "topics"), languages)
    known = by_language(known, languages)
    how_known = tones.answers(session, None)
    with cards.evidence(session, title, [said, negative, *how_known], (*METRICS, *tones.METRICS), key="topics"):
        if not known:
            cards.nothing_to_show(said, what="What customers write about")
            return
        cards.chart(
            charts.ranked(
                [
                    {
                        "label": named(str(row.dimensions[TOPIC]), languages),
                        "value": row.value,
                        "low": None,
                        "high": None,
                        "text": f"{row.value:,.0f}{_moved(row, earlier)}",
                        "note": _note(row, tone.get(row.dimensions[TOPIC]), pillars.get(row.dimensions[TOPIC])),
                        "stands_out": _is_negative(tone.get(row.dimensions[TOPIC])),
                    }
                    for row in known
                ],
                axis="Comments and mentions",
            ),
            alt_text=f"Ranked bars of topics by number of comments. {title}.",
            key="topics_chart",
            note=f"Groups of words that occur in the same comments, named by their own words. {limit_of(languages)}"
            "Coloured where the 95% interval shows that most comments with a known tone are negative; where a "
            "topic's tone is not known, it is not coloured either. "
            f"{tones.sentence(how_known, 'comments and mentions')} "
            f"Topics of fewer than {session.document.min_cell_comments} people are hidden.",
        )
        _quotes(session, [str(row.dimensions[TOPIC]) for row in known], languages)


def languages_of(rows: Iterable[AnswerRow], known: Iterable[AnswerRow]) -> dict[str, str]:
    """Topic -> the languages in which it was found, in words; none where all that is drawn is of one language.

    Args:
        rows: comments by topic and language.
        known: the topics that are drawn.
    """
    drawn = {row.dimensions[TOPIC] for row in known}
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: -(row.value or 0.0)):
        if row.dimensions.get(TOPIC) in drawn and row.dimensions.get(LANGUAGE):
            found.setdefault(str(row.dimensions[TOPIC]), []).append(tones.language(str(row.dimensions[LANGUAGE])))
    languages = {topic: listing(names) for topic, names in found.items()}
    return languages if len({*languages.values()}) > 1 else {}


def by_language(known: list[AnswerRow], languages: Mapping[str, str]) -> list[AnswerRow]:
    """Topics of one language beside each other, the language of most comments first; in it as they were."""
    total: Counter[str] = Counter()
    for row in known:
        total[languages.get(str(row.dimensions[TOPIC]), "")] += int(row.value or 0)
    return sorted(
        known,
        key=lambda row: (
            -total[languages.get(str(row.dimensions[TOPIC]), "")],
            languages.get(str(row.dimensions[TOPIC]), ""),
        ),
    )


def named(topic: str, languages: Mapping[str, str]) -> str:
    """A topic with its language, where there are several."""
    return f"{topic} ({languages[topic]})" if topic in languages else topic


def limit_of(languages: Mapping[str, str]) -> str:
    """What several languages mean for the number of topics, as a sentence; nothing where there is one."""
    if not languages:
        return ""
    return "Topics are found within one language: the same complaint may stand once in each. "


def title_of(
    known: list[AnswerRow], negative: tuple[AnswerRow, ...], among: str, languages: Mapping[str, str] | None = None
) -> Sentence:
    """The title over the topics.

    Args:
        known: the topics that are drawn, most comments first.
        negative: the share of negative comments, by topic.
        among: of which topics it speaks (`among_shown`).
        languages: of each topic, where there are several (`languages_of`).
    """
    if not known:
        return Sentence("Too few comments to say what customers write about", claim=False)
    total = count_of(len(known), "topic")
    drawn = {row.dimensions[TOPIC] for row in known}
    bad = [row for row in usable(negative, TOPIC) if _is_negative(row) and row.dimensions[TOPIC] in drawn]
    first = known[0]
    of_which = f",{among}," if among else ""
    each = ", each of one language" if languages else ""
    counted = f"{first.value:,.0f} of the comments in {total}{each}"
    text = f"Customers write most{of_which} about “{first.dimensions[TOPIC]}” ({counted})"
    return Sentence(f"{text}; {count_of(len(bad), 'topic')} of them mostly negative" if bad else text, claim=bool(bad))


def _moved(row: AnswerRow, earlier: dict[str | None, float | int | None]) -> str:
    before = earlier.get(row.dimensions.get(TOPIC))
    if not before or row.value is None:
        return ""
    return f" ({'+' if row.value >= before else '−'}{percent(abs(row.value / before - 1))})"


def _note(row: AnswerRow, tone: AnswerRow | None, pillar: str | None) -> str:
    parts = [f"pillar {pillar}"] if pillar else []
    if tone is not None and tone.value is not None:
        parts.append(f"{percent(tone.value)} negative of those with a known tone ({interval_note(tone, 'share')})")
    else:
        parts.append("tone not known")
    return "; ".join([*parts, f"n = {row.n:,}"] if row.n is not None else parts)


def _is_negative(tone: AnswerRow | None) -> bool:
    return tone is not None and tone.low is not None and tone.low > 0.5


def _quotes(session: PageSession, shown: list[str], languages: Mapping[str, str]) -> None:
    """What people wrote, where the company publishes it: scrubbed, and only of topics that enough wrote about."""
    if not session.document.publish_comments:
        st.caption("What people wrote is not shown: this company does not publish comments.")
        return
    answer = session.ask("comment_quotes", by=("quote_topic", "quote"))
    by_topic: dict[str, list[str]] = {}
    for row in answer.rows:
        if row.value and row.dimensions.get("quote"):
            by_topic.setdefault(str(row.dimensions["quote_topic"]), []).append(str(row.dimensions["quote"]))
    with st.expander("What they write, without names and numbers", icon=":material/format_quote:"):
        for topic in shown:
            if topic in by_topic:
                st.markdown(f"**{markdown_safe(named(topic, languages))}**")
                st.markdown("\n".join(f"- {markdown_safe(quote)}" for quote in by_topic[topic][:5]))
