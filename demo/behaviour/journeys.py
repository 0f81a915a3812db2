"""How people move through the stages: people and continuation shares in, dated visits out.

A person walks through runs. A run is a stretch of visits in one stage; entering it, the person goes on to a later stage
within 90 days with the stage's probability, for every person. A run that does not go on ends in silence of more than
90 days, in a step back to an earlier stage, or for good. After such a run no later stage is reached for 90 days, also
not on a detour. So the share of stage entries that go on is, by construction, the planted one.

How often someone buys shows elsewhere: in visits per loyalty run, in steps back and in returns after a silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from demo.behaviour.anniversaries import Anniversaries, contact, together
from demo.setting.effects import Effects
from demo.setting.people import Bools, Floats, Ints, People
from demo.setting.vocabulary import ADVOCACY, AWARENESS, DISCOVERY, LOYALTY, PURCHASE, STAGES, USE

MOST_RUNS: Final = 80
MOST_VISITS: Final = 7
LONGEST_RUN: Final = 45  # days from a run's first to its last visit
WINDOW: Final = 90
LATEST_NEXT: Final = WINDOW - 2  # a later stage is reached at most so many days after entry
SILENCE: Final = WINDOW + 5  # at least so many days until someone comes back who had left

# By stage: further visits in a run, days between visits, days until the next stage.
MORE_VISITS: Final = np.array([0.3, 0.5, 0.0, 1.3, 0.5, 0.2])
VISIT_GAP: Final = np.array([4.0, 4.0, 1.0, 7.0, 11.0, 6.0])
NEXT_STAGE: Final = np.array([5.0, 6.0, 4.0, 14.0, 12.0, 10.0])
SAME_DAY: Final = np.array([0.35, 0.45, 0.0, 0.0, 0.0, 0.0])
ABANDONED: Final = 0.35  # of the purchase runs that go no further: a cart that was left, no order
SIGN_UP: Final = 0.35  # of the discovery runs that go no further: an account was opened all the same
CANCELLED: Final = 0.06  # of the first orders that lead no further


@dataclass(frozen=True, kw_only=True)
class Visits:
    """One entry per visit in every array, by person and time; `run` numbers runs in that same order.

    Attributes:
        day: counted from the first day of history.
        rank: how many visits the person had before on that day.
        first_of_run, last_of_run: place in the run, as far as history shows it.
        goes_on: the run leads to a later stage within 90 days (possibly after the end of history).
        buys: an order is placed; signs_up: the account is opened; known: it was opened on an earlier visit.
        cancels: the order is cancelled soon after.
        next_stage, previous_stage: stage of the person's next and previous run within history, -1 where there is none.
    """

    person: Ints
    run: Ints
    stage: Ints
    day: Ints
    rank: Ints
    first_of_run: Bools
    last_of_run: Bools
    goes_on: Bools
    buys: Bools
    signs_up: Bools
    known: Bools
    cancels: Bools
    next_stage: Ints
    previous_stage: Ints

    def __len__(self) -> int:
        return len(self.person)


@dataclass
class _Walkers:
    """The state of every person between two runs."""

    stage: Ints
    entry: Ints
    barrier: Ints  # person x stage: no later stage before that day
    ordered: Ints  # day of the last order, -1 before the first
    signed: Bools


def walk(people: People, *, seed: int, start_on: date, days: int, world: Effects) -> tuple[Visits, Anniversaries]:
    """Walk everyone through the stages until the end of history, day `days`; contact those who left."""
    rng = np.random.default_rng([seed, 2])
    count = len(people)
    goes_on_share = np.array([world.continuation.get(stage, 0.0) for stage in STAGES])
    at = _Walkers(
        stage=np.where(rng.random(count) < 0.85, AWARENESS, DISCOVERY).astype(np.int64),
        entry=people.arrival.copy(),
        barrier=np.zeros((count, len(STAGES)), dtype=np.int64),
        ordered=np.full(count, -1, dtype=np.int64),
        signed=np.zeros(count, dtype=bool),
    )
    weekday_shift = start_on.weekday()
    pieces: list[dict[str, Ints | Bools]] = []
    contacts: list[Anniversaries] = []
    walking = np.arange(count)
    for step in range(MOST_RUNS):
        walking = walking[at.entry[walking] <= days]
        if not len(walking):
            break
        stage, entry = at.stage[walking], at.entry[walking]
        goes_on = rng.random(len(walking)) < goes_on_share[stage]
        day, valid = _visit_days(rng, stage, entry, people.rate[walking])
        last = np.where(valid, day, 0).max(axis=1)
        buys = (stage == LOYALTY) | ((stage == PURCHASE) & (goes_on | (rng.random(len(walking)) >= ABANDONED)))
        at.ordered[walking[buys]] = last[buys]
        signs_up = (stage == DISCOVERY) & ~at.signed[walking] & (goes_on | (rng.random(len(walking)) < SIGN_UP))
        cancels = (stage == PURCHASE) & buys & ~goes_on & (rng.random(len(walking)) < CANCELLED)
        pieces.append(_run_visits(walking, step, stage, day, valid, last, goes_on, buys, signs_up, cancels, days))
        at.signed[walking] |= signs_up
        failed = ~goes_on
        at.barrier[walking[failed], stage[failed]] = entry[failed] + WINDOW + 1
        stays = _step_on(rng, at, walking, stage, entry, last, goes_on, people.rate[walking], weekday_shift)
        left = ~stays & (at.ordered[walking] >= 0)
        contacted = contact(
            rng,
            person=walking[left],
            ordered=at.ordered[walking[left]],
            silent_from=last[left] + SILENCE,
            last_day=days,
            world=world,
        )
        back = contacted.back_on >= 0
        at.stage[contacted.person[back]] = LOYALTY
        at.entry[contacted.person[back]] = contacted.back_on[back]
        contacts.append(contacted)
        walking = np.union1d(walking[stays], contacted.person[back])
    return _in_order(pieces), together(contacts)


def _visit_days(rng: np.random.Generator, stage: Ints, entry: Ints, rate: Floats) -> tuple[Ints, Bools]:
    """Days of the visits of one run, strictly increasing; which of the columns are visits at all."""
    more = MORE_VISITS[stage] * np.where(stage == LOYALTY, rate, 1.0)
    visits = 1 + np.minimum(rng.poisson(more), MOST_VISITS - 1)
    gaps = rng.geometric(1 / VISIT_GAP[stage][:, None], size=(len(stage), MOST_VISITS))
    gaps[:, 0] = 0
    day = entry[:, None] + np.cumsum(gaps, axis=1)
    valid = (np.arange(MOST_VISITS) < visits[:, None]) & (day - entry[:, None] <= LONGEST_RUN)
    return day, valid


def _run_visits(
    person: Ints,
    step: int,
    stage: Ints,
    day: Ints,
    valid: Bools,
    last: Ints,
    goes_on: Bools,
    buys: Bools,
    signs_up: Bools,
    cancels: Bools,
    days: int,
) -> dict[str, Ints | Bools]:
    row, column = np.nonzero(valid & (day <= days))
    when = day[row, column]
    at_end = when == last[row]
    return {
        "person": person[row],
        "step": np.full(len(row), step),
        "stage": stage[row],
        "day": when,
        "first_of_run": column == 0,
        "goes_on": goes_on[row],
        "buys": buys[row],
        "signs_up": signs_up[row] & at_end,
        "cancels": cancels[row],
    }


def _step_on(
    rng: np.random.Generator,
    at: _Walkers,
    walking: Ints,
    stage: Ints,
    entry: Ints,
    last: Ints,
    goes_on: Bools,
    rate: Floats,
    weekday_shift: int,
) -> Bools:
    """Move everyone to their next run; says who has one."""
    size = len(walking)
    customer = at.ordered[walking] >= 0
    luck = rng.random((size, 3))

    onward = _later_stage(stage, customer, luck[:, 0])
    wait = 1 + np.minimum(rng.geometric(1 / NEXT_STAGE[stage]), 40)
    day = last + np.where(luck[:, 1] < SAME_DAY[stage], 0, wait)
    day = _off_the_weekend(rng, day, weekday_shift, shiftable=day > last)
    passed = np.arange(len(STAGES)) < onward[:, None]
    barrier = np.where(passed, at.barrier[walking], 0).max(axis=1)
    latest = entry + LATEST_NEXT
    room = np.maximum(latest - barrier, 0)
    day = np.where(day < barrier, barrier + (rng.random(size) * (room + 1)).astype(np.int64), day)
    onward_day = np.minimum(day, latest)

    keen = 1 - np.exp(-rate)
    steps_back = ~goes_on & (stage >= LOYALTY) & (luck[:, 1] < keen)
    back = np.where((stage == ADVOCACY) & (luck[:, 0] < 0.6), LOYALTY, USE)
    back_day = last + 5 + np.minimum(rng.geometric(1 / 8, size), 25)

    returns = luck[:, 2] < np.where(customer, 1 - np.exp(-0.9 * rate), 0.35)
    again = _returning_stage(customer, luck[:, 0])
    again_day = last + SILENCE + rng.geometric(1 / 45, size)

    at.stage[walking] = np.where(goes_on, onward, np.where(steps_back, back, again))
    at.entry[walking] = np.where(goes_on, onward_day, np.where(steps_back, back_day, again_day))
    stays: Bools = goes_on | steps_back | returns
    return stays


def _later_stage(stage: Ints, customer: Bools, luck: Floats) -> Ints:
    """Mostly the next stage; whoever has bought before has no first purchase to make."""
    after_awareness = np.where(customer & (luck < 0.4), LOYALTY, DISCOVERY)
    after_discovery = np.where(customer, np.where(luck < 0.8, LOYALTY, USE), PURCHASE)
    after_purchase = np.where(luck < 0.92, USE, LOYALTY)
    after_use = np.where(luck < 0.92, LOYALTY, ADVOCACY)
    options = [after_awareness, after_discovery, after_purchase, after_use, np.full_like(stage, ADVOCACY)]
    return np.choose(np.minimum(stage, LOYALTY), options).astype(np.int64)


def _returning_stage(customer: Bools, luck: Floats) -> Ints:
    """Where someone comes in again after a silence."""
    bought = np.select([luck < 0.45, luck < 0.70, luck < 0.90], [LOYALTY, USE, DISCOVERY], AWARENESS)
    return np.where(customer, bought, np.where(luck < 0.5, AWARENESS, DISCOVERY)).astype(np.int64)


def _off_the_weekend(rng: np.random.Generator, day: Ints, weekday_shift: int, *, shiftable: Bools) -> Ints:
    """A third of what would fall on a weekend happens on the Monday after."""
    weekday = (day + weekday_shift) % 7
    moved = shiftable & (weekday >= 5) & (rng.random(len(day)) < 0.35)
    return np.where(moved, day + 7 - weekday, day)


def _in_order(pieces: list[dict[str, Ints | Bools]]) -> Visits:
    """All visits by person and time, with what depends on neighbours."""
    columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    order = np.lexsort((columns["day"], columns["step"], columns["person"]))
    columns = {name: values[order] for name, values in columns.items()}
    person, step, day, stage = (columns[name] for name in ("person", "step", "day", "stage"))
    size = len(person)
    new_person = np.r_[True, person[1:] != person[:-1]]
    new_run = new_person | np.r_[True, step[1:] != step[:-1]]
    run = np.cumsum(new_run) - 1
    last_of_run = np.r_[new_run[1:], True]
    new_day = new_person | np.r_[True, day[1:] != day[:-1]]
    day_start = np.maximum.accumulate(np.where(new_day, np.arange(size), 0))
    run_stage = stage[new_run]
    run_person = person[new_run]
    follows = np.r_[run_person[1:] == run_person[:-1], False]
    next_stage = np.where(follows, np.r_[run_stage[1:], -1], -1)
    previous_stage = np.r_[-1, np.where(follows[:-1], run_stage[:-1], -1)]
    signs_up = columns["signs_up"]
    before = np.cumsum(signs_up) - signs_up
    person_start = np.maximum.accumulate(np.where(new_person, np.arange(size), 0))
    known = before > before[person_start]
    return Visits(
        person=person,
        run=run,
        stage=stage,
        day=day,
        rank=np.arange(size) - day_start,
        first_of_run=columns["first_of_run"].astype(bool),
        last_of_run=last_of_run,
        goes_on=columns["goes_on"].astype(bool),
        buys=columns["buys"].astype(bool),
        signs_up=signs_up.astype(bool),
        known=known,
        cancels=columns["cancels"].astype(bool),
        next_stage=next_stage[run],
        previous_stage=previous_stage[run],
    )
