"""What an answer is mixed of: a plan in; for each cell the surveys (or other parts) that it pools, in words, out."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from serving.evaluation.cells import keys_of
from serving.planning.plan import Plan
from serving.privacy.lattice import Key
from serving.question import MISSING_WORD
from serving.releases.release import LiveRelease
from serving.rows import text_of


def mixes(release: LiveRelease, plan: Plan) -> dict[Key, str]:
    """Cells that pool several values of the dimension `meta.mix` -> its values with their shares of the answers.

    A part that is too small to be shown keeps the shares of its cell back: with them it could be worked out.
    """
    dimension, n, people = plan.parts.mix, plan.metric.n, plan.metric.people
    if dimension is None or n is None or people is None:
        return {}
    table = release.engine.ask(plan.query(n, people, also_by=(dimension.qualified,)))
    pooled: dict[Key, list[Part]] = defaultdict(list)
    columns = (table.columns[name] for name in (dimension.qualified, n, people))
    for key, value, answers, some in zip(keys_of(plan, table), *columns, strict=True):
        if answers:
            pooled[key].append(Part(text_of(value) or MISSING_WORD, int(answers), int(some or 0)))
    return {key: _parts_text(parts, dimension.label, plan.floor) for key, parts in pooled.items() if len(parts) > 1}


class Part(NamedTuple):
    """One value of the mixed dimension in a cell."""

    name: str
    answers: int
    people: int


def _parts_text(parts: list[Part], label: str, floor: int) -> str:
    ordered = sorted(parts, key=lambda part: (-part.answers, part.name))
    if min(part.people for part in parts) < floor:
        return f"pools {len(parts)} of {label.lower()}: {', '.join(part.name for part in ordered)}"
    total = sum(part.answers for part in parts)
    return f"pools {', '.join(f'{part.name} {part.answers / total:.0%}' for part in ordered)}"
