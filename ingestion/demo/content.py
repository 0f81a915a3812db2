"""Pages of the web shop: nothing in; what can be read, and what stands before it, out, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingestion.demo.effects import GATES


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: where it is, what it is about, and on which page views it is shown (`name` of the event)."""

    path: str
    title: str
    name: str
    group: str
    topic: str = ""
    gated: bool = False


def _pages(name: str, group: str, *pages: tuple[str, str, str]) -> tuple[Page, ...]:
    return tuple(Page(path=path, title=title, name=name, group=group, topic=topic) for path, title, topic in pages)


_OPEN: Final = (
    *_pages("Landing", "Campaign", ("/welcome", "Welcome", "Range"), ("/welcome/gifts", "Gifts that last", "Gifts")),
    *_pages("Home", "Home", ("/", "Northwind", "Range")),
    *_pages(
        "Journal",
        "Journal",
        ("/journal/quiet-kitchens", "Quiet kitchens", "Design"),
        ("/journal/half-the-energy", "Half the energy", "Energy"),
        ("/journal/made-to-last", "Made to last", "Durability"),
        ("/journal/gifts-that-stay", "Gifts that stay", "Gifts"),
    ),
    *_pages(
        "Category",
        "Shop",
        ("/c/kitchen", "Kitchen", "Kitchen"),
        ("/c/light", "Light", "Light"),
        ("/c/air", "Air", "Air"),
    ),
    *_pages(
        "Product",
        "Shop",
        ("/p/kettle-02", "Kettle 02", "Kitchen"),
        ("/p/lamp-11", "Lamp 11", "Light"),
        ("/p/fan-07", "Fan 07", "Air"),
        ("/p/filter-03", "Filter 03", "Kitchen"),
        ("/p/mill-05", "Mill 05", "Kitchen"),
    ),
    *_pages("Compare", "Shop", ("/compare", "Compare products", "Range")),
    *_pages(
        "Guide",
        "Guide",
        ("/guides/which-lamp", "Which lamp?", "Light"),
        ("/guides/first-filter", "Your first filter", "Kitchen"),
    ),
    *_pages(
        "Help",
        "Help",
        ("/help/first-steps", "First steps", "Set-up"),
        ("/help/delivery", "Delivery", "Delivery"),
        ("/help/returns", "Returns", "Returns"),
        ("/help/spare-parts", "Spare parts", "Repair"),
    ),
)
_GATED: Final = tuple(
    Page(path=path, title=title, name="", group="Guide", topic=topic, gated=True)
    for path, title, topic in zip(
        GATES, ("Choosing a kettle", "Care handbook", "Energy report"), ("Kitchen", "Durability", "Energy"), strict=True
    )
)
PAGES: Final = _OPEN + _GATED
# Pages behind a gate, in the order of GATES, as positions in PAGES.
GATED_FROM: Final = len(_OPEN)
# Name of a page view -> the pages that it may show.
PAGES_OF: Final = {page.name: tuple(p for p in _OPEN if p.name == page.name) for page in _OPEN}
