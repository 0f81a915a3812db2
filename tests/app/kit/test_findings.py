from __future__ import annotations

import pytest

from app.expectations.findings import find_short_pillar
from app.journey.findings import find_stalled_stage
from app.kit import findings
from app.kit.findings import has_changed, is_clearly_above
from app.outcomes.findings import find_unmet_outcome
from app.who.findings import find_marks
from tests.app.rows import row


def profile(value: str, index: float, half: float, n: int = 400) -> findings.AnswerRow:
    return row(index, half=half, n=n, attribute="age_band", attribute_value=value)


def test_a_mark_is_material_and_its_interval_excludes_100() -> None:
    marks = find_marks([profile("35-54", 155, 20), profile("18-24", 60, 12), profile("55-64", 108, 30)])
    assert [(mark.value, mark.is_more_common) for mark in marks] == [("18-24", False), ("35-54", True)]


def test_a_mark_needs_thirty_people() -> None:
    assert find_marks([profile("35-54", 155, 20, n=29)]) == []
    assert len(find_marks([profile("35-54", 155, 20, n=30)])) == 1


def test_a_significant_but_small_difference_is_not_a_mark() -> None:
    assert find_marks([profile("35-54", 115, 4)]) == []


def test_one_borderline_interval_among_many_is_not_a_mark() -> None:
    borderline = profile("lucky", 130, 29.5)
    assert len(find_marks([borderline])) == 1
    assert find_marks([borderline, *(profile(f"value {at}", 100, 29.5) for at in range(20))]) == []


def stages(**rates: float) -> list[findings.AnswerRow]:
    return [row(rate, half=0.03, n=1000, stage=stage) for stage, rate in rates.items()]


def test_a_stage_with_much_lower_conversion_is_the_stall() -> None:
    stall = find_stalled_stage(stages(awareness=0.72, discovery=0.70, purchase=0.73, use=0.42, loyalty=0.71))
    assert stall is not None
    assert (stall.stage, stall.rate) == ("use", 0.42)
    assert stall.elsewhere == pytest.approx(0.715)


def test_equal_stages_have_no_stall() -> None:
    assert find_stalled_stage(stages(awareness=0.66, discovery=0.64, purchase=0.67, use=0.65, loyalty=0.66)) is None


def test_the_last_stage_is_never_the_stall() -> None:
    assert find_stalled_stage(stages(purchase=0.66, use=0.64, advocacy=0.0)) is None


def test_the_last_observed_stage_is_not_the_stall() -> None:
    rows = stages(purchase=0.66, use=0.64, loyalty=0.0)
    assert find_stalled_stage(rows, observed=("purchase", "use", "loyalty")) is None
    assert find_stalled_stage(rows) is not None


def test_two_equally_low_stages_are_not_a_stall() -> None:
    assert find_stalled_stage(stages(awareness=0.72, discovery=0.72, use=0.42, loyalty=0.43)) is None


def outcome(label: str, score: float, half: float = 0.8) -> findings.AnswerRow:
    return row(score, half=half, item_label=label)


def test_an_outcome_clearly_above_the_threshold_is_unmet() -> None:
    unmet = find_unmet_outcome([outcome("Fix it", 14.5), outcome("Tell me", 7.4), outcome("Advice", 5.2)])
    assert unmet is not None
    assert (unmet.name, unmet.stands_alone, unmet.others) == ("Fix it", True, ())


def test_two_close_outcomes_share_first_place() -> None:
    unmet = find_unmet_outcome([outcome("Fix it", 14.5), outcome("Tell me", 14.2)])
    assert unmet is not None
    assert not unmet.stands_alone
    assert unmet.others == ("Tell me",)


def test_a_score_whose_interval_crosses_the_threshold_is_not_unmet() -> None:
    assert find_unmet_outcome([outcome("Fix it", 10.5, 0.8), outcome("Tell me", 7.4)]) is None


def gap(pillar: str, value: float, half: float = 0.1, metric: str = "expectation_gap") -> findings.AnswerRow:
    return row(value, half=half, pillar=pillar, metric=metric)


def test_the_pillar_with_the_proven_widest_gap_is_the_shortfall() -> None:
    short = find_short_pillar([gap("people", 0.02), gap("products", -0.05), gap("processes", -1.2)])
    assert short is not None
    assert (short.name, short.stands_alone, short.others) == ("processes", True, ())


def test_gaps_around_zero_are_not_a_shortfall() -> None:
    assert find_short_pillar([gap("people", 0.02), gap("products", -0.05), gap("processes", -0.09)]) is None


def test_a_significant_but_immaterial_gap_is_not_a_shortfall() -> None:
    assert find_short_pillar([gap("people", -0.2, 0.05)]) is None
    assert find_short_pillar([gap("people", -4.0, 0.5, metric="expectation_gap_percent")]) is None
    assert find_short_pillar([gap("people", -6.0, 0.5, metric="expectation_gap_percent")]) is not None


@pytest.mark.parametrize("status", ["suppressed", "withheld", "no_data", "refused", "not_sliceable"])
def test_rows_without_a_number_support_no_finding(status: str) -> None:
    named = {"pillar": "processes", "stage": "use", "item_label": "x", "attribute": "a", "attribute_value": "b"}
    hidden = row(None, status=status, **named)
    assert find_short_pillar([hidden]) is None
    assert find_stalled_stage([hidden, hidden]) is None
    assert find_unmet_outcome([hidden]) is None
    assert find_marks([hidden]) == []


def test_a_difference_is_clear_only_beyond_the_combined_interval() -> None:
    assert is_clearly_above(row(0.60, half=0.03), row(0.55, half=0.03))
    assert not is_clearly_above(row(0.58, half=0.03), row(0.55, half=0.03))


def test_a_change_requires_intervals_apart_or_full_counts() -> None:
    assert not has_changed(row(46, half=6), row(43, half=6))
    assert has_changed(row(46, half=1), row(43, half=1))
    assert has_changed(row(1000), row(900))
    assert not has_changed(row(1000), row(1000))
