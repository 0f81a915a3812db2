"""A sentence made from rows of which some are hidden holds for all rows, or says that it speaks of the shown ones.

Each sentence is read as a reader would: whom it names, which share it states, and of what.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.journey import paths, sentences, when
from app.journey.findings import find_long_task, find_worst_handoff
from serving import AnswerRow
from tests.app.rows import row
from workspace.vocabulary import STAGES

SPEAKS_OF_THE_SHOWN = re.compile(r"that can be (shown|compared)")
Rows = list[AnswerRow]
COUNTS = st.integers(min_value=1, max_value=2000)
RATES = st.integers(min_value=0, max_value=50).map(lambda at: at / 50)


def cell_of(dimension: str, name: str, value: float, **facts: Any) -> AnswerRow:
    facts[dimension] = name
    return row(value, **facts)


def hidden(one: AnswerRow) -> AnswerRow:
    return replace(one, value=None, low=None, high=None, n=None, status="suppressed")


@st.composite
def partly_hidden(draw: st.DrawFn, rows: Rows) -> Rows:
    kept = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    return [one if keep else hidden(one) for one, keep in zip(rows, kept, strict=True)]


def counted(dimension: str, names: tuple[str, ...]) -> st.SearchStrategy[Rows]:
    """A count for every name."""
    sizes = st.lists(COUNTS, min_size=len(names), max_size=len(names))
    return sizes.map(lambda values: [cell_of(dimension, name, n, n=n) for name, n in zip(names, values, strict=True)])


def shares(dimension: str, names: tuple[str, ...], **also: Any) -> st.SearchStrategy[Rows]:
    """A share of many for every name, with its interval."""
    rates = st.lists(RATES, min_size=len(names), max_size=len(names))
    return rates.map(
        lambda values: [
            cell_of(dimension, name, value, n=2000, half=0.02, **also)
            for name, value in zip(names, values, strict=True)
        ]
    )


def percentages(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"(\d+)%", text)]


def rounded(share: float) -> Any:
    """What a percentage of a share equals: the next whole one, and of a half either, as floats may add up to it."""
    return pytest.approx(share * 100, abs=0.5 + 1e-9)


PATHS = ("awareness", "use", "awareness > use", "use > loyalty", "awareness > use > loyalty", "discovery > use")


@given(st.data(), counted("path", PATHS))
def test_the_most_common_path_is_that_of_all_rows_or_of_the_shown(data: st.DataObject, full: Rows) -> None:
    text = sentences.paths(data.draw(partly_hidden(full)), what="last steps before a conversion").text
    assert "loss" not in text
    if ":" not in text or SPEAKS_OF_THE_SHOWN.search(text):
        return
    said = int(re.search(r"\(([\d,]+) times?\)", text)[1].replace(",", ""))  # type: ignore[index]
    assert said == max(one.value or 0 for one in full)


@given(st.data(), counted("path", PATHS))
def test_the_share_that_stays_in_one_stage_is_of_all_journeys(data: st.DataObject, full: Rows) -> None:
    whole = sum(one.value or 0 for one in full)
    text = sentences.stages(data.draw(partly_hidden(full)), row(whole, n=int(whole))).text
    alone = sum(one.value or 0 for one in full if ">" not in str(one.dimensions["path"])) / whole
    if "stay in one stage" in text:
        (said,) = percentages(text)
        assert said <= alone * 100 if text.startswith("At least") else said == rounded(alone)
    if "others is" in text:
        named = text.split(" is ")[-1].lower().replace(" → ", " > ")
        longer = {one.dimensions["path"]: one.value or 0 for one in full if ">" in str(one.dimensions["path"])}
        assert longer[named] == max(longer.values())


CHANNELS = ("email", "phone", "search", "shop")


@given(st.data(), counted("channel", CHANNELS), COUNTS)
def test_the_share_of_a_channel_is_of_all_touchpoints(data: st.DataObject, full: Rows, unknown: int) -> None:
    whole = sum(one.value or 0 for one in full) + unknown
    text = sentences.leading_channel(data.draw(partly_hidden(full)), row(whole, n=int(whole))).text
    if "largest" not in text:
        return
    by_name = {str(one.dimensions["channel"]): one.value or 0 for one in full}
    named = text.split(" is ")[0].lower()
    assert percentages(text) == [rounded(by_name[named] / whole)]
    assert SPEAKS_OF_THE_SHOWN.search(text) or by_name[named] == max(by_name.values())


HANDOFFS = ("marketing → service", "product → service", "marketing → commerce", "service → product")


@given(st.data(), shares("handoff", HANDOFFS, stage="use"))
def test_what_hand_offs_lose_is_said_of_all_or_of_the_compared(data: st.DataObject, full: Rows) -> None:
    rows = data.draw(partly_hidden(full))
    text = sentences.worst_handoff(find_worst_handoff(rows), rows).text
    by_name = {" → ".join(part.title() for part in str(one.dimensions["handoff"]).split(" → ")): one for one in full}
    values = {name: one.value or 0 for name, one in by_name.items()}
    if SPEAKS_OF_THE_SHOWN.search(text) or "none can be compared" in text:
        return
    said = percentages(text)
    if "; the other hand-offs" in text:
        named = text.split(" loses ")[0]
        others = [value for name, value in values.items() if name != named]
        assert values[named] == max(values.values())
        assert said == [rounded(values[named]), rounded(sum(others) / len(others))]
    elif " loses " in text:
        assert said == [rounded(values[text.split(" loses ")[0]])]
    else:
        assert said == [rounded(min(values.values())), rounded(max(values.values()))]


TASKS = ("Repair", "Address", "Register", "Refund")


@given(st.data(), shares("task_label", TASKS))
def test_what_tasks_lose_is_said_of_all_or_of_the_compared(data: st.DataObject, full: Rows) -> None:
    rows = data.draw(partly_hidden(full))
    text = sentences.long_task(find_long_task(rows, dimension="task_label"), rows).text
    values = {str(one.dimensions["task_label"]): one.value or 0 for one in full}
    if SPEAKS_OF_THE_SHOWN.search(text) or "none can be compared" in text:
        return
    said = percentages(text)
    if "the other tasks" in text:
        named = text.split("”")[0].strip("“")
        others = [value for name, value in values.items() if name != named]
        assert said == [rounded(max(values.values())), rounded(sum(others) / len(others))]
    elif text.startswith("“"):
        assert said == [rounded(values[text.split("”")[0].strip("“")])]
    else:
        assert said == [rounded(min(values.values())), rounded(max(values.values()))]


STEPS = ("Started", "Number asked", "Details entered")


@given(st.data(), counted("left_after", STEPS))
def test_the_share_that_leaves_at_a_step_is_of_all_who_leave(data: st.DataObject, full: Rows) -> None:
    left = [replace(one, dimensions={**one.dimensions, "task_label": "Repair"}) for one in full]
    everybody = sum(one.value or 0 for one in full)
    abandonment = [row(0.8, n=2000, task_label="Repair"), row(0.2, n=2000, task_label="Address")]
    found = find_long_task(abandonment, data.draw(partly_hidden(left)), dimension="task_label")
    assert found is not None
    if found.step is not None:
        by_step = {one.dimensions["left_after"]: one.value or 0 for one in full}
        assert abs(found.step_share - by_step[found.step] / everybody) < 1e-9
        assert by_step[found.step] == max(by_step.values())


@given(st.data(), shares("stage", STAGES[:-1]))
def test_where_journeys_stall_is_said_of_all_stages_or_of_the_compared(data: st.DataObject, full: Rows) -> None:
    text = sentences.journey(data.draw(partly_hidden(full)), days=90).text
    values = {str(one.dimensions["stage"]): one.value or 0 for one in full}
    if SPEAKS_OF_THE_SHOWN.search(text) or "Too few" in text:
        return
    said = percentages(text)
    if "stall after" in text:
        named = text.split("stall after ")[1].split(",")[0]
        others = [value for stage, value in values.items() if stage != named]
        assert values[named] == min(values.values())
        assert said == [rounded(1 - values[named]), rounded(1 - sum(others) / len(others))]
    elif text.startswith("Between"):
        assert said == [rounded(min(values.values())), rounded(max(values.values()))]
    else:
        assert said == [rounded(values[text.split("go on from ")[1].split(" ")[0]])]


HOURS = ("8", "9", "13", "20")


@given(st.data(), st.lists(COUNTS, min_size=8, max_size=8), COUNTS)
def test_the_busiest_time_is_that_of_all_rows_or_of_the_shown(
    data: st.DataObject, sizes: list[int], of_no_hour: int
) -> None:
    times = [(weekday, hour) for weekday in ("Monday", "Friday") for hour in HOURS]
    full = [row(n, n=n, weekday=at[0], hour_of_day=at[1]) for at, n in zip(times, sizes, strict=True)]
    whole = sum(sizes) + of_no_hour
    cells = when.blocks(data.draw(partly_hidden(full)))
    if not any(cell.count for cell in cells.values()):
        return
    text = when.busiest(cells, row(whole, n=whole))
    by_block: dict[str, float] = {}
    for (weekday, hour), n in zip(times, sizes, strict=True):
        first = int(hour) // 4 * 4
        name = f"{weekday} {first:02}–{first + 4:02} h"
        by_block[name] = by_block.get(name, 0.0) + n
    named = text.split(" is ")[0]
    assert SPEAKS_OF_THE_SHOWN.search(text) or by_block[named] == max(by_block.values())
    assert percentages(text) in ([], [rounded(by_block[named] / whole)])


def test_one_stage_may_be_among_the_rarer_paths() -> None:
    rows = [row(600, path="use"), row(300, path="use > loyalty"), row(100, path="other paths")]
    journeys = row(1000)
    assert sentences.stages(rows, journeys).text.startswith("At least 60% of journeys stay in one stage")
    every_stage = [*rows, *(row(0, path=stage) for stage in STAGES if stage != "use")]
    assert sentences.stages(every_stage, journeys).text.startswith("60% of journeys stay in one stage")


def test_a_way_to_a_loss_is_one_of_lost_customers() -> None:
    assert set(paths.WAYS_TO_AN_END) == {"to purchase", "to lost customer"}
    texts = [sentences.paths([row(5, path="Mention")], what=what).text for what in paths.WAYS_TO_AN_END.values()]
    assert texts == [
        "The most common last steps before a conversion: Mention (5 times)",
        "The most common last steps before a customer was lost: Mention (5 times)",
    ]


def test_a_hidden_hour_is_not_drawn_as_none() -> None:
    cells = when.blocks(
        [
            row(5, weekday="Monday", hour_of_day="8"),
            hidden(row(3, weekday="Monday", hour_of_day="9")),
            hidden(row(3, weekday="Friday", hour_of_day="9")),
        ]
    )
    texts = [cells[at].text for at in (("Monday", 2), ("Friday", 2), ("Sunday", 2))]
    assert texts == ["5+", "hidden", "0"]
