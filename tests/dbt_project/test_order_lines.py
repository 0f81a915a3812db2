"""Files with one row a line of an order (`grain: line`): their orders and lines are what plain Python adds up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

import pytest

from tests.dbt_project.staging_chain import Orders, OrdersByLine, Row

WORLDS = 150
# What is of the whole order: each line may repeat it, or only the first has it.
OF_ORDER = ("customer_id", "occurred_at", "utm_source", "order_total")
MONEY = "select order_id, amount, quantity from stg_crm__orders order by order_id"
ORDER = {"order_id": "A", "customer_id": "C1", "occurred_at": "2026-01-05 10:00"}


def lines_of(order: str, random: Random) -> tuple[list[Row], Decimal, int]:
    """The rows of an order, its amount, and how many pieces it has."""
    has_total, is_repeated, has_ids = (random.random() < 0.5 for _ in range(3))
    of_order = {
        "customer_id": f"C{random.randint(1, 3)}",
        "occurred_at": f"2026-01-{random.randint(10, 28)} 10:00",
        "utm_source": random.choice(["mail", ""]),
        "order_total": str(Decimal(random.randint(100, 9999)) / 100) if has_total else "",
    }
    rows: list[Row] = []
    amount, pieces = Decimal(0), 0
    for number in range(1, random.randint(1, 4) + 1):
        quantity = random.randint(1, 3)
        price = Decimal(random.randint(1, 500)) / 100
        discount = min(Decimal(random.randint(0, 50)) / 100, price)
        of_line = {"product": f"P{random.randint(1, 3)}", "quantity": str(quantity)}
        if random.random() < 0.5:
            of_line |= {"amount": str(price * quantity - discount)}
        else:
            of_line |= {"unit_price": str(price), "discount": str(discount)}
        if has_ids:
            of_line["line_id"] = str(number)
        rows.append({"order_id": order, **(of_order if is_repeated or number == 1 else {}), **of_line})
        amount += price * quantity - discount
        pieces += quantity
    # Lines without ids may equal each other, and all count; a named line that comes twice counts once.
    if random.random() < 0.3:
        last = {name: text for name, text in rows[-1].items() if name not in OF_ORDER or is_repeated}
        rows.append(rows[-1] if has_ids else last)
        if not has_ids:
            amount += price * quantity - discount
            pieces += quantity
    return rows, Decimal(of_order["order_total"]) if has_total else amount, pieces


def test_orders_and_lines_are_what_plain_sums_say() -> None:
    random = Random(20261130)
    staged = OrdersByLine()
    expected: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for world in range(WORLDS):
        source = f"world {world}"
        for file in ("a.csv", "b.csv"):
            rows: list[Row] = []
            # The second file repeats some orders, changed: it replaces them with all their lines.
            for order in random.sample("ABCD", random.randint(1, 4)):
                lines, amount, pieces = lines_of(order, random)
                rows += lines
                expected[source, order] = (amount, pieces)
            staged.load(file, rows, source=source)
    staged.build()
    found = staged.rows("select data_source, order_id, amount, quantity from stg_crm__orders")
    assert {(source, order): (amount, pieces) for source, order, amount, pieces in found} == expected
    lines = staged.rows("""
        select lines.data_source, orders.order_id, sum(lines.quantity)
        from stg_crm__order_lines as lines
        inner join stg_crm__orders as orders on lines.order_key = orders.order_key
        group by all
    """)
    assert {(source, order): pieces for source, order, pieces in lines} == {
        place: pieces for place, (_, pieces) in expected.items()
    }
    # Every row has one disposition, and none is refused.
    outcomes = staged.rows("select _disposition, count(*) from base_crm__orders group by all")
    assert {outcome for outcome, _ in outcomes} == {"kept", "deduplicated"}
    assert staged.rows("select count(*) from stg_crm__order_lines") == [
        (dict(outcomes)["kept"],),
    ]


def built(rows: Sequence[Row], *more: Sequence[Row]) -> OrdersByLine:
    staged = OrdersByLine()
    for number, file in enumerate((rows, *more)):
        staged.load(f"{number}.csv", file)
    staged.build()
    return staged


def reasons(staged: Orders) -> list[tuple[str, str | None]]:
    found = staged.rows("select _disposition, _disposition_reason from base_crm__orders order by load_id, source_line")
    return [(disposition, reason) for disposition, reason in found]


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("customer_id", "C2"),
        ("occurred_at", "2026-01-06 10:00"),
        ("currency", "USD"),
        ("order_total", "21"),
        ("shipping", "5"),
        ("utm_source", "search"),
        ("utm_medium", "cpc"),
        ("campaign", "autumn"),
    ],
)
def test_lines_that_differ_in_what_is_of_the_order_are_quarantined_together(column: str, other: str) -> None:
    line = {
        **ORDER,
        **{"currency": "EUR", "order_total": "20", "shipping": "4", "utm_source": "mail", "utm_medium": "email"},
        **{"campaign": "spring", "amount": "8"},
    }
    sound = {**line, "order_id": "B"}
    staged = built([line, {**line, "amount": "9", column: other}, sound])
    assert reasons(staged) == [("quarantined", f"lines_differ:{column}")] * 2 + [("kept", None)]
    assert [order for order, *_ in staged.rows(MONEY)] == ["B"]


def test_the_total_of_an_order_counts_once_and_lines_without_money_are_lines() -> None:
    first = {**ORDER, "order_total": "20", "quantity": "2", "shipping": "4"}
    staged = built([first, {"order_id": "A", "quantity": "1"}])
    assert staged.rows(MONEY) == [("A", 20, 3)]
    assert staged.rows("select shipping, count(*) from stg_crm__orders group by all") == [(4, 1)]
    assert staged.rows("select quantity, amount from stg_crm__order_lines order by quantity") == [(1, None), (2, None)]
    # Without the total nothing says what the order costs.
    bare = {name: text for name, text in first.items() if name != "order_total"}
    assert reasons(built([bare])) == [("quarantined", "unreadable_number:amount")]


def test_a_named_line_that_comes_twice_and_differs_is_a_conflict() -> None:
    line = {**ORDER, "line_id": "1", "amount": "8"}
    staged = built([line, {**line, "amount": "9"}, {**line, "line_id": "2"}])
    assert reasons(staged) == [("deduplicated", "conflict:line_id"), ("kept", None), ("kept", None)]
    assert staged.rows(MONEY) == [("A", 17, None)]


def test_a_refund_in_a_file_of_lines_is_a_refund_and_not_a_line() -> None:
    refund = {**ORDER, "amount": "-3", "occurred_at": "2026-01-09 10:00"}
    staged = built([{**ORDER, "amount": "8"}, {**ORDER, "amount": "8"}, refund])
    assert staged.rows("select kind, amount from stg_crm__orders order by kind") == [("refund", 3), ("sale", 16)]
    assert staged.rows("select count(*) from stg_crm__order_lines") == [(2,)]


def test_a_line_needs_an_order_and_numbers_that_can_be_read() -> None:
    line = {**ORDER, "amount": "8"}
    faults = [
        ({"order_id": ""}, "missing:order_id"),
        ({"amount": "eight"}, "unreadable_number:amount"),
        ({"quantity": "two"}, "unreadable_number:quantity"),
        ({"quantity": "-2"}, "negative:quantity"),
        ({"unit_price": "x"}, "unreadable_number:unit_price"),
        ({"order_total": "x"}, "unreadable_number:order_total"),
        ({"customer_id": ""}, "missing:customer_id"),
        ({"occurred_at": "x"}, "no_valid_time:occurred_at"),
    ]
    for number, (fault, reason) in enumerate(faults):
        found = reasons(built([{**line, "order_id": f"O{number}", **fault}]))
        assert found == [("quarantined", reason)], fault


def test_an_order_with_a_line_that_cannot_be_read_counts_only_by_its_stated_total() -> None:
    lines = [{**ORDER, "amount": "8"}, {**ORDER, "amount": "eight"}, {**ORDER, "order_id": "B", "amount": "1"}]
    staged = built(lines)
    assert reasons(staged) == [
        ("quarantined", "incomplete:order_id"),
        ("quarantined", "unreadable_number:amount"),
        ("kept", None),
    ]
    stated = built([{**line, "order_total": "20"} for line in lines])
    assert [reason for _, reason in reasons(stated)] == [None, "unreadable_number:amount", None]
    assert stated.rows(MONEY)[0] == ("A", 20, None)
    # A later file that has the line right brings the order back.
    corrected = built(lines, [{**ORDER, "amount": "8"}, {**ORDER, "amount": "9"}])
    assert corrected.rows(MONEY) == [("A", 17, None), ("B", 1, None)]


def test_a_deleted_or_a_test_order_goes_with_all_its_lines() -> None:
    lines = [{**ORDER, "amount": "8"}, {**ORDER, "amount": "9"}]
    deleted = built(lines, [{"order_id": "A", "is_deleted": "true"}])
    assert [reason for _, reason in reasons(deleted)] == ["later_row:order_id"] * 2 + ["deleted_at_vendor"]
    tested = built([{**lines[0], "is_test": "true"}, lines[1]])
    assert reasons(tested) == [("set_aside", "test_order")] * 2
    for staged in (deleted, tested):
        assert staged.rows("select count(*) from stg_crm__order_lines") == [(0,)]
        assert staged.rows(MONEY) == []


def test_without_a_stated_grain_columns_of_lines_change_nothing() -> None:
    rows = [{**ORDER, "order_total": "99", "product": "Tea", "amount": "8"}, {**ORDER, "product": "Cup", "amount": "9"}]
    plain = Orders()
    plain.load("a.csv", rows)
    plain.build()
    assert plain.rows(MONEY) == [("A", 17, None)]
