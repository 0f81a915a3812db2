"""Which corner brings customers? In: movements of customers and their credits. Out: the page."""

from __future__ import annotations

import streamlit as st

from app.corners import sentences as corners_sentences
from app.corners.findings import movement_shares
from app.growth import sentences as growth_sentences
from app.growth.findings import find_apart
from app.kit import cards, charts, initiatives
from app.kit.bars import bar
from app.kit.failures import part
from app.kit.formatting import number, percent, words
from app.kit.tables import cross
from app.shell.page import based_on, begin, choose, period_in_words, without_facts
from serving import Answer
from workspace.vocabulary import CORNERS

MOVEMENTS = ("acquired", "retained", "reactivated", "lost")
UNATTRIBUTED = "unattributed"
MODELS = ("first", "last", "linear", "time_decay")
CREDITS, CONVERSIONS, KEPT = "growth_credits", "attributed_conversions", "kept_after_outreach"
SHOWN = (*MOVEMENTS, "net_growth", CREDITS, CONVERSIONS, KEPT)


def _cell(credit: float | None, share: float | None) -> str:
    return "" if credit is None or share is None else f"{number(credit, 'count')} · {percent(share)}"


session, heading = begin("Which corner brings customers, and who stays?")
filters = choose(session)
movements = {name: session.shown(name, filters).one(name) for name in (*MOVEMENTS, "net_growth")}
acquired, lost = movements["acquired"], movements["lost"]
if without_facts(
    heading, filters, acquired, metrics=SHOWN, what="movements of customers", who="customers", none_is_a_fact=True
):
    st.stop()


def credited() -> Answer:
    """Who earned what, by corner and movement."""
    return session.shown(CREDITS, filters, by=("corner", "movement"))


def by_cell(answer: Answer) -> dict[tuple[str | None, str | None], float | None]:
    """(corner, movement) -> the credits."""
    return {(row.dimensions.get("corner"), row.dimensions.get("movement")): row.value for row in answer.rows}


with heading.answering(SHOWN):
    heading.answer(
        corners_sentences.corners(movements["net_growth"], movement_shares(credited().rows), scope=filters.scope),
        metrics=SHOWN,
        based_on=based_on(
            [(acquired, "customer acquired", "customers acquired"), (lost, "customer lost", "customers lost")],
            filters,
            session,
        ),
    )

with st.grid(4, min_column_width=220, gap="small"):
    for name in ("acquired", "reactivated", "lost", "net_growth"):
        cards.kpi(session, filters, name)

left, right = st.columns([11, 9], gap="small")
with left, part("Credits by corner"):
    earned = credited()
    shares, cells = movement_shares(earned.rows), by_cell(earned)
    title = corners_sentences.credited_most(shares)
    with cards.evidence(session, title, [earned], [CREDITS], key="credits"):
        if shares:
            cards.chart(
                charts.matrix(
                    [
                        {
                            "row": words(corner),
                            "column": words(movement),
                            "value": shares.get((corner, movement)),
                            "text": _cell(cells.get((corner, movement)), shares.get((corner, movement))),
                        }
                        for corner in (*CORNERS, UNATTRIBUTED)
                        for movement in MOVEMENTS
                    ],
                    columns=[words(movement) for movement in MOVEMENTS],
                    pattern=".0%",
                ),
                alt_text=f"Grid of credits by corner and movement. {title}.",
                key="credits_chart",
                note="Customers, and the share of the movement. Each movement is shared out evenly among the touches "
                "before it; the purchase itself earns nothing, and what no touch explains is unattributed. "
                "Credits say who was there before, not who caused it.",
            )
        else:
            cards.nothing_to_show(earned, what="Credits by corner")
with right, part("Movements by month"):
    monthly = [session.shown(name, filters, grain="month") for name in ("acquired", "reactivated", "lost")]
    series = [
        {"period": row.period, "value": row.value, "series": words(row.metric)}
        for answer in monthly
        for row in answer.rows
        if row.status == "ok" and row.value is not None
    ]
    changed = initiatives.marks(session, "acquired", filters.window)
    came = f"{number(acquired.value or 0, 'count')} acquired"
    went = f"{number(lost.value, 'count')} lost" if lost.value is not None else "losses cannot be shown"
    with cards.evidence(session, f"{came}, {went}", monthly, ["acquired", "reactivated", "lost"], key="movements"):
        if series:
            cards.chart(
                charts.lines(series, alarming=("Lost",), marks=changed),
                alt_text=f"Lines of customers acquired, reactivated and lost a month. {came}, {went}.",
                key="movements_chart",
                note=f"Lost: the last purchase or contract is {session.settings.active_days} days ago. "
                + initiatives.note(changed),
            )
        else:
            cards.nothing_to_show(monthly[0], what="Movements by month")

st.header("The sum reconciles", anchor=False)
with part("The sum"):
    cells = by_cell(credited())
    sums = []
    for movement in MOVEMENTS:
        counted = movements[movement].value
        shared_out = [value for (_, name), value in cells.items() if name == movement and value is not None]
        if counted is not None and shared_out:
            of_credits = number(sum(shared_out), "count")
            sums.append(f"{words(movement)}: {number(counted, 'count')} customers, {of_credits} credits")
    st.markdown("; ".join(sums) + "." if sums else "No movement can be counted here.")

left, right = st.columns(2, gap="small")
with left, part("Outreach before a lapse"):
    kept = session.shown(KEPT, filters, by=("corner",))
    keeper = find_apart(kept.rows, "corner", highest=True)
    sentence = growth_sentences.keeps(keeper, kept.rows)
    with cards.evidence(session, sentence, [kept], [KEPT], key="keepers"):
        corners = sorted(
            (row for row in kept.rows if row.value is not None and row.dimensions.get("corner")),
            key=lambda row: -(row.value or 0.0),
        )
        if corners:
            cards.chart(
                charts.ranked(
                    [
                        bar(
                            row,
                            words(str(row.dimensions["corner"])),
                            "share",
                            stands_out=keeper is not None and row.dimensions["corner"] == keeper.value,
                        )
                        for row in corners
                    ],
                    axis="Share who bought before they lapsed",
                    unit="share",
                    is_praise=True,
                ),
                alt_text=f"Bars of the share of customers kept after outreach, by corner. {sentence}.",
                key="keepers_chart",
                note=f"Outreach in the last weeks before {session.settings.active_days} days without a purchase. The "
                "customers reached may differ between corners: an association, not a cause.",
            )
        else:
            cards.nothing_to_show(kept, what="Outreach before a lapse")
with right, part("Conversions by corner"):
    by_model = session.shown(CONVERSIONS, filters, by=("corner", "model"))
    with cards.evidence(
        session, "First purchases by corner, rules side by side", [by_model], [CONVERSIONS], key="models"
    ):
        if any(row.value is not None for row in by_model.rows):
            cards.table(
                cross(
                    by_model,
                    "corner",
                    MODELS,
                    "model",
                    definition=session.definitions[CONVERSIONS],
                    heading="Corner",
                    currency=session.currency,
                ),
                session,
                alt_text="Attributed conversions by corner and model",
                key="models_table",
                note=f"{period_in_words(filters, session)}. First and last give one touch all the credit, linear "
                "shares it out evenly, time decay favours touches near the conversion. By channel: the journey page.",
            )
        else:
            cards.nothing_to_show(by_model, what="Conversions by corner")
