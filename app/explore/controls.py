"""What a reader chooses by. In: a session and the choice of the address. Out: drawn controls that change the address.

Every control shows what the address says and writes what is chosen back into it: nothing else is remembered, so that
Back, Forward and Reload show what they showed before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from app.explore.choice import KEYS, Asked, Choice
from app.explore.results import fit, labels_of, question_of
from app.kit.formatting import labels, shortened, words
from app.kit.page_session import PageSession
from app.kit.periods import CHOSEN_DAYS, COMPARISONS, EXPLORED, Window, whole_months
from serving import MetricDefinition, why_not
from serving.question import MISSING_WORD, Grain

WHOLE: Final = "The whole period"
DESCRIBED: Final = 110  # characters of a description beside a metric's name: its first words say what it counts
# Filters that have no value yet: they are in no address.
_PENDING: Final = "explore_pending"


def show(choice: Choice) -> None:
    """Write a choice into the address; other parameters stay."""
    kept = {key: st.query_params.get_all(key) for key in st.query_params if key not in KEYS}
    st.query_params.from_dict({**kept, **choice.parameters})


def choose_metric(session: PageSession, choice: Choice) -> None:
    """The metric, found by its name or by any word of its description."""
    definitions = session.definitions
    names = sorted(definitions, key=lambda name: (definitions[name].label.casefold(), name))

    def take(name: str) -> None:
        st.session_state.pop(_PENDING, None)
        known = {axis.name for axis in session.offers(name).axes}
        kept = replace(
            choice,
            metric=name,
            by=tuple(word for word in choice.by if word in known),
            where=tuple(one for one in choice.where if one[0] in known),
        )
        show(fit(session, kept)[0])

    _select("Metric", names, choice.metric, take, format_func=lambda name: described(definitions[name]), search=True)


def choose_rest(session: PageSession, choice: Choice) -> None:
    """How the metric is split, within which period, compared with what, and for whom."""
    offers = session.offers(choice.metric)
    named = labels_of(offers)
    with st.grid(5, min_column_width=150, gap="small"):
        with st.container():
            _several(
                "Split by",
                [axis.name for axis in offers.axes],
                choice.by,
                lambda chosen: show(fit(session, replace(choice, by=tuple(chosen)))[0]),
                most=offers.most_splits,
                format_func=lambda word: named.get(word, word),
            )
        with st.container():
            grains = _grains(session, choice)
            _select(
                "Over time, by",
                grains,
                choice.grain or WHOLE,
                lambda chosen: show(replace(choice, grain=None if chosen == WHOLE else chosen)),
                format_func=words,
                disabled=len(grains) < 2,
            )
        with st.container():
            _select(
                "Period",
                EXPLORED if offers.has_dates else ["All time"],
                choice.period if offers.has_dates else "All time",
                lambda chosen: show(_within(choice, chosen, session)),
                disabled=not offers.has_dates,
                help=None if offers.has_dates else "This metric has no dates of its own: it is shown whole.",
            )
        with st.container():
            _select(
                "Compared with",
                COMPARISONS,
                choice.comparison,
                lambda chosen: show(replace(choice, comparison=chosen)),
                disabled=not offers.has_dates or Asked(choice, session.document.as_of_on).window.is_open,
            )
        _choose_filters(session, choice, named)
    if choice.period == CHOSEN_DAYS and offers.has_dates:
        _choose_days(session, choice)


def described(definition: MetricDefinition) -> str:
    """A metric as it is found by typing: its label and what it counts."""
    return f"{definition.label} — {shortened(definition.description, most=DESCRIBED)}"


def _grains(session: PageSession, choice: Choice) -> list[str]:
    offers = session.offers(choice.metric)

    def can_ask(grain: Grain) -> bool:
        return not why_not(session.release, question_of(replace(choice, grain=grain), Window(None, None)))

    return [*([WHOLE] if offers.has_total else []), *(grain for grain in offers.grains if can_ask(grain))]


def _within(choice: Choice, period: str, session: PageSession) -> Choice:
    """The choice within another period; days of one's own begin as those that are shown."""
    shown = Asked(choice, session.document.as_of_on).window
    if period == CHOSEN_DAYS:
        return replace(choice, period=period, since=shown.since, until=shown.until)
    return replace(choice, period=period, since=None, until=None)


