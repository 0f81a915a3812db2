"""Sentences that are true only of some companies. In: a page's text and the feeds of its release. Out: the untrue ones.

Written without the app's code: a kind of sentence, and the condition under which it may be said. A sentence of a kind
that names facts which this table does not know is untrue until somebody says when it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Rows = Mapping[str, int]

# Facts as sentences name them -> the feeds that hold them.
FACTS = {
    "orders": ("orders",),
    "revenue": ("orders",),
    "movements of customers": ("orders", "contracts"),
    "touchpoints": ("touchpoints",),
    "answers about desired outcomes": ("outcomes",),
    "answers about both expectation and experience": ("expectation_gaps",),
    "content": ("content",),
    "mentions": ("mentions",),
    "content and mentions": ("content", "mentions"),
    "content or mentions": ("content", "mentions"),
    "people": ("people",),
}


def some(rows: Rows, *feeds: str) -> bool:
    """Whether any of the feeds holds a fact."""
    return any(rows.get(feed, 0) > 0 for feed in feeds)


# Kind of sentence -> whether it is true; the pattern's group names the facts.
OF_FACTS: Mapping[str, Callable[[Rows, tuple[str, ...]], bool]] = {
    r"No ([\w ]+?) (?:is|are) recorded": lambda rows, feeds: some(rows, *feeds),
    r"The ([\w ]+?) in this workspace (?:reach from|have no dates)": lambda rows, feeds: some(rows, *feeds),
    r"No source has ([\w ]+)": lambda rows, feeds: not some(rows, *feeds),
}
# Kind of sentence -> the feeds of which one must hold something: "too few" is said of some, never of none.
NEEDS = {
    r"in this period": tuple({feed for feeds in FACTS.values() for feed in feeds}),
    r"No customer brought revenue": ("orders",),
    r"no customer is in a top tier": ("orders",),
    r"Too few journeys": ("journeys",),
    r"Too few answers": ("answers",),
    r"Too few customers rated": ("expectation_gaps",),
    r"Too few customers were observed after they answered": ("perception_growth",),
    r"Too few sessions and mentions": ("content", "gates", "mentions"),
    r"Too few comments": ("comments",),
    r"No (?:outcome is|pillar) clearly": ("outcomes", "expectation_gaps"),
    r"of \d+ outcomes": ("outcomes",),
    r"None of \d+ expectations": ("expectation_gaps",),
    r"No cohort has been observed": ("orders",),
    r"The forecast could not be tested": ("orders", "contracts"),
    r"What people would just accept was not asked": ("answers",),
    r"No customers, or too few, were asked what would please": ("answers",),
    r"one wave alone, or too few answers": ("answers",),
    r"Every stage has touchpoints": ("touchpoints",),
    r"Every interaction seen has ratings": ("perceptions",),
    r"Every identifier joins whom it names": ("people",),
    r"Revenue is": ("orders",),
    r"against the (?:quarter before|same quarter a year before)": ("orders", "contracts", "nps", "csat"),
    r"\d+ content views?\b": ("content",),
    r"\d+ public mentions?\b": ("mentions",),
    r"\d+ orders?\b": ("orders",),
    r"\d+ touchpoints?\b": ("touchpoints",),
    r"One NPS over all surveys": ("nps",),
}  # fmt: skip


def untrue(text: str, rows: Rows) -> list[str]:
    """Sentences of a page that the release's feeds make untrue.

    Args:
        text: everything that stands on the page, with Markdown's escapes.
        rows: feed -> facts of it in the release.
    """
    plain = text.replace("\\", "")
    wrong = []
    for pattern, holds in OF_FACTS.items():
        for found in re.finditer(pattern, plain):
            named = found[1].strip()
            if named not in FACTS or not holds(rows, FACTS[named]):
                wrong.append(found[0])
    for pattern, feeds in NEEDS.items():
        if not some(rows, *feeds):
            wrong += [found[0] for found in re.finditer(pattern, plain)]
    return wrong
