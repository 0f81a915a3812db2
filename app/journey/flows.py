"""How journeys flow from stage to stage. In: rows of path answers. Out: flows for a Sankey, and its option for ECharts.

Nothing is asked here; small flows are drawn together, so that a picture of many paths can be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kit.charts import CONTEXT, POINT, SMALL
from app.kit.formatting import words

if TYPE_CHECKING:
    from serving import AnswerRow

ARROW = " > "
# The row of a kind that groups its rarer paths.
RARER = "other paths"
OTHER = "other"
END = "ends"
# Of all journeys: thinner flows cannot be distinguished.
LEAST = 0.02
POSITIONS = 5


@dataclass(frozen=True, order=True)
class Flow:
    """Journeys that go from one stage at a place in the journey to another at the next place."""

    place: int
    source: str
    target: str
    journeys: float


def stage_flows(rows: Iterable[AnswerRow], *, least: float = LEAST, positions: int = POSITIONS) -> list[Flow]:
    """Flows between the first `positions` stages of journeys.

    Args:
        rows: `paths` of kind `stages` by path; hidden rows and rows of several paths hold no path and are left out.
        least: flows of a smaller share of all shown journeys are drawn together as `other`.
    """
    kept = [
        (str(row.dimensions["path"]).split(ARROW), row.value)
        for row in rows
        if row.status == "ok" and row.value and row.dimensions.get("path") not in (None, RARER)
    ]
    whole = sum(value for _, value in kept)
    walks = [([stages[0]], stages[1:], value) for stages, value in kept]
    flows: list[Flow] = []
    for place in range(1, positions):
        counted: dict[tuple[str, str], float] = defaultdict(float)
        for gone, ahead, value in walks:
            if gone[-1] not in (OTHER, END):
                counted[gone[-1], ahead[0] if ahead else END] += value
        grouped: dict[tuple[str, str], float] = defaultdict(float)
        onward = []
        for gone, ahead, value in walks:
            if gone[-1] in (OTHER, END):
                continue
            target = ahead[0] if ahead else END
            if counted[gone[-1], target] < least * whole:
                target = OTHER
            grouped[gone[-1], target] += value
            onward.append(([*gone, target], ahead[1:], value))
        flows += [Flow(place, source, target, value) for (source, target), value in sorted(grouped.items())]
        walks = onward
    return flows


def between_stages(flows: Iterable[Flow]) -> list[dict[str, object]]:
    """Journeys from one stage to another, wherever in a journey, as records of a ranked table."""
    counted: dict[tuple[str, str], float] = defaultdict(float)
    for flow in flows:
        counted[flow.source, flow.target] += flow.journeys
    return [
        {"row": words(source), "column": words(target), "value": journeys, "text": f"{journeys:,.0f}"}
        for (source, target), journeys in counted.items()
    ]


def sankey(flows: Sequence[Flow], *, order: Sequence[str]) -> dict[str, Any]:
    """The option of an ECharts Sankey: one column a place in the journey, one node a stage at it."""
    ranks = {name: at for at, name in enumerate([*order, OTHER, END])}
    sizes: dict[tuple[int, str], float] = defaultdict(float)
    for flow in flows:
        if flow.place == 1:
            sizes[1, flow.source] += flow.journeys
        sizes[flow.place + 1, flow.target] += flow.journeys
    nodes = sorted(sizes, key=lambda node: (node[0], ranks.get(node[1], len(ranks))))
    return {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                "left": 8,
                "right": 90,
                "top": 8,
                "bottom": 8,
                "nodeGap": SMALL + 4,  # a label is as high as its letters
                "nodeWidth": 14,
                "layoutIterations": 0,
                "labelLayout": {"hideOverlap": True},
                "emphasis": {"focus": "adjacency"},
                "data": [
                    {
                        "name": _node(place, name),
                        "depth": place - 1,
                        "itemStyle": {"color": CONTEXT if name in (OTHER, END) else POINT},
                        "label": {"formatter": f"{words(name)} {sizes[place, name]:,.0f}", "fontSize": SMALL},
                    }
                    for place, name in nodes
                ],
                "links": [
                    {
                        "source": _node(flow.place, flow.source),
                        "target": _node(flow.place + 1, flow.target),
                        "value": flow.journeys,
                    }
                    for flow in flows
                ],
                "lineStyle": {"color": "source", "opacity": 0.22, "curveness": 0.5},
            }
        ],
    }


def _node(place: int, name: str) -> str:
    """A node's own name: the same stage at another place is another node."""
    return f"{words(name)}, step {place}"
