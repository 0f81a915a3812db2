"""Which corner brings customers? In: movements of customers and their credits. Out: the page."""

from __future__ import annotations

import streamlit as st

from app.corners import sentences as corners_sentences
from app.corners.findings import UNATTRIBUTED, Credited, credited
from app.growth import sentences as growth_sentences
from app.growth.findings import find_apart
from app.kit import cards, charts, initiatives
from app.kit.bars import bar
from app.kit.failures import part
from app.kit.formatting import hidden_note, markdown_safe, number, percent, words
from app.kit.grids import grid
from app.kit.tables import cross
from app.shell.page import based_on, begin, choose, period_in_words, without_facts
from serving import Answer
from workspace.vocabulary import CORNERS

MOVEMENTS = ("acquired", "retained", "reactivated", "lost")
OVER_ALL_TIME = "over all time"
MODELS = ("first", "last", "linear", "time_decay")
CREDITS, CONVERSIONS, KEPT = "growth_credits", "attributed_conversions", "kept_after_outreach"
SHOWN = (*MOVEMENTS, "net_growth", CREDITS, CONVERSIONS, KEPT)


def _cell(found: Credited, corner: str) -> str:
    """A corner's credits of one movement, with their share of all of it where that is known."""
    if corner in found.hidden:
        return "hidden"
    if corner not in found.credits:
        return ""
    share = found.share(corner)
    return number(found.credits[corner], "count") + ("" if share is None else f" · {percent(share)}")


session, heading = begin("Which corner brings customers, and who stays?")
filters = choose(session)
movements = {name: session.shown(name, filters).one(name) for name in (*MOVEMENTS, "net_growth")}
acquired, lost = movements["acquired"], movements["lost"]
if without_facts(
    heading, filters, acquired, metrics=SHOWN, what="movements of customers", who="customers", none_is_a_fact=True
):
    st.stop()


def earned() -> tuple[Answer, dict[str, Credited], bool]:
    """Who earned what, by corner and movement, and whether that is over the whole time instead of the period.

    Within a period cells are hidden that are shown over the whole time. As on cards of one number, that is shown then.
    """
    by = ("corner", "movement")
    answer = session.shown(CREDITS, filters, by=by)
    found = credited(answer.rows, {name: movements[name] for name in MOVEMENTS})
    if filters.window.is_open or not any(one.hidden for one in found.values()):
        return answer, found, False
    whole = session.ask(CREDITS, by=by, where=filters.where)
    everything = credited(whole.rows, {name: session.one(name, where=filters.where) for name in MOVEMENTS})
    if sum(len(one.hidden) for one in everything.values()) < sum(len(one.hidden) for one in found.values()):
        return whole, everything, True
    return answer, found, False


with heading.answering(SHOWN):
    _, of_movements, is_whole = earned()
    heading.answer(
        corners_sentences.corners(
            movements["net_growth"], of_movements, scope=filters.scope, when=OVER_ALL_TIME if is_whole else ""
        ),
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
    answer, shared_out, is_whole = earned()
    title = corners_sentences.credited_most(shared_out, when=OVER_ALL_TIME if is_whole else "")
    with cards.evidence(session, title, [answer], [CREDITS], key="credits"):
        if any(one.credits for one in shared_out.values()):
            is_hidden = any(one.hidden for one in shared_out.values())
            cells = [
                {
                    "row": words(corner),
                    "column": words(movement),
                    "value": shared_out[movement].share(corner),
                    "text": _cell(shared_out[movement], corner),
                }
                for corner in (*CORNERS, UNATTRIBUTED)
                for movement in MOVEMENTS
            ]
            grid(
                charts.matrix(cells, columns=[words(movement) for movement in MOVEMENTS], pattern=".0%"),
                cells,
                columns={"column": "Movement", "row": "Corner", "text": "Credits"},
                within="column",
                alt_text=f"Grid of credits by corner and movement. {title}.",
                key="credits_chart",
                note="Customers, of those retained months of customers, and the share of the whole movement. Each is "
                "shared out evenly among the touches before it; the purchase itself earns nothing, and what no touch "
                "explains is unattributed. Credits say who was there before, not who caused it. "
                + ("All time: within the period cells are hidden. " if is_whole else "")
                + (hidden_note(session.min_cell) if is_hidden else ""),
            )
        else:
            cards.nothing_to_show(answer, what="Credits by corner")
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

with part("The sum"):
    _, shared_out, is_whole = earned()
    whether, sums = corners_sentences.reconciled(shared_out, when=OVER_ALL_TIME if is_whole else "")
    st.header(markdown_safe(whether.text), anchor=False)
    st.markdown(markdown_safe("; ".join(sums) + "." if sums else "No movement can be counted here."))

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
