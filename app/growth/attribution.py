"""Attribution on a page: models side by side, who only assists, return on advertising. In: a session, filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.growth import sentences as growth_sentences
from app.growth.findings import find_assist
from app.kit import cards, charts
from app.kit.bars import bar
from app.kit.failures import part
from app.kit.findings import MIN_N, with_values
from app.kit.formatting import count_of, markdown_safe, money, number, percent, unavailable, words
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.kit.tables import Table, cross, pivot
from app.shell.page import period_in_words
from serving import Answer, AnswerRow

RULES: Final = ("first", "last", "last_non_direct", "linear", "position", "time_decay")
WHOLE: Final = ("markov_1", "markov_2", "shapley")
CREDITED, CONTRIBUTED = "attributed_conversions", "channel_conversions"
RETURNS: Final = ("return_on_ad_spend", "cost_per_acquisition")
WHOLE_RETURNS: Final = ("channel_return_on_ad_spend", "channel_cost_per_acquisition")
OPENS, CLOSES = "first", "last"
SHORT_LIST: Final = 5  # bars of a card; the table of all models has every channel
METRICS: Final = (CREDITED, CONTRIBUTED, "closing_share", *RETURNS)
LEAST_SHOWN: Final = 0.5  # a conversion; less is shown as none
RETURNS_BY: Final = "linear"  # a middle way: neither the first nor the last touch alone pays back what was spent


def shares_by_model(*answers: Answer) -> dict[str, dict[str, float]]:
    """Model -> channel -> share of all conversions that the model gives it.

    Models that were refused or share out fewer than MIN_N conversions are left out, and so are those of which a channel
    is hidden: the shares of the others would be of what is shown alone.
    """
    given: dict[str, dict[str, float]] = {}
    incomplete: set[str] = set()
    for answer in answers:
        for row in answer.rows:
            channel, model = row.dimensions.get("channel"), row.dimensions.get("model")
            if model is None or channel is None:
                continue
            if row.value is not None:
                given.setdefault(model, {})[channel] = float(row.value)
            elif row.status != "no_data":
                incomplete.add(model)
    totals = {model: sum(of_model.values()) for model, of_model in given.items() if model not in incomplete}
    # Credits are parts of conversions, whose sum is a whole number but for rounding.
    return {
        model: {channel: value / total for channel, value in given[model].items()}
        for model, total in totals.items()
        if round(total) >= MIN_N
    }


def draw(session: PageSession, filters: Filters) -> None:
    """The models side by side, who only assists, and what advertising brings back."""
    whole = _whole(session, filters)
    # Models over all paths are solved for the whole time: so the rule models beside them cover the whole time, too.
    rules = session.ask(
        CREDITED, by=("channel", "model"), where=filters.where, window=None if whole else filters.window
    )
    known = (rules, *whole)
    title = growth_sentences.disagree(shares_by_model(*known))
    with cards.evidence(session, title, known, (CREDITED, CONTRIBUTED), key="models"):
        if any(row.value is not None for row in rules.rows):
            cards.table(
                side_by_side(session, rules, whole),
                session,
                alt_text="Conversions by channel, one column an attribution model",
                key="models_table",
                note=f"Conversions. {_whole_note(whole, period_in_words(filters, session))}",
            )
        else:
            cards.nothing_to_show(rules, what="Conversions by channel")
    for reason in sorted({str(row.reason) for answer in whole for row in answer.rows if row.status == "refused"}):
        st.info(markdown_safe(reason), icon=":material/info:")
    left, right = st.columns([9, 11], gap="small")
    with left:
        _closers(session, filters)
    with right:
        _returns(session, filters)


def _whole(session: PageSession, filters: Filters) -> tuple[Answer, ...]:
    """Models over all paths together, solved for the whole time and by segment: other filters leave them out."""
    if any(word != "segment" for word in filters.where) or len(filters.where.get("segment", ())) > 1:
        return ()
    segment = tuple(map(segment_here, filters.where.get("segment", ()))) or ("all",)
    where = {"conversion": (session.settings.conversion_event,), "period": ("all",), "segment": segment}
    return (session.ask(CONTRIBUTED, by=("channel", "model"), where=where),)


def segment_here(segment: str) -> str:
    """How contributions name a segment: two words are not the company's there, but `all` of it and `none` known."""
    return f"{segment} (segment)" if segment.replace(" (segment)", "") in ("all", "none") else segment


