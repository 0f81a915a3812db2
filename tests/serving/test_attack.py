"""A reader who asks everything and combines the answers must not learn the number of any small group."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving import LiveRelease, open_release
from tests.serving.attack import Attack, Plan, attack, follow_between
from tests.serving.world import MARTS, publish
from workspace.paths import WorkspacePaths

# Beside the many of the other channels: two rare channels, one of them of one person, whose segment is rare, too.
RARE = """
insert into marts.fct_orders values
    (9001, 101, '2024-02-03', 'sale', 20.0, 'fax'), (9002, 3, '2024-05-03', 'sale', 30.0, 'letter'),
    (9003, 8, '2024-05-04', 'sale', 40.0, 'letter'), (9004, 10, '2024-06-04', 'refund', -10.0, 'letter');
"""
# One more customer's order: the difference between two releases.
ONE_MORE = "insert into marts.fct_orders values (9005, 64, '2024-06-05', 'sale', 50.0, 'letter');"
SMALL_WORLD = Plan(
    metrics=("orders", "revenue", "buyers", "average_order_value"),
    dimensions=("order__channel", "person__segment", "person__region"),
    whole=("orders", "revenue"),
    most=2,
)
DEMO_PLANS = {
    "orders": Plan(
        metrics=("orders", "revenue", "average_order_value", "repeat_order_share"),
        dimensions=("sales_order__utm_source", "person__order_band", "person__segment"),
        whole=("orders", "revenue"),
    ),
    "orders by month": Plan(
        metrics=("orders", "revenue", "average_order_value"),
        dimensions=("sales_order__utm_source", "person__segment"),
        monthly=True,
        whole=("orders", "revenue"),
        most=2,
    ),
    "touchpoints by month": Plan(
        metrics=("touchpoints",),
        dimensions=("touchpoint_id__channel", "person__segment"),
        monthly=True,
        whole=("touchpoints",),
        most=1,
        windows=24,
    ),
    "movements": Plan(
        metrics=("acquired", "retained", "reactivated", "lost", "net_growth", "retention_rate"),
        dimensions=("person__region", "person__first_channel"),
        monthly=True,
        whole=("acquired", "retained", "reactivated", "lost", "net_growth"),
        identities=(
            {"acquired": 1, "reactivated": 1, "lost": -1, "net_growth": -1},
            {"retained": 1, "lost": 1, "retention_base": -1},
        ),
        signed=("net_growth",),
        most=1,
    ),
    "tickets": Plan(
        metrics=("tickets", "unanswered_share", "reopened_share", "ticket_satisfaction"),
        dimensions=("ticket__ticket_category", "person__rfm_segment", "person__region"),
        whole=("tickets",),
    ),
    "customers": Plan(
        metrics=("customers", "top_customer_share", "orders_per_customer", "lifetime_revenue_per_customer"),
        dimensions=("person__order_band", "person__first_channel", "person__identifier_band"),
        whole=("customers",),
    ),
}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, manifest: str) -> Attack:
    return attack(_released(tmp_path_factory.mktemp("attacked"), manifest, RARE), SMALL_WORLD)


def _released(root: Path, manifest: str, facts: str) -> LiveRelease:
    paths = WorkspacePaths(root)
    publish(paths, "run-1", manifest, marts=MARTS + facts)
    return open_release(paths)


def test_no_small_group_is_recovered_from_all_answers(attacked: Attack) -> None:
    assert len(attacked.small) > 20, "the world must hold small groups"
    assert attacked.recovered() == {}


def test_totals_and_large_groups_are_shown(attacked: Attack) -> None:
    assert attacked.known["orders", (), ()]
    shown = [key for name, axes, key in attacked.known if (name, axes) == ("orders", ("person__segment",))]
    assert len(shown) >= 3


def test_without_protection_the_reader_recovers_every_small_group(attacked: Attack) -> None:
    bare = attack(attacked.release, SMALL_WORLD, protected=False)
    assert len(bare.recovered()) == len(bare.small)


def test_two_releases_that_differ_by_one_person_reveal_the_documented_limit(
    attacked: Attack, tmp_path: Path, manifest: str
) -> None:
    """The bound that docs/auditor.md states: suppression guards a release, and no pair of them."""
    later = attack(_released(tmp_path, manifest, RARE + ONE_MORE), SMALL_WORLD)
    assert later.recovered() == {}
    followed = follow_between(attacked, later)
    assert followed.hidden == frozenset()
    assert {axes for _, axes, _ in followed.placed} == {
        ("person__segment",), ("person__region",), ("person__segment", "person__region"),
    }, "what one person adds shows in every shown group of it"  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", DEMO_PLANS)
def test_no_small_group_of_the_demo_is_recovered(demo_workspace: Path, name: str) -> None:
    found = attack(open_release(WorkspacePaths(demo_workspace)), DEMO_PLANS[name])
    assert found.small
    assert found.recovered() == {}
