"""Business customers: people at small businesses and enterprises in; accounts, their contracts and deals out.

A deal comes once for every state that it was in. Only won and lost deals name a customer and are touchpoints.

An account's contracts are service subscriptions. They start and end in visits of a member, so that they add no stage of
their own to anybody's journey, and only people who have ordered before sign one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.files import write_by_period, write_csv
from demo.setting.people import Ints
from demo.setting.vocabulary import LOYALTY, USE

IN_ACCOUNT: Final = 0.6  # of the people at small businesses and enterprises who have a customer record
MEMBERS: Final = {"Small business": 2, "Enterprise": 6}  # about so many in an account
SIGNS: Final = 0.5  # of the accounts with a member who orders again: a contract
ENDS: Final = 0.35  # of the contracts that could end in a later visit
WON: Final = 0.7  # of the deals
PLANS: Final = {"Care": 19.0, "Care Plus": 49.0, "Fleet": 129.0}  # per month
INDUSTRIES: Final = ("Hospitality", "Offices", "Healthcare", "Retail", "Education")
PARENTS: Final = 0.12  # of the accounts belong to another
ACCOUNTS_HEADER: Final = ("Account", "Name", "Parent", "Industry", "Employees", "Country")
CONTRACTS_HEADER: Final = ("Contract", "Customer", "Account", "Starts", "Ends", "Monthly Fee", "Currency", "Plan")
DEALS_HEADER: Final = ("Deal", "Customer", "Account", "Opened", "Closed", "Stage", "Value", "Changed")
STEPS: Final = ("qualified", "proposal", "negotiation")  # of an open deal; some are skipped
PENDING: Final = 0.05  # of the accounts: a deal that is still open
MORNING: Final = 11 * 3600


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Per person the number of their account, -1 for none; per account its segment."""

    of_person: Ints
    segments: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.segments)

    def account_of(self, person: int) -> str:
        """The account's id in the CRM; empty for people without one."""
        number = int(self.of_person[person])
        return account_id(number) if number >= 0 else ""


@dataclass(frozen=True, kw_only=True)
class Contracts:
    """One entry per contract: signed in one visit, ended in another (-1: running)."""

    account: Ints
    signed: Ints
    ended: Ints
    plan: Ints


@dataclass(frozen=True, kw_only=True)
class Sale:
    """What sales began with an account: the day of history on which its deals were opened."""

    account: int
    opened: int


def account_id(number: int) -> str:
    """The id of an account in the CRM."""
    return f"A{3001 + number}"