def _whole_note(whole: tuple[Answer, ...], period: str) -> str:
    if not whole:
        return f"{period}. Removal effects and Shapley values are solved by segment and for no other filter."
    return (
        "All time. Removal effects look at all paths together, those without a purchase among them; Shapley values at "
        "which channels were on the way, in any order."
    )


def side_by_side(session: PageSession, rules: Answer, whole: tuple[Answer, ...]) -> Table:
    """One row a channel, one column a model: rules first, then the models over all paths."""
    tables = [
        cross(
            answer,
            "channel",
            models,
            "model",
            definition=session.definitions[metric],
            heading="Channel",
            currency=session.currency,
        )
        for answer, models, metric in ((rules, RULES, CREDITED), *((one, WHOLE, CONTRIBUTED) for one in whole))
    ]
    first, *rest = tables
    numbers, texts = first.numbers, first.texts
    for other in rest:
        numbers = numbers.merge(other.numbers, on="Channel", how="outer", sort=True)
        texts = texts.merge(other.texts, on="Channel", how="outer", sort=True)
    texts = texts.fillna(unavailable("no_data"))
    # A channel on paths without a purchase only has nothing to share, in any model.
    said = texts.iloc[:, 1:].isin([unavailable("suppressed"), unavailable("refused")]).any(axis=1)
    kept = (numbers.iloc[:, 1:].fillna(0).astype(float).abs() > LEAST_SHOWN).any(axis=1) | said
    numbers, texts = (frame[kept].reset_index(drop=True) for frame in (numbers, texts))
    names = {words(model): words(name) for model, name in growth_sentences.MODEL_NAMES.items()}
    return Table(numbers.rename(columns=names), texts.rename(columns=names))


def _closers(session: PageSession, filters: Filters) -> None:
    closing = session.shown("closing_share", filters, by=("channel",))
    linear = session.shown(CREDITED, filters, by=("channel",), where={"model": ("linear",)})
    found = find_assist(closing.rows, linear.rows)
    title = growth_sentences.assists(found, closing.rows)
    with cards.evidence(session, title, [closing, linear], ["closing_share"], key="closers"):
        rows = sorted(with_values(closing.rows, "channel"), key=lambda row: -(row.value or 0.0))
        if rows:
            cards.chart(
                charts.ranked(
                    [
                        bar(
                            row,
                            str(row.dimensions["channel"]),
                            "share",
                            stands_out=found is not None and row.dimensions["channel"] == found.channel,
                        )
                        for row in rows
                    ],
                    axis="Share of its conversions that a channel closes",
                    unit="share",
                    is_praise=True,
                ),
                alt_text=f"Bars of the share of conversions that each channel closes. {title}.",
                key="closers_chart",
                note="Conversions whose last touch it was, of those that it took part in.",
            )
        else:
            cards.nothing_to_show(closing, what="Who closes")


def roles(session: PageSession, filters: Filters) -> None:
    """Channels in three columns: who opens journeys that end in a conversion, who closes them, and what pays back."""
    whole = {
        model: session.shown(CREDITED, filters, where={"model": (model,)}).one(CREDITED) for model in (OPENS, CLOSES)
    }
    with st.grid(3, min_column_width=300, gap="small"):
        for model, what in ((OPENS, "opens"), (CLOSES, "closes")):
            with part(f"Which channel {what}"):
                _role(session, filters, model, whole[model], what=what)
        with part("What pays back"):
            _pays_back(session, filters)


