"""What a page says. In: a page of Streamlit's test harness. Out: its headlines, titles, cards and notes, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from streamlit.testing.v1 import AppTest

# What Markdown needs before a sign of its own, and the marks of a badge: no reader sees them.
_ESCAPED: Final = re.compile(r"\\([\\`*_\[\]<>$~#:|&\-+.()])")
_ICON: Final = re.compile(r":material/\w+: ?")
# What explains a metric in general stands in a popover: definitions say nothing about the numbers of a page.
_CLOSED: Final = ("popover",)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing that a page says.

    Attributes:
        kind: `title`, `header`, `card` (a number with its name), `delta`, `caption`, `text` or `row` (of a table).
        name: of a card and its delta, what the number is called.
        card: the title under which it stands, or the name of the number above it.
        help: of a card, its tooltip.
        of_all: it says that it is of all customers.
    """

    kind: str
    text: str
    name: str = ""
    card: str = ""
    help: str = ""
    of_all: bool = False


def said_by(page: AppTest) -> list[Said]:
    """Everything that a page says in words, from above."""
    return list(_walk(page.main, ""))


def plain(text: str) -> str:
    """Text as a reader sees it."""
    return _ESCAPED.sub(r"\1", _ICON.sub("", text)).replace("\u2060", "").strip()


def _walk(block: Any, card: str) -> Iterator[Said]:
    children = getattr(block, "children", None) or {}
    for element in children.values():
        kind = element.type
        if getattr(element, "children", None) is not None:
            if kind not in _CLOSED:
                inner = list(_walk(element, card))
                yield from inner
                # A title heads what follows it, also where it stands in a line of its own.
                card = (
                    next((one.text for one in reversed(inner) if one.kind == "header"), card)
                    if kind != "expander"
                    else ""
                )
            continue
        if kind in ("title", "header", "subheader"):
            card = plain(str(element.value))
            yield Said(kind="title" if kind == "title" else "header", text=card)
        elif kind == "metric":
            card = plain(str(element.label)).removeprefix(": ")
            yield Said(
                kind="card", text=plain(str(element.value)), name=card, card=card, help=plain(str(element.proto.help))
            )
            if element.delta:
                yield Said(kind="delta", text=plain(str(element.delta)), name=card, card=card)
        elif kind in ("caption", "markdown"):
            # A caption is Markdown in small letters.
            is_small = kind == "caption" or getattr(element, "is_caption", False)
            for line in plain(str(element.value)).split("  \n"):
                yield Said(kind="caption" if is_small else "text", text=line.strip(), card=card)
        elif kind in ("info", "warning", "error", "success"):
            yield Said(kind="text", text=plain(str(element.value)), card=card)
        elif kind == "table":
            for named, row in element.value.iterrows():
                yield Said(kind="row", text=plain(" | ".join(map(str, (named, *row)))), card=card)
