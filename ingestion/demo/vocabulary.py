"""The words that Northwind Retail uses: nothing in; its events, channels, survey items and outcomes out, as data.

The generator draws from these tables and the mappings are written from them, so that neither can name what the
other does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

STAGES: Final = ("awareness", "discovery", "purchase", "use", "loyalty", "advocacy")
AWARENESS, DISCOVERY, PURCHASE, USE, LOYALTY, ADVOCACY = range(6)

ORDERS: Final = "shop_orders"
CONTACTS: Final = "shop_contacts"
INTERACTIONS: Final = "shop_interactions"
WEB: Final = "web"
RELATIONSHIP: Final = "relationship_survey"
OUTCOME_SURVEY: Final = "outcomes_survey"
TOUCH: Final = "touch_survey"

# Emitted, and on purpose not in the mappings: what the company has not yet described must show as unmapped.
UNMAPPED_EVENT: Final = "Beta Banner Seen"
UNMAPPED_QUESTION: Final = "QID8"

AGE_BANDS: Final = "18-24|25-34|35-54|55-64|65+"
MOTIVATIONS: Final = {"Best price": 0.33, "Saves me time": 0.25, "Doing right": 0.22, "Status": 0.20}
HEARD_THROUGH: Final = {"Search": 0.38, "Social": 0.30, "Referral": 0.20, "Store": 0.12}
SEGMENTS: Final = {"Consumer": 0.70, "Small business": 0.22, "Enterprise": 0.08}
INTERESTS: Final = {"Convenience": 0.3, "Design": 0.25, "Sustainability": 0.25, "Technology": 0.2}
HOUSEHOLDS: Final = {"1": 0.32, "2": 0.34, "3": 0.16, "4+": 0.18}
# country, region, language, share of people
PLACES: Final = (
    ("DE", "Nord", "de", 0.20),
    ("DE", "West", "de", 0.24),
    ("DE", "Süd", "de", 0.20),
    ("DE", "Ost", "de", 0.12),
    ("AT", "Österreich", "de", 0.10),
    ("CH", "Schweiz", "fr", 0.06),
    ("NL", "Nederland", "nl", 0.08),
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
    _track("Guide Offered", "discovery", "gate_shown", "Buying guide offered", "marketing", "/guides", 1),
    _track("Guide Requested", "discovery", "gate_submitted", "Buying guide requested", "marketing", "/guides", 0.4),
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
SIGNED_UP: Final = _track("Signed Up", "discovery", "signup", "Account opened online", "marketing", "/sign-up", 0)
SETUP: Final = _track("Setup Completed", "use", "usage", "Set-up completed", "product", "/app/setup", 0, "set_up")


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
    _implicit(
        ORDERS, "order", "purchase", "purchase", "First order", "commerce", occurrence="first", interaction="buy"
    ),
    _implicit(
        ORDERS, "order", "loyalty", "purchase", "Repeat order", "commerce", occurrence="repeat", interaction="reorder"
    ),
    _implicit(ORDERS, "refund", "use", "refund", "Refund", "service", interaction="return"),
    _implicit(ORDERS, "cancel", "purchase", "cancel", "Cancellation", "commerce", interaction="buy"),
    _implicit(CONTACTS, "contact_created", "discovery", "signup", "Customer record opened", "commerce"),
    # The web shop also reports the order; money and purchases are counted from the CRM alone.
    _implicit(WEB, "Order Completed", "purchase", "other", "Order confirmed online", "commerce", occurrence="first"),
    _implicit(WEB, "Order Completed", "loyalty", "other", "Reorder confirmed online", "commerce", occurrence="repeat"),
    _implicit(RELATIONSHIP, "survey_answered", "use", "other", "Relationship survey", "service"),
    _implicit(OUTCOME_SURVEY, "survey_answered", "use", "other", "Outcomes survey", "service"),
    _implicit(TOUCH, "survey_answered", "use", "other", "Touch survey", "service"),
)
EVENTS: Final = DRAWN + PLACED

# interaction, label, stage, corner, critical, controlled
MOMENTS: Final = (
    ("find_product", "Finding the right product", "discovery", "commerce", "true", "true"),
    ("buy", "Buying", "purchase", "commerce", "true", "true"),
    ("set_up", "Setting up", "use", "product", "true", "true"),
    ("get_help", "Getting help", "use", "service", "true", "true"),
    ("return", "Giving something back", "use", "service", "false", "true"),
    ("reorder", "Ordering again", "loyalty", "commerce", "false", "true"),
    ("recommend", "Recommending us", "advocacy", "marketing", "false", "false"),
)


@dataclass(frozen=True, kw_only=True)
class Channel:
    """How people reach the shop, as UTM parameters say it."""

    source: str
    medium: str
    channel: str
    presence: str
    method: str
    referrer: str = ""


PAID, ORGANIC, INSTAGRAM, FACEBOOK, EMAIL, FRIEND, DIRECT, STORE, PHONE = range(9)
CHANNELS: Final = (
    Channel(
        source="google",
        medium="cpc",
        channel="Paid search",
        presence="online",
        method="web",
        referrer="https://www.google.com/",
    ),
    Channel(
        source="google",
        medium="organic",
        channel="Organic search",
        presence="online",
        method="web",
        referrer="https://www.google.com/",
    ),
    Channel(
        source="instagram",
        medium="social",
        channel="Social",
        presence="online",
        method="web",
        referrer="https://www.instagram.com/",
    ),
    Channel(
        source="facebook",
        medium="paid_social",
        channel="Social",
        presence="online",
        method="web",
        referrer="https://www.facebook.com/",
    ),
    Channel(source="newsletter", medium="email", channel="E-mail", presence="online", method="web"),
    Channel(
        source="friend",
        medium="referral",
        channel="Referral",
        presence="online",
        method="web",
        referrer="https://chat.example.org/",
    ),
    Channel(source="", medium="", channel="Direct", presence="online", method="web"),
    Channel(source="store", medium="counter", channel="Store", presence="offline", method="in person"),
    Channel(source="phone", medium="call", channel="Phone", presence="offline", method="call"),
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """What people expect and experience: asked three times, as expectation, perception and importance."""

    item: str
    label: str
    pillar: str
    interaction: str


ITEMS: Final = (
    Item(item="friendly_staff", label="Friendly staff", pillar="people", interaction=""),
    Item(item="knows_my_history", label="Knows my history", pillar="people", interaction="get_help"),
    Item(item="knowledgeable_staff", label="Knowledgeable staff", pillar="people", interaction="find_product"),
    Item(item="works_as_described", label="Works as described", pillar="products", interaction="set_up"),
    Item(item="easy_to_set_up", label="Easy to set up", pillar="products", interaction="set_up"),
    Item(item="value_for_money", label="Value for money", pillar="products", interaction="buy"),
    Item(item="lasts", label="Lasts as long as it should", pillar="products", interaction=""),
    Item(item="speed_of_reply", label="Speed of reply", pillar="processes", interaction="get_help"),
    Item(item="solved_first_time", label="Solved first time", pillar="processes", interaction="get_help"),
    Item(item="no_repeated_details", label="No repeated details", pillar="processes", interaction="get_help"),
    Item(item="delivery_on_time", label="Delivery on time", pillar="processes", interaction="buy"),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Something that customers want done, in their own life or at work."""

    item: str
    label: str
    kind: str
    interaction: str


OUTCOMES: Final = (
    Outcome(item="fix_first_time", label="Sort out a problem first time", kind="personal", interaction="get_help"),
    Outcome(item="see_full_price", label="See the full price early", kind="personal", interaction="buy"),
    Outcome(item="know_arrival", label="Know when it will arrive", kind="personal", interaction="buy"),
    Outcome(item="set_up_alone", label="Set up without reading", kind="personal", interaction="set_up"),
    Outcome(item="choose_well", label="Feel sure I chose well", kind="personal", interaction="find_product"),
    Outcome(item="return_easily", label="Return without effort", kind="personal", interaction="return"),
    Outcome(item="talk_to_person", label="Get advice from a person", kind="professional", interaction="find_product"),
    Outcome(item="keep_team_working", label="Keep my team working", kind="professional", interaction="get_help"),
    Outcome(item="show_spend", label="Show what was spent, and why", kind="professional", interaction="reorder"),
    Outcome(item="look_competent", label="Look competent to colleagues", kind="professional", interaction="recommend"),
)
# Perceptions that are asked again right after a moment.
TOUCH_ITEMS: Final = ("friendly_staff", "works_as_described", "speed_of_reply")
