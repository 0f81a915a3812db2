"""The six stages side by side. In: a session and the reader's filters. Out: one strip of drawn cards.

Every card has the same rows: when, where, how, why, the rating, and what is lost. A row without a number says why.
"""

from __future__ import annotations

import streamlit as st

from app.journey import stage_cards
from app.journey.findings import find_stalled_stage, observed_stages
from app.kit import cards, sentences
from app.kit.formatting import markdown_safe, percent, words
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from serving import AnswerRow
from workspace.vocabulary import STAGES

RATE, ENTRIES, WAIT, FELT, OFFLINE = (
    "stage_conversion",
    "stage_entries",
    "days_to_next_stage",
    "perception_level",
    "offline_share",
)
METRICS = (RATE, ENTRIES, WAIT, FELT, OFFLINE, "touchpoints")


def observed(session: PageSession, filters: Filters) -> set[str]:
    """The stages that at least one customer entered."""
    return observed_stages(session.shown(ENTRIES, filters, by=("stage",)).rows)


def last_observed(session: PageSession, filters: Filters) -> str:
    """The stage after which none is seen."""
    return max(observed(session, filters) & set(STAGES), key=STAGES.index, default=STAGES[-1])


def draw(session: PageSession, filters: Filters) -> None:
    """The strip."""
    days = session.settings.conversion_days
    answers = {metric: session.shown(metric, filters, by=("stage",)) for metric in (RATE, ENTRIES, WAIT, FELT, OFFLINE)}
    of_stage = {metric: _by_stage(answer.rows) for metric, answer in answers.items()}
    past = session.earlier(RATE, filters, by=("stage",))
    earlier = _by_stage(past.rows) if past else {}
    split = {
        name: session.shown("touchpoints", filters, by=("stage", name))
        for name in ("channel", "touchpoint", "method", "reason")
        if session.can_split("touchpoints", name)
    }
    stall = find_stalled_stage(answers[RATE].rows, observed=observed_stages(answers[ENTRIES].rows))
    last = last_observed(session, filters)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(f"Share who go on to a later stage within {days} days", anchor=False, width="stretch")
        cards.source(session, [*answers.values(), *split.values()], METRICS, key="stages")
    with st.grid(len(STAGES), min_column_width=150, gap="small"):
        for position, stage in enumerate(STAGES, start=1):
            rate = of_stage[RATE].get(stage)

            def common(name: str, stage: str = stage) -> str:
                return stage_cards.most_common(split[name].rows, name, stage) if name in split else "not known"

            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(
                    f"**{position}. {words(stage)}**  \n:gray[{stage_cards.reached(of_stage[ENTRIES].get(stage))}]"
                )
                if stage == last:
                    st.markdown(":gray[last stage seen]")
                elif rate is None or rate.value is None:
                    st.markdown(f":gray[{stage_cards.no_rate(rate)}]")
                else:
                    if stage_cards.is_readable(rate):
                        moved, color = cards.delta(session.definitions[RATE], rate, earlier.get(stage))
                        st.metric(
                            f"{words(stage)} to next stage",
                            percent(rate.value),
                            moved,
                            delta_color=color,
                            label_visibility="collapsed",
                            help=sentences.interval_note(rate, "share"),
                        )
                    st.caption(markdown_safe(stage_cards.base_of(rate, conversion_days=days)))
                    if stall is not None and stall.stage == stage:
                        st.badge("Stalls here", icon=":material/south:", color="red")
                rows = {
                    "When": stage_cards.wait(of_stage[WAIT].get(stage)),
                    "Where": stage_cards.place(common("channel"), of_stage[OFFLINE].get(stage)),
                    "How": stage_cards.both(common("touchpoint"), common("method")),
                    "Why": common("reason"),
                    "Rated": stage_cards.felt(of_stage[FELT].get(stage)),
                    "Loss": "last stage seen" if stage == last else stage_cards.loss(rate),
                }
                st.markdown("  \n".join(f":gray[:small[{name}]] {markdown_safe(fact)}" for name, fact in rows.items()))
    st.caption(
        "A percentage is of the entries old enough to tell. When: the median wait. Where, how and why: the most common "
        "channel, touchpoint, method and stated reason (* others of the stage are hidden, and may be more common). "
        "Rated: the mean rating of the experience, 0 to 100."
    )


def _by_stage(rows: tuple[AnswerRow, ...]) -> dict[str | None, AnswerRow]:
    """The rows of one metric by stage."""
    return {row.dimensions.get("stage"): row for row in rows}
