"""What is seen of customers: a hidden place is neither seen nor unseen."""

from __future__ import annotations

from app.today.readiness import interactions, places, stages
from serving import AnswerRow
from tests.app.rows import row
from workspace.vocabulary import STAGES


def hidden(**dimensions: str) -> AnswerRow:
    return AnswerRow(metric="m", status="suppressed", dimensions=dimensions)


def test_a_hidden_stage_is_not_called_unobserved() -> None:
    known = [row(90, stage=name) for name in STAGES[1:]]
    assert stages([*known, row(9, stage=STAGES[0])], is_fed=True) == ("6 of 6", "Every stage has touchpoints.")
    assert stages(known, is_fed=True) == ("5 of 6", f"Not observed: {STAGES[0]}.")
    assert stages([*known, hidden(stage=STAGES[0])], is_fed=True) == (
        "5 of the 5 stages that can be shown",
        f"Hidden: {STAGES[0]}.",
    )
    withheld = AnswerRow(metric="touchpoints", status="withheld")
    assert stages([withheld], is_fed=True) == ("Withheld", "Which stages are observed cannot be shown.")


def test_an_interaction_whose_ratings_are_hidden_is_not_called_unrated() -> None:
    names = {"buying": "Buying", "returns": "Returns"}
    rated = [row(5, interaction="buying")]
    assert interactions(rated, names) == ("1 of 2 interactions", "Without any rating: Returns.")
    partly = AnswerRow(metric="m", status="suppressed", dimensions={"interaction": "returns"})
    assert interactions([*rated, partly], names) == (
        "1 of the 1 interactions that can be shown",
        "Every interaction that can be shown has ratings.",
    )


def test_places_are_counted_of_those_that_can_be_shown() -> None:
    known = [
        row(0.4, coverage_stage="use", coverage_corner="service"),
        row(0, coverage_stage="use", coverage_corner="web"),
    ]
    assert (
        places(known)
        == "Experience is known in 1 of 2 places (stage and corner) that customers pass. Blind spots: use, web."
    )
    assert places([*known, hidden(coverage_stage="buy", coverage_corner="web")]) == (
        "Experience is known in 1 of the 2 places (stage and corner) that can be shown. Blind spots: use, web."
    )
    assert places([hidden(coverage_stage="buy", coverage_corner="web")]) == ""
