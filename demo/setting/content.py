"""Pages of the web shop: nothing in; what can be read, and the gates before it, out, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from demo.setting.effects import GATES


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
# The texts of the pages of a group, in the plain or the stiff words that such pages are written in.
_TEXTS: Final = {
    "Campaign": "{title}. We make a few things for the home, and we make them well. Each one is quiet, safe and easy "
    "to use. You can try it for thirty days. If you do not like it, send it back and we pay for the post.",
    "Home": "{title} makes things for the home that last. We mend what breaks and we keep spare parts for ten "
    "years. Find what you need, ask us what you want to know, and order it when you are sure. We are here to help.",
    "Journal": "{title}. Last winter we visited three families who had changed the way they live at home. They bought "
    "less, but chose with care. In this story they tell us what they learned, what it cost, and what they would do "
    "again.",
    "Shop": "{title}. Energy use, size and weight are listed in the technical details below. Delivery time depends on "
    "your destination and on the options selected. Accessories are included for a limited period, as long as they are "
    "available; the guarantee covers manufacturing faults for two years.",
    "Guide": "{title}. Choosing an appliance requires some consideration of your household, its habits and its energy "
    "consumption. This guide compares the available alternatives, explains their advantages and disadvantages, and "
    "illustrates each recommendation with independent measurements taken in ordinary households over several months.",
    "Help": "{title}. First take the part out of the box and put it on a flat table. Press the button on the back "
    "until the light is green. Then wait for a minute. If the light turns red, write to us or call us. We will help.",
}


def text_of(page: Page) -> str:
    """The text of a page."""
    return _TEXTS[page.group].format(title=page.title)


# Pages behind a gate, in the order of GATES, as positions in PAGES.
GATED_FROM: Final = len(_OPEN)
# Name of a page view -> the pages that it may show.
PAGES_OF: Final = {page.name: tuple(p for p in _OPEN if p.name == page.name) for page in _OPEN}
