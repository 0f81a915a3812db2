"""What happens at Northwind Retail: nothing in; every kind of event, with what it means, out, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from demo.setting.vocabulary import (
    CONTACTS,
    CONTRACTS,
    DEALS,
    INTERACTIONS,
    LEADS,
    MENTIONS,
    ORDERS,
    OUTCOME_SURVEY,
    RELATIONSHIP,
    TICKETS,
    TOUCH,
    WEB,
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One kind of event: how it is called in its source, what it means, and how often it is drawn in its stage.

    Attributes:
        shape: page and track are Segment calls, desk and call are CRM interactions, implicit comes with an entity.
        path: page of the web shop on which it happens.
        reasons: what people say they came for (interactions only).
    """

    source: str
    name: str
    shape: Literal["page", "track", "desk", "call", "implicit"]
    stage: str
    role: str
    touchpoint: str
    corner: str
    interaction: str = ""
    occurrence: str = "any"
    weight: float = 1.0
    path: str = "/"
    reasons: tuple[str, ...] = ()

    @property
    def mapped_name(self) -> str:
        """The event's name as mappings know it; Segment pages are named after what was viewed."""
        return f"Viewed {self.name} Page" if self.shape == "page" else self.name


def _page(
    name: str, stage: str, touchpoint: str, corner: str, path: str, weight: float, interaction: str = ""
) -> Event:
    return Event(
        source=WEB,
        name=name,
        shape="page",
        stage=stage,
        role="view",
        touchpoint=touchpoint,
        corner=corner,
        interaction=interaction,
        weight=weight,
        path=path,
    )


def _track(
    name: str, stage: str, role: str, touchpoint: str, corner: str, path: str, weight: float, interaction: str = ""
) -> Event:
    return Event(
        source=WEB,
        name=name,
        shape="track",
        stage=stage,
        role=role,
        touchpoint=touchpoint,
        corner=corner,
        interaction=interaction,
        weight=weight,
        path=path,
    )


def _desk(
    name: str,
    shape: Literal["desk", "call"],
    stage: str,
    role: str,
    touchpoint: str,
    corner: str,
    reasons: tuple[str, ...],
    interaction: str = "",
    weight: float = 1.0,
) -> Event:
    return Event(
        source=INTERACTIONS,
        name=name,
        shape=shape,
        stage=stage,
        role=role,
        touchpoint=touchpoint,
        corner=corner,
        interaction=interaction,
        weight=weight,
        reasons=reasons,
    )


