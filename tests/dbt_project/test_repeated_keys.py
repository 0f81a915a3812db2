"""Rows of one file that share a key: lines add up, equal part refunds all count, and no line number decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.dbt_project.staging_chain import Orders, Row, Staging

AT = "2026-02-03 10:00:00"


def row(order: str, amount: object, kind: str = "sale", *, customer: str = "C1", at: str = AT, **more: str) -> Row:
    return {"customer_id": customer, "occurred_at": at, "amount": str(amount), "order_id": order, "kind": kind, **more}


def staged(*files: Sequence[Row], names: Sequence[str] = ()) -> Orders:
    orders = Orders()
    for number, rows in enumerate(files):
        orders.load(names[number] if names else f"{number}.csv", rows)
    orders.build()
    return orders


def money(orders: Orders) -> tuple[Any, ...]:
    """Orders and revenue."""
    ((count, revenue),) = orders.rows(
        """select count(*) filter (kind = 'sale'),
            coalesce(sum(case when kind = 'sale' then amount else -amount end), 0) from stg_crm__orders"""
    )
    return count, revenue


def reasons(orders: Orders) -> list[tuple[int, str | None]]:
    return orders.rows("select source_line, _disposition_reason from base_crm__orders order by load_id, source_line")


def test_order_lines_are_summed_into_one_order() -> None:
    lines = [row("N1", 10, sku="A"), row("N1", 20, sku="B"), row("N1", 30, sku="C"), row("N2", 5, sku="A")]
    orders = staged(lines)
    assert money(orders) == (2, 65)
    assert {reason for _, reason in reasons(orders)} == {None}
    assert orders.rows("select count(*) from base_crm__orders where is_line and not is_line_named") == [(3,)]


def test_equal_rows_count_separately_only_in_line_files() -> None:
    equal = [row("N1", 10), row("N1", 10)]
    assert money(staged([*equal, row("N2", 5), row("N2", 7)])) == (2, 32)
    orders = staged([*equal, row("N2", 5)])
    assert money(orders) == (2, 15)
    assert reasons(orders) == [(2, "same_row"), (3, None), (4, None)]


def test_lines_with_ids_are_summed_and_a_repeated_id_counts_once() -> None:
    named = [row("N1", 10, line_id="1"), row("N1", 10, line_id="2"), row("N1", 10, line_id="2")]
    assert money(staged(named)) == (1, 20)


def test_a_later_state_replaces_an_earlier_one_in_any_order() -> None:
    states = [row("N1", 80, updated_at="2026-02-05"), row("N1", 100, updated_at="2026-02-04")]
    for order in (states, states[::-1]):
        orders = staged(order)
        assert money(orders) == (1, 80)
        assert "later_row:order_id" in {reason for _, reason in reasons(orders)}


# Entity -> what a row says besides its key and time, and what reasons call the key.
STATES: dict[tuple[str, str], tuple[Row, str]] = {
    ("crm", "deals"): ({"deal_id": "{}", "created_at": "2026-02-01"}, "deal_id"),
    ("crm", "leads"): ({"lead_id": "{}", "created_at": "2026-02-01"}, "lead_id"),
    ("crm", "contracts"): (
        {"customer_id": "{}", "plan": "gold", "started_at": "2026-02-01", "amount_per_month": "9", "currency": "EUR"},
        "contract",
    ),
    ("crm", "interactions"): (
        {"interaction_id": "{}", "customer_id": "c1", "occurred_at": "2026-02-01", "event": "visit"},
        "interaction_id",
    ),
    ("service", "tickets"): ({"ticket_id": "{}", "created_at": "2026-02-01"}, "ticket_id"),
    ("social", "mentions"): (
        {"mention_id": "{}", "posted_at": "2026-02-01", "network": "x", "text": "fine"},
        "mention_id",
    ),
}


@pytest.mark.parametrize("entity", STATES, ids=lambda entity: entity[1])
def test_states_with_a_time_are_history_and_equally_old_ones_are_repeated(entity: tuple[str, str]) -> None:
    said, called = STATES[entity]
    rows = [
        {column: str(value).format(name) for column, value in said.items()} | {"updated_at": at}
        for name, at in (("D1", "2026-02-01"), ("D1", "2026-02-09"), ("D1", "2026-02-05"), ("D2", ""), ("D2", ""))
    ]
    records = Staging(*entity)
    records.load("1.csv", rows)
    records.build()
    found = records.rows(f"select _disposition_reason from base_{entity[0]}__{entity[1]} order by source_line")
    earlier, later = f"earlier_state:{called}", f"later_row:{called}"
    assert found == [(earlier,), (None,), (earlier,), (later,), (None,)]


def test_a_line_with_an_id_has_its_own_time() -> None:
    rows = [
        row("N1", 10, line_id="1", updated_at="2026-02-04"),
        row("N1", 12, line_id="1", updated_at="2026-02-06"),
        row("N1", 30, line_id="2", updated_at="2026-02-05"),
    ]
    assert money(staged(rows)) == (1, 42)


@pytest.mark.parametrize(
    "rows",
    [
        [row("N1", 10, status="open"), row("N1", 10, status="paid")],
        [row("N1", 10, at="2026-02-03"), row("N1", 12, at="2026-02-04")],
        [row("N1", 10), row("N1", 12, customer="C2")],
    ],
)
def test_conflicting_rows_are_not_summed_and_reported_as_loss(rows: list[Row]) -> None:
    orders = staged([*rows, row("N2", 5)])
    assert money(orders)[0] == 2
    assert money(orders)[1] in (15, 17)
    assert [reason for _, reason in reasons(orders)].count("conflict:order_id") == 1


def test_a_later_load_replaces_an_order_with_all_its_lines() -> None:
    first = [row("N1", 10), row("N1", 20), row("N1", 30)]
    orders = staged(first, [row("N1", 10), row("N1", 25)])
    assert money(orders) == (1, 35)
    assert money(staged(first, first)) == (1, 60)


def test_an_attribute_missing_on_a_line_is_unknown_for_the_order() -> None:
    orders = staged([row("N1", 10, cost="4", quantity="1"), row("N1", 20, quantity="2")])
    assert orders.rows("select cost, quantity from stg_crm__orders") == [(None, 3)]


def test_discount_tax_and_shipping_of_lines_add_up() -> None:
    lines = [
        row("N1", 10, discount="1", tax="1.60", shipping="4"),
        row("N1", 20, discount="2", tax="3.20"),
        row("N2", 5, "refund", tax="-0.80"),
    ]
    orders = staged(lines)
    found = orders.rows("select order_id, discount, tax, shipping from stg_crm__orders order by order_id")
    assert found == [("N1", 3, Decimal("4.80"), None), ("N2", None, Decimal("0.80"), None)]


def test_equal_partial_refunds_of_one_day_all_count() -> None:
    named = [{"refund_id": one} for one in "abc"]
    unnamed: list[dict[str, str]] = [{}, {}, {}]
    for ids in (named, unnamed):
        rows = [row("X1", 100)] + [
            row("X1", amount, "refund", **more) for amount, more in zip((10, 10, 15), ids, strict=True)
        ]
        assert money(staged(rows)) == (1, 65)
        # The same ones in the next export, and one that came meanwhile.
        assert money(staged(rows, rows)) == (1, 65)
        assert money(staged(rows, [*rows, row("X1", 10, "refund", **({"refund_id": "d"} if ids[0] else {}))])) == (
            1,
            55,
        )


def test_refunds_are_identified_by_id_across_files() -> None:
    first = [row("X1", 100), row("X1", 10, "refund", refund_id="a")]
    assert money(staged(first, [row("X1", 10, "refund", refund_id="b")])) == (1, 80)
    assert money(staged(first, [row("X1", 12, "refund", refund_id="a")])) == (1, 88)


def test_a_filler_is_not_an_order_id() -> None:
    orders = staged([row("0", 10), row("N/A", 12), row("-", 14), row("null", 16)])
    assert money(orders) == (4, 52)


@pytest.mark.parametrize(
    "filler", ["0", "guest", "GUEST", "Guest", "NULL", "N/A", "n/a", "-", "None", "unknown", "Test", "NaN"]
)
def test_purchases_of_fillers_count_under_one_spelling(filler: str) -> None:
    orders = staged([row("N1", 10, customer=filler), row("N2", 12, customer=f" {filler.lower()}\u200b")])
    assert money(orders) == (2, 22)
    assert len(orders.rows("select distinct identifier_key from stg_crm__orders")) == 1


def some_files(random: Random) -> list[list[Row]]:
    """One to three small files, out of few words, so that keys, amounts and whole rows repeat."""

    def one() -> Row:
        kind = random.choice(["sale", "sale", "sale", "refund"])
        return row(random.choice(["N1", "N2", "N3"]), random.choice([10, 10, 20, 35]), kind, sku=random.choice("AB"))

    return [[one() for _ in range(random.randint(0, 8))] for _ in range(random.randint(1, 3))]


def read_independently(files: Sequence[Sequence[Row]]) -> tuple[int, Decimal]:
    """Orders and revenue of files loaded one after the other, by an independent reading."""
    newest: dict[str, int] = {}
    for number, rows in enumerate(files):
        newest |= {one["order_id"]: number for one in rows if one["kind"] == "sale"}
    sales: dict[str, list[Row]] = defaultdict(list)
    for order, number in newest.items():
        sales[order] = [one for one in files[number] if (one["order_id"], one["kind"]) == (order, "sale")]
    of_lines = {newest[order] for order, rows in sales.items() if len({one["amount"] for one in rows}) > 1}
    revenue = 0
    for order, rows in sales.items():
        amounts = [int(one["amount"]) for one in rows]
        revenue += sum(amounts) if newest[order] in of_lines else amounts[0]
    alike: dict[tuple[str, str], int] = defaultdict(int)
    for rows in files:
        held: dict[tuple[str, str], int] = defaultdict(int)
        for one in rows:
            if one["kind"] == "refund":
                held[one["order_id"], one["amount"]] += 1
        for key, count in held.items():
            alike[key] = max(alike[key], count)
    return len(sales), Decimal(revenue - sum(int(amount) * count for (_, amount), count in alike.items()))


def test_orders_and_revenue_match_an_independent_reading() -> None:
    random = Random(20261128)
    orders = Orders()
    wanted: dict[str, tuple[int, Decimal]] = {}
    rows = 0
    for world in range(150):
        files = some_files(random)
        arrivals = {
            "as it is": files,
            "lines in another order": [random.sample(one, len(one)) for one in files],
            "the last file once more": [*files, files[-1]],
            "everything once more": files + files,
        }
        for how, loaded in arrivals.items():
            source = f"{world} {how}"
            wanted[source] = read_independently(files)
            for number, one in enumerate(loaded):
                # What is loaded once more has its old name; the last file alone comes under another one.
                name = number % len(files) if how == "everything once more" else number
                orders.load(f"{name}.csv", one, source=source)
                rows += len(one)
    orders.build()
    found = {
        source: (count, revenue)
        for source, count, revenue in orders.rows(
            """select data_source, count(*) filter (kind = 'sale'),
                sum(case when kind = 'sale' then amount else -amount end) from stg_crm__orders group by all"""
        )
    }
    assert {source: found.get(source, (0, 0)) for source in wanted} == wanted
    # Of some worlds orders add up, of others they do not.
    assert orders.rows("select count(distinct is_line) from base_crm__orders") == [(2,)]
    books = orders.rows("select count(*), count(distinct (load_id, source_line)) from base_crm__orders")
    assert books == [(rows, rows)]
