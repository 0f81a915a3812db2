from __future__ import annotations

import pytest

from app.journey import sentences as journey_sentences
from app.journey.findings import find_long_task, find_worst_handoff
from app.journey.flows import END, OTHER, Flow, sankey, stage_flows
from serving import AnswerRow
from tests.app.rows import row


def handoffs(stage: str, **shares: tuple[float, int]) -> list[AnswerRow]:
    return [row(share, n=n, stage=stage, handoff=name.replace("_", " → ")) for name, (share, n) in shares.items()]


def test_the_handoff_with_proven_higher_loss_is_named_beside_the_others() -> None:
    rows = [
        *handoffs("discovery", marketing_service=(0.75, 90), marketing_product=(0.4, 300), product_service=(0.35, 80)),
        # Into another stage everybody is lost more often: that is due to the stage, not the hand-off.
        *handoffs("purchase", product_commerce=(0.85, 200), service_commerce=(0.83, 200)),
    ]
    found = find_worst_handoff(rows)
    assert found is not None
    assert (found.stage, found.handoff, found.loses.n) == ("discovery", "marketing → service", 90)
    sentence = journey_sentences.worst_handoff(found, rows)
    assert sentence.claim
    assert sentence.text == (
        "Marketing → Service loses 75% of people on the way into discovery; the other hand-offs lose 39%"
    )


@pytest.mark.parametrize(
    "rows",
    [
        handoffs("discovery", a_b=(0.55, 400), a_c=(0.45, 400)),  # proven, and too small to matter
        handoffs("discovery", a_b=(0.70, 22), a_c=(0.45, 22)),  # large, and not proven
        handoffs("discovery", a_b=(0.90, 400)),  # nothing to compare with
        handoffs("discovery", a_b=(0.90, 400)) + handoffs("use", a_c=(0.2, 400)),  # other stages are not a comparison
        handoffs("somewhere", a_b=(0.90, 400), a_c=(0.2, 400)),  # no stage
        [],
    ],
)
def test_no_handoff_is_named_without_proof_within_one_stage(rows: list[AnswerRow]) -> None:
    assert find_worst_handoff(rows) is None
    assert not journey_sentences.worst_handoff(None, rows).claim


def test_more_compared_stages_need_stronger_proof() -> None:
    close = handoffs("discovery", a_b=(0.6, 84), a_c=(0.45, 100), b_c=(0.43, 90))
    others = [one for stage in ("purchase", "use", "loyalty") for one in handoffs(stage, a_b=(0.5, 90), a_c=(0.5, 90))]
    assert find_worst_handoff(close) is not None
    assert find_worst_handoff(close + others) is None


def test_the_most_abandoned_task_is_named_with_its_step() -> None:
    abandonment = [row(0.55, n=120, task="repair"), row(0.2, n=120, task="address"), row(0.22, n=120, task="register")]
    left = [
        row(45, task="repair", left_after="Serial number asked"),
        row(12, task="repair", left_after="Details entered"),
        row(200, task="address", left_after="Started"),
    ]
    found = find_long_task(abandonment, left)
    assert found is not None
    assert (found.task, found.step) == ("repair", "Serial number asked")
    assert found.step_share == pytest.approx(45 / 57)
    sentence = journey_sentences.long_task(found, abandonment, label="Request a repair")
    assert sentence.text == (
        "“Request a repair” is abandoned in 55% of attempts; the other tasks in 21%. "
        "79% of those who leave do so after “Serial number asked”"
    )


def test_no_step_is_named_when_people_leave_at_several() -> None:
    abandonment = [row(0.55, n=120, task="repair"), row(0.2, n=120, task="address")]
    left = [row(30, task="repair", left_after="One"), row(28, task="repair", left_after="Another")]
    found = find_long_task(abandonment, left)
    assert found is not None
    assert found.step is None
    assert find_long_task([*abandonment[1:], row(0.25, n=120, task="repair")], left) is None


def path(name: str, n: float) -> AnswerRow:
    return row(n, path=name)


def test_flows_keep_every_journey_and_group_small_ones() -> None:
    rows = [
        path("awareness > discovery > purchase", 60),
        path("awareness", 30),
        path("awareness > discovery > use", 9),
        path("awareness > advocacy", 1),
        row(None, status="suppressed", path="loyalty > use"),
    ]
    flows = stage_flows(rows, least=0.02)
    assert flows == [
        Flow(1, "awareness", "discovery", 69),
        Flow(1, "awareness", END, 30),
        Flow(1, "awareness", OTHER, 1),
        Flow(2, "discovery", "purchase", 60),
        Flow(2, "discovery", "use", 9),
        Flow(3, "purchase", END, 60),
        Flow(3, "use", END, 9),
    ]
    # What comes into a node goes out of it, or ends there.
    assert sum(flow.journeys for flow in flows if flow.place == 2) == 69


def test_a_sankey_has_one_node_per_stage_and_position() -> None:
    flows = stage_flows([path("use > loyalty > use", 10), path("use", 5)])
    option = sankey(flows, order=("use", "loyalty"))
    (series,) = option["series"]
    names = [node["name"] for node in series["data"]]
    assert len(names) == len(set(names))
    assert {link["source"] for link in series["links"]} | {link["target"] for link in series["links"]} == set(names)
    assert series["data"][0]["label"]["formatter"] == "Use 15"
    assert stage_flows([]) == []