def draw_accounts(history: History) -> Accounts:
    """Group people with a customer record by segment into accounts."""
    rng = history.rng(18)
    people, visits = history.people, history.visits
    of_person = np.full(len(people), -1, dtype=np.int64)
    registered = np.zeros(len(people), dtype=bool)
    registered[visits.person[visits.signs_up]] = True
    segments: list[str] = []
    for segment, members in MEMBERS.items():
        inside = np.nonzero(
            registered & (people.traits["segment"] == segment) & (rng.random(len(people)) < IN_ACCOUNT)
        )[0]
        count = -(-len(inside) // members)
        of_person[inside] = len(segments) + rng.permutation(np.arange(len(inside)) % max(count, 1))
        segments += [segment] * count
    return Accounts(of_person=of_person, segments=tuple(segments))


def draw_contracts(history: History, accounts: Accounts) -> Contracts:
    """One contract at most per account, signed at a repeat order of a member."""
    rng = history.rng(19)
    visits = history.visits
    account = accounts.of_person[visits.person]
    reorders = np.nonzero((visits.stage == LOYALTY) & (account >= 0))[0]
    reorders = rng.permutation(reorders)
    _, one = np.unique(account[reorders], return_index=True)
    signed = reorders[one]
    signed = signed[rng.random(len(signed)) < SIGNS]
    ended = np.array([_ending(rng, history, visit) for visit in signed], dtype=np.int64)
    plan = rng.integers(len(PLANS), size=len(signed))
    return Contracts(account=account[signed], signed=signed, ended=ended, plan=plan)


def write_accounts(inbox: Path, history: History, accounts: Accounts, contracts: Contracts) -> tuple[Sale, ...]:
    """Write `accounts.csv`, `contracts-<quarter>.csv` and `deals-<quarter>.csv`; return what the deals were."""
    rng = history.rng(20)
    rows = []
    for number, segment in enumerate(accounts.segments):
        employees = int(rng.integers(3, 50) if segment == "Small business" else rng.integers(250, 5000))
        parent = account_id(int(rng.integers(number))) if number and rng.random() < PARENTS else ""
        industry = INDUSTRIES[int(rng.integers(len(INDUSTRIES)))]
        rows.append((account_id(number), f"{industry} {number + 1} GmbH", parent, industry, str(employees), "DE"))
    write_csv(inbox / "accounts" / "accounts.csv", ACCOUNTS_HEADER, rows)
    _write_contracts(inbox / "contracts", history, contracts)
    return _write_deals(inbox / "deals", history, accounts, contracts, rng)


def _ending(rng: np.random.Generator, history: History, signed: int) -> int:
    """A later visit of the same person in weeks of use, a quarter on at least; -1 where the contract runs on."""
    visits = history.visits
    later = np.arange(signed, len(visits))[: int(np.searchsorted(visits.person, visits.person[signed] + 1)) - signed]
    later = later[(visits.stage[later] == USE) & (visits.day[later] >= visits.day[signed] + 90)]
    return int(rng.choice(later)) if len(later) and rng.random() < ENDS else -1


def _write_contracts(folder: Path, history: History, contracts: Contracts) -> None:
    calendar, visits = history.calendar, history.visits
    order = np.lexsort((contracts.signed, visits.day[contracts.signed]))
    day = visits.day[contracts.signed[order]]
    starts = calendar.local(day, history.touches.closing[contracts.signed[order]] + 200)
    ends = calendar.local(
        np.where(contracts.ended[order] >= 0, visits.day[contracts.ended[order]], 0),
        history.touches.closing[contracts.ended[order]],
    )
    plans = list(PLANS.items())
    rows = [
        (
            f"K{7001 + i}",
            history.people.customer_id[visits.person[contracts.signed[i]]],
            account_id(int(contracts.account[i])),
            starts[nth],
            ends[nth] if contracts.ended[i] >= 0 else "",
            f"{plans[contracts.plan[i]][1]:.2f}",
            "EUR",
            plans[contracts.plan[i]][0],
        )
        for nth, i in enumerate(order)
    ]
    write_by_period(
        folder, "contracts", CONTRACTS_HEADER, rows, periods=calendar.quarters(day), latest=calendar.latest_quarter
    )


def _write_deals(
    folder: Path, history: History, accounts: Accounts, contracts: Contracts, rng: np.random.Generator
) -> tuple[Sale, ...]:
    """Every contract was a deal that was won; others were lost in the same visit, over a plan that cost more."""
    calendar, visits = history.calendar, history.visits
    luck = history.rng(28)
    order = np.lexsort((contracts.signed, visits.day[contracts.signed]))
    fees = list(PLANS.values())
    rows: list[tuple[str, ...]] = []
    days: list[int] = []
    states: list[tuple[int, tuple[str, ...]]] = []
    sales: list[Sale] = []
    for i in order:
        visit = contracts.signed[i]
        closed_on = int(visits.day[visit])
        closed = calendar.local(visits.day[visit : visit + 1], history.touches.closing[visit : visit + 1] + 190)[0]
        opened_on = max(closed_on - int(rng.integers(5, 40)), 0)
        opened = calendar.local(np.array([opened_on]), np.array([MORNING]))[0]
        lost = rng.random() >= WON
        stages = [("won", fees[contracts.plan[i]]), *([("lost", 2 * max(fees))] if lost else [])]
        for stage, fee in stages:
            customer = history.people.customer_id[visits.person[visit]]
            account = account_id(int(contracts.account[i]))
            deal, value = f"D{9001 + len(rows)}", f"{12 * fee:.2f}"
            rows.append((deal, customer, account, opened, closed, stage, value, closed))
            days.append(closed_on)
            steps = _steps(luck, history, opened_on, closed_on)
            states += [(day, (deal, "", account, opened, "", step, value, at)) for day, step, at in steps]
        sales.append(Sale(account=int(contracts.account[i]), opened=opened_on))
    pending = np.nonzero(luck.random(len(accounts)) < PENDING)[0]
    for nth, number in enumerate(pending, start=len(rows)):
        opened_on = max(calendar.days - int(luck.integers(10, 60)), 0)
        opened = calendar.local(np.array([opened_on]), np.array([MORNING]))[0]
        deal, value = f"D{9001 + nth}", f"{12 * fees[int(luck.integers(len(fees)))]:.2f}"
        steps = _steps(luck, history, opened_on, calendar.days)
        states += [(day, (deal, "", account_id(int(number)), opened, "", step, value, at)) for day, step, at in steps]
        sales.append(Sale(account=int(number), opened=opened_on))
    # What was closed comes first in its quarter's file, then the states that were open.
    states.sort(key=lambda state: (state[1][-1], state[1][0]))
    rows += [row for _, row in states]
    days += [day for day, _ in states]
    periods = calendar.quarters(np.array(days, dtype=np.int64))
    write_by_period(folder, "deals", DEALS_HEADER, rows, periods=periods, latest=calendar.latest_quarter)
    return tuple(sales)


def _steps(rng: np.random.Generator, history: History, opened_on: int, closed_on: int) -> list[tuple[int, str, str]]:
    """Day, step and time of every stage that a deal passed while it was open: the first when it was opened."""
    between = np.arange(opened_on + 1, closed_on)
    later = np.sort(rng.choice(between, size=min(int(rng.integers(len(STEPS))), len(between)), replace=False))
    entered = [opened_on, *(int(day) for day in later)] if opened_on < closed_on else []
    times = history.calendar.local(np.array(entered, dtype=np.int64), np.full(len(entered), MORNING))
    passed = [STEPS[0], *STEPS[len(STEPS) - len(later) :]]
    return [(day, step, at) for day, step, at in zip(entered, passed, times, strict=False)]
