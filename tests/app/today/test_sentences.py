"""The home page's headline names its quarter and what it is compared with, and hides no bad news."""

from __future__ import annotations

from app.expectations.stakes import Stake
from app.kit.sentences import Sentence
from app.today.findings import Move, Moves
from app.today.sentences import today, unpriced
from serving import AnswerRow
from tests.app.rows import row

BEFORE, YEAR = "the quarter before", "the same quarter a year before"


def move(metric: str, now: float, before: float, *, against: str = BEFORE, is_proven: bool = True) -> Move:
    relative = (now - before) / max(abs(before), 1.0)
    return Move(metric=metric, now=now, before=before, against=against, relative=relative, is_proven=is_proven)


def said(*moves: Move | None, found: tuple[Sentence, ...] = (), scope: str = "") -> str:
    good, bad = moves
    shown = today(
        row(1_080_000),
        Moves(good=good, bad=bad),
        currency="USD",
        active_days=365,
        found=found,
        quarter="Apr–Jun 2026",
        scope=scope,
    )
    return shown.text


def test_good_and_bad_moves_and_the_first_proven_shortfall_are_two_sentences() -> None:
    found = (Sentence("Nothing", claim=False), Sentence("Processes fall short", claim=True))
    lost = move("lost", 156, 137, is_proven=False)
    assert said(move("revenue", 332_310, 299_497), lost, found=found) == (
        "In Apr–Jun 2026, against the quarter before, revenue rose 11% to $332,310, but customers lost rose 14% to 156 "
        "(may be chance). Processes fall short"
    )


def test_moves_against_different_quarters_each_name_theirs() -> None:
    assert said(
        move("revenue", 300_000, 200_000, against=YEAR), move("acquired", 80, 100), scope=" among Business"
    ) == (
        "In Apr–Jun 2026 among Business revenue rose 50% to $300,000 against the same quarter a year before, but "
        "customers acquired fell 20% to 80 against the quarter before"
    )


def test_a_share_moves_by_points_and_net_growth_below_zero_from_number_to_number() -> None:
    assert said(None, move("csat", 0.62, 0.68)).endswith(
        "the share who are satisfied (CSAT) fell by 6.0 points to 62.0%"
    )
    assert said(None, move("nps", -4.0, 8.0)).endswith("NPS fell by 12.0 points to −4.0")
    assert said(None, move("net_growth", -12, 30)).endswith("net growth of customers fell from 30 to −12")
    assert said(None, move("lost", 40, 0)).endswith("customers lost rose from 0 to 40")


def test_without_a_move_the_headline_states_revenue_and_no_change() -> None:
    shown = today(row(102_000), currency="USD", active_days=365, found=[])
    assert (shown.text, shown.claim) == ("Revenue is $102,000 in this period", False)


def test_a_move_that_may_be_chance_is_no_claim() -> None:
    moves = Moves(good=None, bad=move("lost", 156, 137, is_proven=False))
    assert not today(row(1), moves, currency="USD", active_days=365, found=[], quarter="Apr–Jun 2026").claim


def test_revenue_that_is_missing_or_hidden_is_said_first() -> None:
    missing = today(row(None, status="no_data"), currency="USD", active_days=365, found=[])
    assert missing.text == "No revenue is recorded in this period"
    moves = Moves(good=None, bad=move("acquired", 80, 100))
    hidden = today(
        row(None, status="withheld"), moves, currency="USD", active_days=365, found=[], quarter="Apr–Jun 2026"
    )
    assert hidden.text.startswith("Revenue cannot be shown. In Apr–Jun 2026,")
    unfed = today(None, moves, currency="USD", active_days=365, found=[], is_fed=False, quarter="Apr–Jun 2026")
    assert unfed.text.startswith("In Apr–Jun 2026,")


def stake(name: str, below: AnswerRow, amount: float | None) -> Stake:
    reason = "only 71 customers were observed: 150 are needed" if amount is None else None
    value = AnswerRow(metric="m", value=amount, status="refused" if amount is None else "ok", reason=reason)
    return Stake(subject=name, label=name, row=value, status=None, is_critical=False, worth_in="margin", below=below)


def share(name: str, value: float) -> AnswerRow:
    return row(value, half=0.05, growth_subject=name)


def test_the_widest_pain_is_named_where_it_has_no_amount() -> None:
    help_, again = stake("Help", share("Help", 0.21), 20_000.0), stake("Again", share("Again", 0.61), None)
    assert unpriced([help_, again]) == (
        "Most often short, without an amount: 61% of all who rated it are below what they tolerate in “Again”. "
        "Only 71 customers were observed: 150 are needed."
    )
    hidden = AnswerRow(metric="m", status="suppressed", dimensions={"growth_subject": "Setup"})
    assert "“Again”, of the interactions that can be compared." in unpriced(
        [help_, again, stake("Setup", hidden, None)]
    )
    assert unpriced([help_, stake("Again", share("Again", 0.24), None)]) == ""
    assert unpriced([stake("Help", share("Help", 0.61), 20_000.0), stake("Again", share("Again", 0.21), None)]) == ""
    assert unpriced([]) == ""


def test_revenue_names_the_filters_it_is_of() -> None:
    def lead(revenue: AnswerRow) -> str:
        return today(revenue, currency="EUR", active_days=365, found=(), scope=" among Business in Nord").text

    assert lead(row(3_620)) == "Revenue is €3,620 in this period among Business in Nord"
    assert lead(row(status="suppressed")) == "Revenue cannot be shown among Business in Nord"
    assert lead(row(status="no_data")) == "No revenue is recorded in this period among Business in Nord"