# Drawn at random within a visit of their stage. A weight of 0 marks events that are placed by rule.
DRAWN: Final = (
    _page("Landing", "awareness", "Campaign page", "marketing", "/welcome", 4),
    _page("Home", "awareness", "Home page", "marketing", "/", 3),
    _page("Journal", "awareness", "Journal article", "marketing", "/journal/quiet-kitchens", 2),
    _page("Category", "discovery", "Category page", "commerce", "/c/kitchen", 4, "find_product"),
    _page("Product", "discovery", "Product page", "product", "/p/kettle-02", 5, "find_product"),
    _page("Compare", "discovery", "Comparison page", "product", "/compare", 2, "find_product"),
    _track("Products Searched", "discovery", "search", "Site search", "commerce", "/search", 2, "find_product"),
    _page("Guide", "discovery", "Open guide", "marketing", "/guides/which-kettle", 1, "find_product"),
    _page("Cart", "purchase", "Cart", "commerce", "/cart", 3, "buy"),
    _track("Checkout Started", "purchase", "other", "Checkout started", "commerce", "/checkout", 2, "buy"),
    _track("Feature Used", "use", "usage", "Feature used", "product", "/app", 6),
    _page("Help", "use", "Help page", "service", "/help", 2, "get_help"),
    _page("Account", "use", "Account page", "service", "/account", 1.5),
    _page("Offers", "loyalty", "Member offers", "marketing", "/offers", 3, "reorder"),
    _track("Points Redeemed", "loyalty", "usage", "Points redeemed", "commerce", "/offers", 1, "reorder"),
    _track("Review Submitted", "advocacy", "review", "Review written", "product", "/reviews", 3, "recommend"),
    _track("Invite Sent", "advocacy", "referral", "Friend invited", "marketing", "/invite", 2, "recommend"),
    _desk(
        "Event attended",
        "desk",
        "awareness",
        "other",
        "Street event",
        "marketing",
        ("Passing by", "Invited", "Curious"),
    ),
    _desk("Outreach call", "call", "awareness", "outreach", "Outreach call", "marketing", ("New range", "Invitation")),
    _desk(
        "Store visit",
        "desk",
        "discovery",
        "other",
        "Store visit",
        "commerce",
        ("See it in person", "Compare options", "Ask for advice"),
        "find_product",
    ),
    _desk(
        "Advice call",
        "call",
        "discovery",
        "contact",
        "Advice call",
        "service",
        ("Compare options", "Delivery time", "Check stock"),
        "find_product",
    ),
    _desk(
        "Repair desk visit",
        "desk",
        "use",
        "contact",
        "Repair desk",
        "service",
        ("Something broke", "Missing part", "How to use it"),
        "get_help",
    ),
    _desk(
        "Service call",
        "call",
        "use",
        "contact",
        "Service call",
        "service",
        ("Question about an order", "Something broke", "How to use it", "Invoice"),
        "get_help",
        3,
    ),
    _desk("Check-in call", "call", "use", "outreach", "Check-in call", "service", ("First weeks",), weight=1),
    _desk("Member evening", "desk", "loyalty", "other", "Member evening", "marketing", ("Invited", "Meet the makers")),
    _desk("Member hotline call", "call", "loyalty", "contact", "Member hotline", "service", ("Reorder", "Points")),
    _desk(
        "Referral given",
        "desk",
        "advocacy",
        "referral",
        "Referral in store",
        "marketing",
        ("Solved my problem", "Saves time", "Friendly staff"),
        "recommend",
    ),
    _desk(
        "Praise told to staff",
        "call",
        "advocacy",
        "review",
        "Praise told to staff",
        "service",
        ("Solved my problem", "Friendly staff"),
        "recommend",
    ),
)
# Placed by rule, not drawn.
SIGNED_UP: Final = _track("Signed Up", "discovery", "signup", "Account opened online", "marketing", "/sign-up", 0)
SETUP: Final = _track("Setup Completed", "use", "usage", "Set-up completed", "product", "/app/setup", 0, "set_up")
CHAT: Final = _track("Chat Started", "discovery", "contact", "Advice chat", "service", "/chat", 0, "find_product")
GATE_SHOWN: Final = _track("Guide Offered", "discovery", "gate_shown", "Gated guide offered", "marketing", "/guides", 0)
GATE_SUBMITTED: Final = _track(
    "Guide Requested", "discovery", "gate_submitted", "Gated guide requested", "marketing", "/guides", 0
)


@dataclass(frozen=True, kw_only=True)
class Task:
    """What people want to get done on the web site: its steps from start to goal, each an event."""

    task: str
    label: str
    steps: tuple[Event, ...]


def _task(task: str, label: str, path: str, *names: str, interaction: str = "") -> Task:
    steps = tuple(_track(name, "use", "usage", name, "service", path, 0, interaction) for name in names)
    return Task(task=task, label=label, steps=steps)


TASKS: Final = (
    _task(
        "register_product", "Register a product", "/account/register", "Registration Started",
        "Registration Details Entered", "Registration Reviewed", "Registration Finished", interaction="set_up",
    ),
    _task(
        "change_address", "Change an address", "/account/address", "Address Change Started", "New Address Entered",
        "New Address Reviewed", "Address Changed",
    ),
    _task(
        "request_repair", "Request a repair", "/account/repair", "Repair Request Started", "Repair Details Entered",
        "Repair Request Reviewed", "Repair Requested", interaction="get_help",
    ),
)  # fmt: skip
# The superfluous step, between the first and the second of the longest task.
EXTRA_STEP: Final = _track(
    "Serial Number Asked", "use", "usage", "Serial number asked", "service", "/account/repair", 0, "get_help"
)


