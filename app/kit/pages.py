"""The pages of the app in the order of the navigation: the only place that names them.

Each page is a folder of `app/` with a `page.py`; its folder is its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        name: its folder and its address.
        title: in the navigation, and over the page where it is a question.
        icon: a Material symbol.
        group: the heading in the navigation above it; empty for the home page.
    """

    name: str
    title: str
    icon: str
    group: str

    @property
    def file(self) -> str:
        """As Streamlit names it."""
        return f"{self.name}/page.py"


PAGES: Final = (
    Page("today", "Today's answers", ":material/home:", ""),
    Page("who", "Who are our best customers?", ":material/group:", "Four questions"),
    Page("journey", "What is their journey?", ":material/route:", "Four questions"),
    Page("outcomes", "What are they trying to achieve?", ":material/flag:", "Four questions"),
    Page("expectations", "Where do we fall short?", ":material/compare_arrows:", "Four questions"),
    Page("corners", "Four corners", ":material/grid_view:", "Around them"),
    Page("before", "Before the purchase", ":material/campaign:", "Around them"),
    Page("explore", "Explore metrics", ":material/query_stats:", "Your own questions"),
    Page("quality", "Data quality", ":material/verified:", "Trust"),
    Page("definitions", "Metric definitions", ":material/menu_book:", "Trust"),
)
HOME: Final = PAGES[0]
# The four questions by the name that metrics have in their `question`.
QUESTIONS: Final = {page.name: page.title for page in PAGES if page.group == "Four questions"}


def page_of(name: str) -> Page:
    """The page of a name."""
    return next(page for page in PAGES if page.name == name)
