"""Paths to a lost customer: the last steps of who was lost, before they were; a journey that only ended is none."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.dbt_project.journey_chain import Event, journey_world, table

AT = datetime(2026, 1, 5, 9)
DAY = timedelta(days=1)
LOST = """
insert into int_growth__movements values
    (1, 1, 'lost', timestamp '2026-02-01 00:00:00'),
    (2, 2, 'retained', timestamp '2026-02-01 00:00:00'),
    (3, 4, 'lost', timestamp '2026-01-01 00:00:00');
"""


def test_only_customers_that_were_lost_have_paths_to_it() -> None:
    database = journey_world(
        [
            Event(1, AT, "order", line=1),
            Event(2, AT + DAY, "page", line=2),
            Event(3, AT + 2 * DAY, "chat", line=3),
            # What followed after the loss does not lead to it.
            Event(4, AT + 60 * DAY, "start", line=4),
            # One whose journey ended, without having been lost; one who was never a customer; one not seen before.
            Event(5, AT, "page", who=2, line=5),
            Event(6, AT, "page", who=3, line=6),
            Event(7, AT, "chat", who=4, line=7),
        ],
        prepare=LOST,
    )
    paths = table(database, "fct_journey_paths where path_kind = 'to lost customer'", "path, n, people")
    assert paths == [("First order > Page > Chat", 1, 1)]
