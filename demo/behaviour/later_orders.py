"""What customers do after an answer: history in; whether each orders again within a year, as a signal, out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.setting.people import Floats, Ints

WITHIN: Final = 365  # days in which a customer who is not lost orders again
BUCKET: Final = 60  # days


@dataclass(frozen=True, kw_only=True)
class LaterOrders:
    """`share` of those observed long enough who order again, and one standardised signal per answer."""

    share: float
    signal: Floats


def later_orders(history: History, person: Ints, day: Ints) -> LaterOrders:
    """Positive for those who order again, negative for those who do not.

    Where history ends too early to know, those who have not ordered yet get the value that balances those who
    have, so that the signal is 0 on average at any time and causes no trend.
    """
    again = history.orders.again_within(history.visits, person, day, days=WITHIN)
    remaining = history.calendar.days - day
    observed = remaining >= WITHIN
    share = float(again[observed].mean()) if observed.any() else 0.0
    spread = float(np.sqrt(share * (1 - share)))
    if spread == 0:
        return LaterOrders(share=share, signal=np.zeros(len(person)))
    signal = np.where(again, 1 - share, -share) / spread
    for bucket in np.unique(remaining[~observed] // BUCKET):
        members = ~observed & (remaining // BUCKET == bucket)
        waiting = members & ~again
        if waiting.any():
            signal[waiting] = -signal[members & again].sum() / waiting.sum()
    return LaterOrders(share=share, signal=signal)
