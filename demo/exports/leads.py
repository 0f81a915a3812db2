"""Leads: what sales began with an account in; the CRM's export of leads out.

A lead is a company that asked for an offer. It names the account that it is or became, if any, and no customer: who
asked had no number yet. So a lead is nobody's touchpoint and adds no stage to anybody's journey.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.exports.accounts import Accounts, Sale, account_id
from demo.files import write_by_period
from demo.setting.vocabulary import CHANNELS

HEADER: Final = ("Lead", "Account", "Created", "Closed", "Status", "Source", "Medium", "Changed")
FROM_LEAD: Final = 0.8  # of the sales: the others began with a customer
IN_VAIN: Final = 1.5  # leads that came to nothing, for each sale
KNOWN: Final = 0.3  # of those: of a company that is an account, or became one another time
UNDECIDED: Final = 90  # days in which a lead may still be open
MORNING: Final = 9 * 3600
NOON: Final = 12 * 3600


def write_leads(folder: Path, history: History, accounts: Accounts, sales: Sequence[Sale]) -> None:
    """Write `leads-<quarter>.csv`, by the day of the last change."""
    rng, calendar = history.rng(29), history.calendar
    # Per lead: account (-1: none), day created, day closed (-1: open), its state.
    drawn: list[tuple[int, int, int, str]] = []
    for sale in sales:
        if rng.random() < FROM_LEAD:
            drawn.append((sale.account, max(sale.opened - int(rng.integers(2, 30)), 0), sale.opened, "won"))
    for _ in range(round(IN_VAIN * len(sales))):
        created = int(rng.integers(calendar.days + 1))
        closed = created + int(rng.integers(3, UNDECIDED))
        # A sale is of an account, so that there is one to draw.
        account = int(rng.integers(len(accounts))) if rng.random() < KNOWN else -1
        lost = closed <= calendar.days
        drawn.append((account, created, closed if lost else -1, "lost" if lost else "working"))
    drawn.sort(key=lambda lead: (lead[1], lead[2], lead[0]))
    rows, days = [], []
    for nth, (account, created, closed, state) in enumerate(drawn):
        origin = CHANNELS[int(rng.integers(len(CHANNELS)))]
        began = calendar.local(np.array([created]), np.array([MORNING]))[0]
        ended = calendar.local(np.array([closed]), np.array([NOON]))[0] if closed >= 0 else ""
        account_number = account_id(account) if account >= 0 else ""
        rows.append(
            (f"L{5001 + nth}", account_number, began, ended, state, origin.source, origin.medium, ended or began)
        )
        days.append(closed if closed >= 0 else created)
    periods = calendar.quarters(np.array(days, dtype=np.int64))
    write_by_period(folder, "leads", HEADER, rows, periods=periods, latest=calendar.latest_quarter)
