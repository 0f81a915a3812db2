"""What people do in a web visit besides browsing: visits in; gated guides and tasks, step by step, out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from demo.behaviour.journeys import Visits
from demo.setting.content import GATED_FROM
from demo.setting.effects import COSTLY_GATE, GATES, LONGEST_TASK, Effects, Tied
from demo.setting.events import EVENTS, EXTRA_STEP, GATE_SHOWN, GATE_SUBMITTED, TASKS
from demo.setting.people import Bools, Ints
from demo.setting.vocabulary import DISCOVERY, USE

USUAL_GATE: Final = Tied(lost=0.2, kept=0.2)  # of the ways through discovery that begin on the web
ATTEMPTS: Final = 0.25  # of the web visits in weeks of use: something is to be got done
PASSED: Final = 0.93  # of those at a step of a task: they get to the next one


@dataclass(frozen=True, kw_only=True)
class Steps:
    """One entry per step, by visit and in order.

    Attributes:
        wait: seconds since the step before, or since what was done before in the visit.
        page: index into PAGES; -1 for the event's own page.
    """

    visit: Ints
    event: Ints
    wait: Ints
    page: Ints


def draw_gates(rng: np.random.Generator, visits: Visits, on_web: Bools, world: Effects) -> Steps:
    """Guides that are offered for an address, early in discovery; some people leave one."""
    begins = np.nonzero(on_web & visits.first_of_run & (visits.stage == DISCOVERY))[0]
    goes_on = visits.goes_on[begins]
    parts = []
    for number, gate in enumerate(GATES):
        tied = world.gate if gate == COSTLY_GATE else USUAL_GATE
        luck = rng.random((len(begins), 2))
        shown = luck[:, 0] < np.where(goes_on, tied.kept, tied.lost)
        submits = luck[shown, 1] < world.submitted[gate]
        visit = np.repeat(begins[shown], 1 + submits)
        is_first = np.r_[True, visit[1:] != visit[:-1]][: len(visit)]
        event = np.where(is_first, EVENTS.index(GATE_SHOWN), EVENTS.index(GATE_SUBMITTED))
        parts.append((visit, event, rng.integers(20, 60, len(visit)), np.full(len(visit), GATED_FROM + number)))
    visit, event, wait, page = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(visit, kind="stable")
    return Steps(visit=visit[order], event=event[order], wait=wait[order], page=page[order])


def draw_tasks(rng: np.random.Generator, visits: Visits, on_web: Bools, world: Effects) -> Steps:
    """Attempts at a task, each as far as it gets."""
    tried = np.nonzero(on_web & (visits.stage == USE) & (rng.random(len(visits)) < ATTEMPTS))[0]
    which = rng.integers(len(TASKS), size=len(tried))
    parts: list[tuple[Ints, Ints, Ints]] = []
    for number, task in enumerate(TASKS):
        mine = tried[which == number]
        events = [EVENTS.index(step) for step in task.steps]
        passed = [PASSED] * (len(events) - 1)
        pause = [25] * len(events)
        if task.task == LONGEST_TASK and world.extra_step is not None:
            events.insert(1, EVENTS.index(EXTRA_STEP))
            passed.insert(1, world.extra_step)
            pause.insert(2, 150)
        luck = rng.random((len(mine), len(passed)))
        reached = 1 + np.cumprod(luck < np.array(passed), axis=1, dtype=np.int64).sum(axis=1)
        visit = np.repeat(mine, reached)
        position = np.arange(len(visit)) - np.repeat(np.cumsum(reached) - reached, reached)
        wait = np.array(pause)[position] + rng.integers(0, 40, len(visit))
        parts.append((visit, np.array(events)[position], wait))
    visit, event, wait = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(visit, kind="stable")
    return Steps(visit=visit[order], event=event[order], wait=wait[order], page=np.full(len(visit), -1))
