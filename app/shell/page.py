"""The frame of every page. In: a question, and its answer once computed. Out: heading, badges, filters, callouts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.kit.badges import Badge, Notice, certification, freshness, lateness, notices, settings_not_kept
from app.kit.failures import part
from app.kit.formatting import TITLE, count_of, ended, markdown_safe, shortened, span, unavailable, words
from app.kit.page_session import PageSession, open_session
from app.kit.selection import Filters, Selection
from app.kit.sentences import Sentence
from app.shell.filters import filter_row, reset_filters, show_all_time
from app.shell.states import no_release, no_workspace, release_gone
from serving import AnswerRow, NoRelease, UserError, run_history
from workspace.environment import workspace_from_environment
from workspace.paths import WorkspacePaths

RELEASE_PARAMETER = "release"
HELP = 2_000  # characters of a tooltip


@dataclass(frozen=True)
class Heading:
    """The place over the filters where the answer goes once it is known."""

    session: PageSession
    question: str
    place: DeltaGenerator

    def asking(self, question: str) -> Heading:
        """The same place under another question, for a page whose first line depends on its filters."""
        return Heading(self.session, question, self.place)

    def answer(self, sentence: Sentence, *, metrics: Sequence[str], based_on: str) -> None:
        """Write the answer, with its badges and what it is based on."""
        session = self.session
        with self.place:
            st.markdown(f":gray[{markdown_safe(shortened(self.question, most=TITLE))}]")
            st.title(markdown_safe(shortened(sentence.text, most=TITLE)), anchor=False)
        with self.place, part("What the answer is based on"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                draw_badge(freshness(session.document, now=session.now, stale_after=session.settings.stale_after))
                late = lateness(session.document, stale_after=session.settings.stale_after)
                if late is not None:
                    draw_badge(late)
                defined = session.define(metrics)
                if defined:
                    draw_badge(certification(defined))
                if based_on:
                    st.markdown(f":gray[{markdown_safe(based_on)}]", width="content")
            unknown = settings_not_kept(session.document)
            if unknown is not None:
                draw_notice(unknown)
            for notice in notices(
                session.document,
                session.runs,
                live_run_id=session.live_run_id,
                now=session.now,
                stale_after=session.settings.stale_after,
                instead_of=session.release.instead_of,
            ):
                draw_notice(notice)
            if session.document.run_id != session.live_run_id:
                st.button("Show the live answers", icon=":material/update:", on_click=_leave_release)

    @contextmanager
    def answering(self, metrics: Sequence[str]) -> Iterator[None]:
        """Compute and write the answer; where that fails the page has a heading all the same, and goes on."""

        def without() -> None:
            self.answer(Sentence("The answer of this page cannot be shown", claim=False), metrics=metrics, based_on="")

        with part("The answer of this page", otherwise=without):
            yield


def begin(question: str) -> tuple[PageSession, Heading]:
    """Open the release that the address names, or the live one; where there is none, say so and stop."""
    root = workspace_from_environment()
    if root is None or not root.is_dir():
        no_workspace(root)
        st.stop()
    asked = st.query_params.get(RELEASE_PARAMETER) or st.session_state.get(RELEASE_PARAMETER)
    try:
        session = open_session(root, asked)
    except NoRelease as missing:
        no_release(missing, next(iter(run_history(WorkspacePaths(root))), None))
        st.stop()
    except UserError:
        release_gone(asked or "", on_leave=_leave_release)
        st.stop()
    st.session_state[RELEASE_PARAMETER] = session.document.run_id
    st.query_params[RELEASE_PARAMETER] = session.document.run_id
    return session, Heading(session, question, st.container())


def choose(session: PageSession) -> Filters:
    """The filter row, with the values that people have in this release; other marts have others of these names."""
    return filter_row(
        segments=session.values("person__segment"),
        regions=session.values("person__region"),
        as_of=session.document.as_of_on,
    )


def based_on(
    counts: Sequence[tuple[AnswerRow, str, str]], filters: Filters, session: PageSession, *, undated: bool = False
) -> str:
    """`Based on 12,000 customers and 48,210 orders, Nov 2025 – Nov 2026`; what no source feeds is left out."""
    known = [count for count in counts if count[0].status != "no_data"] or counts
    parts = [
        count_of(row.value, singular, plural) if row.value is not None else f"{unavailable(row.status)} {plural}"
        for row, singular, plural in known
    ]
    return f"Based on {' and '.join(parts)}, {period_in_words(filters, session, undated=undated)}"


def period_in_words(filters: Filters, session: PageSession, *, undated: bool = False) -> str:
    """The days that the page shows, and of whom: `Jul 2025 – Jun 2026, among Consumer in Nord`."""
    whose = f",{filters.scope}" if filters.scope else ""
    return f"{days_in_words(filters, session, undated=undated)}{whose}"


def days_in_words(filters: Selection, session: PageSession, *, undated: bool = False) -> str:
    """The days that the page shows."""
    if undated:
        return "answers without a date"
    window = filters.window
    if window.since is None or window.until is None:
        return f"up to {span(session.document.as_of_on, session.document.as_of_on)}"
    return span(window.since, window.until)


def without_facts(
    heading: Heading,
    filters: Filters,
    row: AnswerRow,
    *,
    metrics: Sequence[str],
    what: str,
    who: str,
    reach: str = "",
    none_is_a_fact: bool = False,
) -> bool:
    """The state of a page whose facts cannot be shown: say why none are, and offer the way back.

    Args:
        row: the count of the facts that the page is based on.
        what: the facts (`orders`), and `who`, whose they are (`customers`): as phrases of a sentence.
        reach: what else is to be said of how far the sources reach.
        none_is_a_fact: a count of 0 is an answer of this page: nobody came.

    Returns:
        Whether the page ends here.
    """
    if row.status == "suppressed":
        _too_few(heading, filters, row, metrics=metrics, who=who)
        return True
    if row.status not in ("ok", "no_data"):
        title, why, widen = (
            f"The {what} cannot be shown here{filters.scope}",
            row.reason or unavailable(row.status),
            False,
        )
    elif row.value or (none_is_a_fact and row.value is not None):
        return False
    elif not heading.session.is_fed(row.metric):
        title, why, widen = f"No source has {what}", row.reason or "No connected source has delivered any.", False
    else:
        period = "" if filters.window.is_open else " in this period"
        title, widen = f"No {what} are recorded{period}{filters.scope}", not filters.window.is_open
        why = " ".join(part for part in (heading.session.reach(row.metric, what), reach) if part) or row.reason or title
    heading.answer(Sentence(title, claim=False), metrics=metrics, based_on=period_in_words(filters, heading.session))
    with st.container(border=True):
        st.markdown(f"**Why nothing is shown.** {markdown_safe(ended(why))}")
        if widen:
            st.button("Show all time", type="primary", on_click=show_all_time)
        if filters.where and row.status in ("ok", "no_data"):
            st.button("Show all customers", on_click=reset_filters, args=(filters,))
    return True


def _too_few(heading: Heading, filters: Filters, row: AnswerRow, *, metrics: Sequence[str], who: str) -> None:
    """A filter leaves too few people."""
    session = heading.session
    heading.answer(
        Sentence(f"Too few {who} here to describe safely", claim=False),
        metrics=metrics,
        # A company's own words keep their capitals.
        based_on=f"{words(unavailable(row.status))} {who}{filters.scope}",
    )
    with st.container(border=True):
        st.markdown(
            f"**Why nothing is shown.** Groups of fewer than {session.min_cell} people are hidden, and so is what "
            "would reveal them, so that no person can be identified and small numbers do not mislead."
        )
        st.button("Show all customers", type="primary", on_click=reset_filters, args=(filters,))


def draw_badge(badge: Badge) -> None:
    """A badge with its reasons in the tooltip."""
    st.badge(
        markdown_safe(badge.text),
        icon=badge.icon,
        color=badge.color,
        help=markdown_safe(shortened(badge.help, most=HELP)) or None,
    )


def draw_notice(notice: Notice) -> None:
    """A callout in the notice's colour, title first."""
    body = f"**{markdown_safe(notice.title)}**  \n{markdown_safe(notice.text)}"
    {"red": st.error, "orange": st.warning}.get(notice.color, st.info)(body, icon=notice.icon)


def _leave_release() -> None:
    st.session_state.pop(RELEASE_PARAMETER, None)
    st.query_params.pop(RELEASE_PARAMETER, None)