def _contact(name: str, corner: str) -> Event:
    """A contact shortly before a customer would count as lost. All corners have one."""
    return _desk(name, "call", "advocacy", "outreach", name, corner, ("Anniversary",), weight=0)


CONTACT_OF: Final = {
    "marketing": _contact("Anniversary invitation", "marketing"),
    "product": _contact("Anniversary preview", "product"),
    "commerce": _contact("Anniversary voucher", "commerce"),
    "service": _contact("Anniversary check-up", "service"),
}


def _implicit(source: str, name: str, stage: str, role: str, touchpoint: str, corner: str, **more: str) -> Event:
    return Event(
        source=source,
        name=name,
        shape="implicit",
        stage=stage,
        role=role,
        touchpoint=touchpoint,
        corner=corner,
        interaction=more.get("interaction", ""),
        occurrence=more.get("occurrence", "any"),
    )


PLACED: Final = (
    SIGNED_UP,
    SETUP,
    CHAT,
    GATE_SHOWN,
    GATE_SUBMITTED,
    *(step for task in TASKS for step in task.steps),
    EXTRA_STEP,
    *CONTACT_OF.values(),
    _implicit(
        ORDERS, "order", "purchase", "purchase", "First order", "commerce", occurrence="first", interaction="buy"
    ),
    _implicit(
        ORDERS, "order", "loyalty", "purchase", "Repeat order", "commerce", occurrence="repeat", interaction="reorder"
    ),
    _implicit(ORDERS, "refund", "use", "refund", "Refund", "service", interaction="return"),
    _implicit(ORDERS, "cancel", "purchase", "cancel", "Cancellation", "commerce", interaction="buy"),
    _implicit(CONTACTS, "contact_created", "discovery", "system", "Customer record opened", "commerce"),
    # The web shop also reports the order. It is the purchase once more, not a touch that brought about anything; money
    # and orders are counted from the CRM alone.
    _implicit(WEB, "Order Completed", "purchase", "purchase", "Order confirmed online", "commerce", occurrence="first"),
    _implicit(
        WEB, "Order Completed", "loyalty", "purchase", "Reorder confirmed online", "commerce", occurrence="repeat"
    ),
    _implicit(RELATIONSHIP, "survey_answered", "use", "other", "Relationship survey", "service"),
    _implicit(OUTCOME_SURVEY, "survey_answered", "use", "other", "Outcomes survey", "service"),
    _implicit(TOUCH, "survey_answered", "use", "other", "Touch survey", "service"),
    _implicit(TICKETS, "ticket_opened", "use", "contact", "Ticket opened", "service", interaction="get_help"),
    _implicit(TICKETS, "ticket_solved", "use", "other", "Ticket solved", "service", interaction="get_help"),
    _implicit(CONTRACTS, "contract_started", "loyalty", "purchase", "Contract started", "commerce"),
    _implicit(CONTRACTS, "contract_ended", "use", "cancel", "Contract ended", "commerce"),
    _implicit(DEALS, "deal_won", "loyalty", "other", "Deal won", "commerce"),
    _implicit(DEALS, "deal_lost", "loyalty", "other", "Deal lost", "commerce"),
    _implicit(MENTIONS, "mention", "advocacy", "other", "Public mention", "marketing", interaction="recommend"),
    _implicit(MENTIONS, "review", "advocacy", "review", "Public review", "product", interaction="recommend"),
    _implicit(LEADS, "lead_created", "discovery", "other", "Lead", "marketing"),
)
EVENTS: Final = DRAWN + PLACED
