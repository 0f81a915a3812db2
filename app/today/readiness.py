"""How much of the customer is seen. In: a session. Out: a drawn block: stages, people, interactions, expectations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from app.expectations.stakes import Stakes
from app.kit.findings import MIN_N
from app.kit.formatting import listing, markdown_safe, percent, unavailable, words
from app.kit.hidden import hides
from app.kit.page_session import PageSession
from serving import AnswerRow
from workspace.vocabulary import STAGES

METRICS = ("identified_share", "pairing_coverage", "experience_known_share")


def block(session: PageSession, stakes: Stakes) -> None:
    """Four facts, each with what is missing."""
    paired = session.one("pairing_coverage")
    critical = {stake.subject: stake.label for stake in stakes.ranked if stake.is_critical}
    names = {name: words(name) for name in session.values("interaction")} | critical
    heard = places(session.ask("experience_known_share", by=("coverage_stage", "coverage_corner")).rows)
    with st.grid(4, min_column_width=220, gap="small"):
        _fact(
            "Stages observed",
            *stages(session.ask("touchpoints", by=("stage",)).rows, is_fed=session.is_fed("touchpoints")),
        )
        _fact(
            "People identified",
            _rate(session.one("identified_share")),
            "Share of all people seen who are identified by an id, email or phone.",
        )
        _fact(
            "Interactions with perception",
            *interactions(session.ask("perception_level", by=("interaction",)).rows, names),
        )
        _fact(
            "Expectation known",
            _rate(paired),
            "Share of rated experiences that can be compared with an expectation.",
        )
    if heard:
        st.caption(markdown_safe(heard))


def stages(rows: Sequence[AnswerRow], *, is_fed: bool) -> tuple[str, str]:
    """How many stages have touchpoints, and which have none; a hidden stage is neither.

    Args:
        rows: `touchpoints` by stage.
    """
    hidden = [name for name in STAGES if hides([row for row in rows if row.dimensions.get("stage") == name], "stage")]
    if rows and not any(row.dimensions.get("stage") for row in rows) and rows[0].status not in ("ok", "no_data"):
        return words(unavailable(rows[0].status)), "Which stages are observed cannot be shown."
    observed = {row.dimensions.get("stage") for row in rows if row.value}
    shown = [name for name in STAGES if name not in hidden]
    missing = [name for name in shown if name not in observed]
    count = f"{len(shown) - len(missing)} of {_shown(len(shown), 'stages' if hidden else '', hidden)}"
    if not is_fed:
        return count, "No source has touchpoints."
    cannot = f" Hidden: {listing(hidden)}." if hidden else ""
    if missing:
        return count, f"Not observed: {listing(missing)}.{cannot}"
    return count, cannot.strip() or "Every stage has touchpoints."


def interactions(rows: Sequence[AnswerRow], names: Mapping[str, str]) -> tuple[str, str]:
    """How many interactions have ratings, and which have none; one whose ratings are hidden is neither.

    Args:
        rows: `perception_level` by interaction.
        names: interactions that are seen, and what readers call them.
    """
    rated = {str(row.dimensions["interaction"]): row for row in rows if row.dimensions.get("interaction")}
    answered = {name for name, row in rated.items() if row.n}
    hidden = {name for name, row in rated.items() if not row.n and hides([row], "interaction")}
    shown = (set(names) | answered) - hidden
    silent = sorted(names.get(name, words(name)) for name in shown - answered)
    what = "interaction" if len(shown) == 1 and not hidden else "interactions"
    count = f"{len(answered)} of {_shown(len(shown), what, hidden)}"
    if not shown:
        return count, "No interaction can be shown." if hidden else "No interaction is seen yet."
    if silent:
        return count, f"Without any rating: {listing(silent[:4])}{' and others' if len(silent) > 4 else ''}."
    return count, f"Every interaction {'that can be shown' if hidden else 'seen'} has ratings."


def places(rows: Sequence[AnswerRow]) -> str:
    """In how many places experience is known, and where not; empty where no place can be shown.

    Args:
        rows: `experience_known_share` by coverage_stage and coverage_corner.
    """
    cells = [row for row in rows if row.value is not None]
    if not cells:
        return ""
    blind = [
        f"{row.dimensions['coverage_stage']}, {row.dimensions['coverage_corner']}" for row in cells if row.value == 0
    ]
    hidden = hides(rows, "coverage_stage")
    spots = f" Blind spots: {'; '.join(blind[:4])}{' and others' if len(blind) > 4 else ''}." if blind else ""
    total = _shown(len(cells), "places (stage and corner)", hidden)
    return (
        f"Experience is known in {len(cells) - len(blind)} of {total}{'' if hidden else ' that customers pass'}.{spots}"
    )


def _shown(number: int, what: str, hidden: Collection[str] | bool) -> str:
    """`6`, `6 interactions`, `the 5 stages that can be shown`."""
    return f"the {number} {what} that can be shown" if hidden else f"{number} {what}".strip()


def _fact(label: str, value: str, explanation: str) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f":gray[{label}]")
        st.markdown(f"**{markdown_safe(value)}**")
        st.caption(markdown_safe(explanation))


def _rate(row: AnswerRow) -> str:
    """A share as text, or why there is none."""
    if row.value is None:
        return words(unavailable(row.status))
    return percent(row.value) if (row.n or 0) >= MIN_N else words("too few to say")
