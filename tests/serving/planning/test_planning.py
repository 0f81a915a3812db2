from __future__ import annotations

from dataclasses import replace

import pytest

from serving import LiveRelease, Question
from serving.evaluation.evaluate import evaluate
from serving.planning.plan import Plan
from serving.planning.planner import plans


class NotAsked:
    """Stands for the definitions of a release where they must not be asked any more."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"definitions are asked for {name} after planning")


@pytest.mark.parametrize(
    "form",
    [{}, {"grain": "month"}, {"by": ("segment",)}, {"by": ("segment",), "where": {"region": (None,)}}],
    ids=["whole", "by month", "by a dimension", "filtered"],
)
def test_definitions_are_asked_while_planning_and_never_after(
    release: LiveRelease, form: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = replace(release)
    planned = plans(opened, Question(metrics=opened.semantics.offered, **form))
    monkeypatch.setitem(opened.__dict__, "semantics", NotAsked())
    ready = [plan for _, plan in planned if isinstance(plan, Plan)]
    assert ready
    for plan in ready:
        rows, _ = evaluate(opened, plan)
        assert {row.metric for row in rows} == {plan.metric.name}