def _choose_days(session: PageSession, choice: Choice) -> None:
    shown = Asked(choice, session.document.as_of_on).window
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for label, key, value in (("From", "since", shown.since), ("To", "until", shown.until)):
            state = f"explore_{key}"
            st.session_state[state] = value

            def take(key: str = key, state: str = state) -> None:
                days = {"since": shown.since, "until": shown.until, key: st.session_state[state]}
                since, until = days["since"], days["until"]
                if since and until and since > until:
                    since, until = until, since
                show(replace(choice, since=since, until=until))

            st.date_input(label, key=state, on_change=take, format="YYYY-MM-DD", width=180)
        if why_not(session.release, question_of(choice, shown)) and not why_not(
            session.release, question_of(choice, whole_months(shown))
        ):
            whole = whole_months(shown)
            st.button(
                "Widen to whole months",
                icon=":material/calendar_month:",
                type="primary",
                on_click=lambda: show(replace(choice, since=whole.since, until=whole.until)),
                help="Groups of people are shown for whole months only: days could be subtracted from each other.",
            )


def _choose_filters(session: PageSession, choice: Choice, named: dict[str, str]) -> None:
    """In the grid of the others: a value of all that the metric needs, what it is filtered by, and on which values."""
    offers, where = session.offers(choice.metric), dict(choice.where)
    needed = [axis for axis in offers.needed if axis not in choice.by]
    pending = [axis for axis in st.session_state.get(_PENDING, ()) if axis in named and axis not in where]
    chosen = [axis for axis in (*where, *pending) if axis not in needed]
    room = offers.most_axes - len({*choice.by, *needed})
    free = [axis.name for axis in offers.axes if axis.name not in needed]

    def take(axes: Sequence[str]) -> None:
        st.session_state[_PENDING] = [axis for axis in axes if axis not in where]
        show(replace(choice, where=tuple(one for one in choice.where if one[0] in (*axes, *needed))))

    for axis in needed:
        with st.container():
            values = session.axis_values(choice.metric, axis)
            _select(
                named[axis],
                values,
                where[axis][0],
                lambda value, axis=axis: show(choice.keeping(axis, [value])),
                format_func=_spoken(values),
                help="This metric is stored for each value of its own: it needs one.",
                key=f"explore_needed_{axis}",
            )
    if free and room > 0:
        with st.container():
            _several(
                "Filter by",
                free,
                chosen,
                take,
                most=max(room + len(set(chosen) & set(choice.by)), 1),
                format_func=lambda word: named.get(word, word),
            )
    for axis in chosen:
        with st.container():
            values = session.axis_values(choice.metric, axis)

            def keep(kept: Sequence[str], axis: str = axis) -> None:
                rest = [one for one in pending if one != axis]
                st.session_state[_PENDING] = rest if kept else [*rest, axis]
                show(choice.keeping(axis, kept))

            _several(
                named[axis],
                values,
                where.get(axis, ()),
                keep,
                format_func=_spoken(values),
                key=f"explore_values_{axis}",
                placeholder="Choose values",
            )


def _spoken(values: Sequence[str]) -> Any:
    """The words for the values of a filter."""
    names = labels([value for value in values if value != MISSING_WORD])
    return lambda value: "Not known" if value == MISSING_WORD else names.get(value, value)


def _select(
    label: str,
    options: Sequence[str],
    value: str,
    take: Any,
    *,
    format_func: Any = str,
    disabled: bool = False,
    help: str | None = None,  # noqa: A002 - Streamlit's word
    key: str = "",
    search: bool = False,
) -> None:
    """A control for one value of `options`; `take` is called with another one."""
    state = key or f"explore_{label}"
    st.session_state[state] = value
    st.selectbox(
        label,
        options,
        key=state,
        format_func=format_func,
        on_change=lambda: take(st.session_state[state]),
        disabled=disabled,
        help=help,
        filter_mode="contains" if search else "fuzzy",
    )


def _several(
    label: str,
    options: Sequence[str],
    values: Sequence[str],
    take: Any,
    *,
    most: int | None = None,
    format_func: Any = str,
    help: str | None = None,  # noqa: A002 - Streamlit's word
    key: str = "",
    placeholder: str = "Nothing",
) -> None:
    """A control for some values of `options`; `take` is called with what is chosen then."""
    state = key or f"explore_{label}"
    st.session_state[state] = [value for value in values if value in options]
    st.multiselect(
        label,
        options,
        key=state,
        format_func=format_func,
        on_change=lambda: take(st.session_state[state]),
        max_selections=most,
        disabled=not options or most == 0,
        help=help,
        placeholder=placeholder,
    )
