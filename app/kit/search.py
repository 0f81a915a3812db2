"""Finding metrics by a reader's own words. In: a definition and what a reader typed. Out: whether it is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from serving import MetricDefinition

# What people in marketing, sales and service call things -> how the definitions here call them. One of a line is
# enough; a word may be of several parts.
SYNONYMS: Final = {
    "attrition": ("lost", "survival"),
    "cac": ("cost per acquisition",),
    "churn": ("lost", "survival", "retention"),
    "clv": ("predicted value", "lifetime"),
    "complaints": ("tickets", "negative"),
    "conversion": ("conversion", "go on"),
    "csat": ("satisfaction", "csat"),
    "effort": ("effort", "ease"),
    "funnel": ("stage",),
    "loyalty": ("loyalty", "retention", "repeat", "orders again"),
    "ltv": ("predicted value", "lifetime"),
    "nps": ("promoter", "nps"),
    "reach": ("people", "touchpoints"),
    "response time": ("reply", "answered"),
    "roas": ("return on ad spend",),
    "roi": ("return on",),
    "sales": ("revenue", "orders"),
    "sentiment": ("sentiment", "tone", "negative"),
    "sla": ("answered in time", "in time"),
    "sov": ("share of voice",),
    "turnover": ("revenue", "lost"),
}


def fits(definition: MetricDefinition, text: str) -> bool:
    """Whether every word of the search, or what it stands for, is found in the definition."""
    haystack = " ".join(
        (definition.name, definition.label, definition.description, definition.owner, *definition.model)
    ).lower()
    wanted = " ".join(text.lower().split())
    if wanted in SYNONYMS:
        return any(meant in haystack for meant in (wanted, *SYNONYMS[wanted]))
    return all(any(meant in haystack for meant in (word, *SYNONYMS.get(word, ()))) for word in wanted.split())
