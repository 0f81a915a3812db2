"""Drawn cards about what perception puts at stake: the ranking, the drivers' quadrant, the coverage map."""

from __future__ import annotations

from app.expectations import charts as perception_charts
from app.expectations.drivers import Analysis, read_drivers
from app.expectations.drivers import headline as drivers_headline
from app.expectations.stakes import METRICS, Stakes, amount, note, read_stakes
from app.kit import cards, charts
from app.kit.formatting import money, number, percent, unavailable, words
from app.kit.grids import grid
from app.kit.hidden import hides
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.kit.sentences import Sentence, of_all_customers
from workspace.vocabulary import CORNERS, STAGES

ASSOCIATION = "Association, not cause."


def ranking(session: PageSession, stakes: Stakes, title: Sentence, *, key: str) -> None:
    """Critical interactions ranked by what is at stake; the rest follow."""
    with cards.evidence(session, title, stakes.answers, METRICS, key=key):
        known = [stake for stake in stakes.ranked if stake.row.value is not None]
        if not known:
            cards.nothing_to_show(stakes.answers[0], what="The value at stake")
            return
        worth_in = known[0].worth_in
        cards.chart(
            charts.ranked(
                [
                    {
                        "label": f"{stake.label} *" if stake.is_critical else stake.label,
                        "value": stake.row.value,
                        "low": stake.row.low,
                        "high": stake.row.high,
                        "text": amount(stake, session.currency),
                        "note": note(stake, session.currency),
                        "stands_out": stake.is_proven,
                    }
                    for stake in known
                ],
                axis=f"{session.currency} of {worth_in} in {session.settings.active_days} days",
            ),
            alt_text=f"Ranked bars of value at stake by interaction. {title}.",
            key=f"{key}_chart",
            note="Customers below the least they accept x how much less often such customers stayed x what a customer "
            f"who stays brings in {worth_in}, at equal tenure and prior value; all customers, without filters. An "
            "asterisk marks critical interactions. "
            f"Coloured where proven over all comparisons; near zero: may be chance. {ASSOCIATION}",
        )


def drivers(session: PageSession, filters: Filters, outcome: str = "overall") -> None:
    """What satisfaction goes with: weight against rating, in four fields."""
    analysis = read_drivers(session, outcome)
    title = of_all_customers(drivers_headline(analysis), filters.where)
    metrics = ("relative_weight", "driver_rating", "driver_coefficient", "drivers_r_squared")
    with cards.evidence(session, title, analysis.answers, metrics, key=f"drivers_{outcome}"):
        if not analysis.drivers:
            cards.nothing_to_show(analysis.answers[0], what="What satisfaction goes with")
            return
        cards.chart(
            perception_charts.quadrant(
                [
                    {
                        "label": driver.label,
                        "weight": driver.weight.value,
                        "rating": driver.rating,
                        "status": driver.status,
                        "priority": driver.priority,
                        "stands_out": driver.priority == "fix first",
                        "text": f"{percent(driver.weight.value or 0.0, decimals=1)} of the variance",
                        "note": f"95% interval {_span(driver.weight.low, driver.weight.high)}; {driver.status}; "
                        f"coefficient {_coefficient(driver.coefficient)}",
                    }
                    for driver in analysis.drivers
                ],
                weight_cut=analysis.weight_cut,
                rating_cut=analysis.rating_cut,
            ),
            alt_text=f"Quadrant of {len(analysis.drivers)} drivers, weight against rating. {title}.",
            key=f"drivers_{outcome}_chart",
            note=_small_print(analysis),
        )


def _small_print(analysis: Analysis) -> str:
    explained = percent(analysis.r_squared) if analysis.r_squared is not None else unavailable("no_data")
    silent = [driver.label for driver in analysis.drivers if driver.status == "not significant"]
    light = f" Not significant: {', '.join(silent)}." if silent else ""
    warned = f" {' '.join(analysis.warnings)}" if analysis.warnings else ""
    return (
        f"Relative weights (Johnson 2000) of {analysis.n:,} people, R² {explained} beyond tenure and prior value. "
        "Lines: the average weight and the average rating. Hollow marks are within chance, or share their weight "
        f"with items like them.{light}{warned} {ASSOCIATION}"
    )


def _span(low: float | None, high: float | None) -> str:
    return f"{percent(low or 0.0, decimals=1)} to {percent(high or 0.0, decimals=1)}"


def _coefficient(value: float | None) -> str:
    return number(value, "points") if value is not None else "not distinguishable"


def coverage(session: PageSession, filters: Filters) -> None:
    """Stage x corner: who passes, what is known of them, and what is at stake there."""
    by = ("coverage_stage", "coverage_corner")
    people, expected, experienced = (
        session.ask(metric, by=by)
        for metric in ("coverage_people", "expectation_known_share", "experience_known_share")
    )
    stakes = {stake.subject: stake for stake in read_stakes(session, "stage and corner").ranked}
    known, hoped = (
        {tuple(row.dimensions.get(name) for name in by): row.value for row in answer.rows}
        for answer in (experienced, expected)
    )
    cells = []
    for row in people.rows:
        if row.value is None:
            continue
        place = tuple(row.dimensions.get(name) for name in by)
        heard, stated = known.get(place) or 0.0, hoped.get(place) or 0.0
        stake = stakes.get(f"{place[0]}, {place[1]}")
        worth = stake.row.value if stake is not None and stake.is_proven else None
        cells.append(
            {
                "row": words(str(place[0])),
                "column": words(str(place[1])),
                "value": heard,
                "people": row.value,
                "state": "blind spot" if heard == 0 else "heard",
                # Short enough for a cell of a telephone; the small print says what each line is.
                "text": "blind" if heard == 0 else percent(heard),
                "traffic": f"{row.value:,.0f}",
                "expected": percent(stated),
                "stake": money(worth, session.currency) if worth else "",
            }
        )
    blind = [cell for cell in cells if cell["state"] == "blind spot"]
    title = of_all_customers(
        _coverage_title(len(cells), len(blind), hidden=hides(people.rows, "coverage_stage")), filters.where
    )
    metrics = ("coverage_people", "coverage_touchpoints", "expectation_known_share", "experience_known_share")
    with cards.evidence(session, title, [people, expected, experienced], metrics, key="coverage_map"):
        if not cells:
            cards.nothing_to_show(people, what="Where experience is known")
            return
        grid(
            perception_charts.coverage_map(cells, rows=[*map(words, STAGES)], columns=[*map(words, CORNERS)]),
            cells,
            columns={"row": "Stage", "column": "Corner", "text": "Known", "traffic": "People", "stake": "At stake"},
            by="people",
            alt_text=f"Map of stages and corners: who passes and whose experience is known. {title}.",
            key="coverage_map_chart",
            note="Of each stage and corner, from above: the share of the people whose experience there is known, how "
            f"many people pass in {session.settings.active_days} days, and the value at stake where it is proven. "
            "Blind: none of the people who pass rated anything there. The tooltip says how many stated an expectation.",
        )


def _coverage_title(cells: int, blind: int, *, hidden: bool) -> Sentence:
    if not cells:
        return Sentence("No touchpoint has a stage and a corner yet", claim=False)
    places = f"{cells} places that customers pass{' and that can be shown' if hidden else ''}"
    if not blind:
        return Sentence(f"Experience is known in all {places}", claim=True)
    return Sentence(f"In {blind} of the {places}, no experience is known", claim=True)
