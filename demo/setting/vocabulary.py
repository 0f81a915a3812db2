"""The words that Northwind Retail uses: nothing in; its sources, channels, survey items and outcomes out, as data.

The generator draws from these tables and the mappings are written from them, so that neither can name what the
other does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STAGES: Final = ("awareness", "discovery", "purchase", "use", "loyalty", "advocacy")
AWARENESS, DISCOVERY, PURCHASE, USE, LOYALTY, ADVOCACY = range(6)

NAMESPACE: Final = "shop"  # of customer ids, browsers and accounts
ORDERS: Final = "shop_orders"
CONTACTS: Final = "shop_contacts"
INTERACTIONS: Final = "shop_interactions"
WEB: Final = "web"
RELATIONSHIP: Final = "relationship_survey"
OUTCOME_SURVEY: Final = "outcomes_survey"
TOUCH: Final = "touch_survey"
TICKETS: Final = "helpdesk"
MENTIONS: Final = "listening"
CAMPAIGNS: Final = "ad_costs"
ACCOUNTS: Final = "shop_accounts"
CONTRACTS: Final = "shop_contracts"
DEALS: Final = "shop_deals"
LEADS: Final = "shop_leads"

# Emitted, and on purpose not in the mappings: what the company has not yet described must show as unmapped.
UNMAPPED_EVENT: Final = "Beta Banner Seen"
UNMAPPED_ACTIVITY: Final = "Window shopping"
UNMAPPED_QUESTION: Final = "QID8"
UNMAPPED_CHANNEL: Final = ("fax", "letter")  # utm_source, utm_medium

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