def _role(session: PageSession, filters: Filters, model: str, whole: AnswerRow, *, what: str) -> None:
    """Shares of all conversions that channels open, or close."""
    answer = session.shown(CREDITED, filters, by=("channel",), where={"model": (model,)})
    title = growth_sentences.leads(answer.rows, whole, what=what)
    known = [row for row in answer.rows if row.status == "ok" and row.value and row.dimensions.get("channel")]
    with cards.evidence(session, title, [answer], [CREDITED], key=f"channel_{what}"):
        if known and whole.value:
            rows = sorted(known, key=lambda row: -(row.value or 0.0))[:SHORT_LIST]
            cards.chart(
                charts.ranked(
                    [
                        {
                            "label": words(str(row.dimensions["channel"])),
                            "value": (row.value or 0.0) / whole.value,
                            "low": None,
                            "high": None,
                            "text": percent((row.value or 0.0) / whole.value)
                            if whole.value >= MIN_N
                            else number(row.value or 0.0, "per_person"),
                            "stands_out": False,
                            "note": count_of(row.value or 0.0, "conversion"),
                        }
                        for row in rows
                    ],
                    axis=f"Share of conversions that it {what}",
                    unit="share",
                ),
                alt_text=f"Bars of the share of conversions that each channel {what}. {title}.",
                key=f"channel_{what}_chart",
                note=f"By {growth_sentences.MODEL_NAMES[model]}, of {count_of(whole.value, 'conversion')}.",
            )
        else:
            cards.nothing_to_show(answer, what=f"Which channel {what}")


def _pays_back(session: PageSession, filters: Filters) -> None:
    """Revenue for each unit of money spent, by channel."""
    answer = session.shown(RETURNS[0], filters, by=("channel",), where={"model": (RETURNS_BY,)})
    known = sorted(with_values(answer.rows, "channel"), key=lambda row: -(row.value or 0.0))
    with cards.evidence(session, _paid_back(session, known), [answer], RETURNS[:1], key="channel_returns"):
        if known:
            cards.chart(
                charts.ranked(
                    [
                        {
                            **bar(row, words(str(row.dimensions["channel"])), "per_person"),
                            "text": money(row.value or 0.0, session.currency, exact=True),
                        }
                        for row in known[:SHORT_LIST]
                    ],
                    axis=f"{session.currency} of revenue for each {money(1, session.currency, exact=True)} spent",
                ),
                alt_text=f"Bars of revenue for each {session.currency} spent, by channel.",
                key="channel_returns_chart",
                note=f"Revenue by {growth_sentences.MODEL_NAMES[RETURNS_BY]}. Channels without a recorded cost have no "
                "return.",
            )
        else:
            cards.nothing_to_show(answer, what="Return on cost")


def _paid_back(session: PageSession, known: Sequence[AnswerRow]) -> str:
    """The channel with the highest return, in a title."""
    if not known:
        return "What advertising brings back"
    back, spent = (money(amount, session.currency, exact=True) for amount in (known[0].value or 0.0, 1))
    return f"{words(str(known[0].dimensions['channel']))} brings back {back} for each {spent} spent"


def _returns(session: PageSession, filters: Filters) -> None:
    answers = [session.shown(metric, filters, by=("channel",), where={"model": (RETURNS_BY,)}) for metric in RETURNS]
    spent = session.shown("campaign_cost", filters, by=("channel",)) if not filters.where else None
    known = sorted(with_values(answers[0].rows, "channel"), key=lambda row: -(row.value or 0.0))
    with cards.evidence(session, _paid_back(session, known), answers, RETURNS, key="returns"):
        if known:
            shown = [answer for answer in (spent, *answers) if answer is not None]
            cards.table(
                pivot(shown, "channel", session.definitions, heading="Channel", currency=session.currency),
                session,
                alt_text="Cost, return on ad spend and cost per acquisition by channel",
                key="returns_table",
                note=f"Revenue and conversions by {growth_sentences.MODEL_NAMES[RETURNS_BY]}. Channels without "
                "a recorded cost have no return.",
            )
        else:
            cards.nothing_to_show(answers[0], what="Return on cost")
