"""A reader who asks everything and works with what is shown must not learn the number of any small group."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving import open_release
from tests.serving.attack import Plan, attack
from workspace.paths import WorkspacePaths

MOVEMENTS = ({"acquired": 1, "reactivated": 1, "lost": -1, "net_growth": -1},)
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
    "movements": Plan(
        metrics=("acquired", "retained", "reactivated", "lost", "net_growth", "retention_rate"),
        dimensions=("person__region", "person__first_channel"),
        monthly=True,
        whole=("acquired", "retained", "reactivated", "lost", "net_growth"),
        identities=(*MOVEMENTS, {"retained": 1, "lost": 1, "retention_base": -1}),
        most=1,
    ),
    "handoffs": Plan(
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


@pytest.mark.slow
@pytest.mark.parametrize("name", DEMO_PLANS)
def test_no_small_group_of_the_demo_is_recovered(demo_workspace: Path, name: str) -> None:
    found = attack(open_release(WorkspacePaths(demo_workspace)), DEMO_PLANS[name])
    assert found.small
    assert found.recovered() == {}
