"""Credits by corner: shares are of the whole movement, and no corner has most while a hidden one may have more."""

from __future__ import annotations

from app.corners import sentences
from app.corners.findings import Credited, credited
from serving import AnswerRow
from tests.app.rows import row


def of(movement: str, counted: float | None, hidden: tuple[str, ...] = (), **earned: float) -> dict[str, Credited]:
    """How one movement was shared out, by the way that pages take."""
    rows: list[AnswerRow] = [row(value, corner=corner, movement=movement) for corner, value in earned.items()]
    rows += [row(None, status="suppressed", corner=corner, movement=movement) for corner in hidden]
    return credited(rows, {movement: row(counted, status="ok" if counted is not None else "suppressed")})


def test_a_share_is_of_the_whole_movement_also_where_credits_are_hidden() -> None:
    found = of("acquired", 1451.0, ("commerce", "marketing", "product"), service=91.0)["acquired"]
    assert found.share("service") == 91 / 1451
    assert found.share("marketing") is None


def test_no_corner_earned_most_while_a_hidden_corner_may_have() -> None:
    found = of("acquired", 1451.0, ("commerce", "marketing", "product"), service=91.0)
    said = sentences.corners(row(985.0), found)
    assert said.text == "985 net new customers"
    assert sentences.credited_most(found).text == "Which corner earns most cannot be shown here"


def test_who_has_more_than_all_that_is_hidden_earned_most() -> None:
    found = of("acquired", 100.0, ("commerce", "product"), service=60.0, marketing=10.0)
    assert sentences.corners(row(5.0), found).text.endswith("service earned 60% of the credit for those acquired")


def test_what_is_unattributed_is_named_where_it_is_largest() -> None:
    found = of("retained", 100.0, marketing=22.0, service=20.0, product=23.0, unattributed=35.0)
    assert (
        sentences.credited_most(found).text
        == "The largest part is unattributed for months in which customers stayed (35%)"
    )
    found = of("acquired", 100.0, marketing=40.0, unattributed=60.0)
    assert sentences.corners(row(1.0), found).text == (
        "1 net new customer; what brought those acquired is mostly unknown: 60% of the credit is unattributed"
    )


def test_a_largest_part_of_less_than_half_is_not_mostly() -> None:
    found = of("acquired", 100.0, marketing=30.0, service=30.0, unattributed=40.0)
    assert "mostly" not in sentences.corners(row(1.0), found).text


def test_the_two_top_corners_are_named_with_their_shares() -> None:
    found = of("acquired", 100.0, marketing=40.0, service=35.0, product=25.0) | of(
        "retained", 100.0, service=60.0, unattributed=40.0
    )
    assert sentences.credited_most(found).text == (
        "Marketing earns most for customers acquired (40%) and service earns most for months in which customers "
        "stayed (60%)"
    )


def test_a_sum_reconciles_only_where_all_of_it_is_seen() -> None:
    whole = of("acquired", 100.0, marketing=60.2, service=39.8)
    assert sentences.reconciled(whole)[0].text == "Credits add up to the customers"
    assert sentences.reconciled(whole)[1] == ("Acquired: 100 customers, 100 credits",)
    partly = of("acquired", 1451.0, ("commerce",), service=91.0)
    assert sentences.reconciled(partly)[0].text == "Customers and credits"
    assert sentences.reconciled(partly)[1] == ("Acquired: 1,451 customers, credits partly hidden",)
    wrong = of("acquired", 100.0, marketing=60.0)
    assert sentences.reconciled(wrong)[0].text == "Credits do not add up to the customers"


def test_who_stays_is_counted_in_months() -> None:
    found = of("retained", 22329.0, service=22329.0)
    assert sentences.reconciled(found)[1] == ("Retained: 22,329 months of customers, 22,329 credits",)


def test_a_movement_that_is_hidden_has_no_shares() -> None:
    found = of("acquired", None, marketing=60.0)
    assert found["acquired"].share("marketing") is None
    assert sentences.corners(row(None, status="suppressed"), found).text == (
        "Whether customers came or went cannot be shown"
    )


def test_what_is_shown_is_said_where_only_the_sum_is_hidden() -> None:
    found = of("acquired", 113.0) | of("lost", 47.0)
    assert sentences.corners(row(None, status="suppressed"), found, scope=" among Enterprise").text == (
        "113 customers acquired and 47 lost among Enterprise; the sum of all movements cannot be shown"
    )
    half = of("acquired", 113.0) | of("lost", None)
    assert sentences.corners(row(None, status="suppressed"), half).text == (
        "Whether customers came or went cannot be shown"
    )


def test_credits_over_all_time_say_so() -> None:
    found = of("acquired", 100.0, marketing=60.0, service=40.0)
    assert sentences.corners(row(5.0), found, when="over all time").text == (
        "5 net new customers; over all time, marketing earned 60% of the credit for those acquired"
    )
    assert sentences.credited_most(found, when="over all time").text == (
        "Over all time, marketing earns most for customers acquired (60%)"
    )
    assert sentences.reconciled(found, when="over all time")[0].text == "Credits add up to the customers over all time"


def test_a_share_of_too_few_customers_is_not_said() -> None:
    few = of("acquired", 29.0, marketing=29.0)["acquired"]
    assert few.most is None
    assert few.share("marketing") is None
    assert of("acquired", 30.0, marketing=30.0)["acquired"].most == ("marketing", 1.0)
