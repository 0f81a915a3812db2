"""The fixed words of the field that cx.yml and the mappings may use, and the canonical columns of the `csv` vendor.

Data only: no logic, no import of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STAGES: Final = ("awareness", "discovery", "purchase", "use", "loyalty", "advocacy")
STAGE_ALIASES: Final = {"attraction": "awareness", "cultivation": "discovery"}
IDENTIFIER_TYPES: Final = ("customer", "email", "phone", "anonymous", "respondent", "requester", "author")
CORNERS: Final = ("marketing", "product", "commerce", "service")
PRESENCES: Final = ("online", "offline")
# What answers call a missing channel: no touch in the window, no row of channels.csv, all of them.
RESERVED_CHANNELS: Final = ("unattributed", "unmapped", "all")
PILLARS: Final = ("people", "products", "processes")
OUTCOME_KINDS: Final = ("personal", "professional")
OCCURRENCES: Final = ("any", "first", "repeat")
ATTRIBUTE_KINDS: Final = ("demographic", "psychographic", "firmographic")
# Columns of dim_people that attributes.csv may fill (its column `dimension`).
PEOPLE_DIMENSIONS: Final = ("segment", "country", "region", "language", "age_band", "motivation", "first_channel")
ROLES: Final = (
    "view",
    "search",
    "gate_shown",
    "gate_submitted",
    "signup",
    "purchase",
    "refund",
    "cancel",
    "contact",
    "usage",
    "review",
    "referral",
    "outreach",
    # Written by a system for itself: no step of the customer.
    "system",
    "other",
)
CONSTRUCTS: Final = (
    "expectation",
    "expectation_minimum",
    "expectation_desired",
    "perception",
    "importance",
    "satisfaction",
    "outcome_importance",
    "outcome_satisfaction",
    "kano_functional",
    "kano_dysfunctional",
    "nps",
    "csat",
    "ces",
    "overall",
    "attribute",
    "reason",
    "comment",
    "ignore",
)
# Constructs whose answers are words, so that no scale is asked for.
UNSCALED_CONSTRUCTS: Final = ("attribute", "reason", "comment", "ignore", "kano_functional", "kano_dysfunctional")
# Constructs whose answers are counted and never averaged, so that a cell may hold several of them.
CHOICE_CONSTRUCTS: Final = ("attribute", "reason")
# Constructs that mean nothing without an item that says what is expected, perceived or wanted.
ITEM_CONSTRUCTS: Final = (
    "expectation",
    "expectation_minimum",
    "expectation_desired",
    "perception",
    "importance",
    "satisfaction",
    "outcome_importance",
    "outcome_satisfaction",
)
# Constructs whose answers are boxes, one point apart, so that shares of them can be built.
BOX_CONSTRUCTS: Final = (
    "nps",
    "csat",
    "outcome_importance",
    "outcome_satisfaction",
    "kano_functional",
    "kano_dysfunctional",
)
# What statistics programs and forms write where there is no answer, in lower case. "none" and "nothing" are answers.
NO_ANSWERS: Final = (
    *("na", "n/a", "n.a.", "n.a", "#n/a", "nan", "null", "nil", "(null)", "<na>"),
    *("-", "--", ".", "?"),
)
# How often such a word is worth a question: from this share of a question's answers on, or this many of them.
NO_ANSWERS_SHARE: Final = 0.02
NO_ANSWERS_LEAST: Final = 5
NPS_SCALE: Final = (0.0, 10.0)

KINDS: Final = ("crm", "web", "survey", "service", "social")


@dataclass(frozen=True, kw_only=True)
class Entity:
    """What one kind of `csv` file holds.

    Attributes:
        required: canonical columns that `columns:` must name, or the file must hold under their own name.
        optional: further canonical columns.
        key: the columns by which a later row replaces an earlier one; none where every row counts.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    key: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


# kind -> entity -> canonical columns. Raw tables, staging models and docs/adding-a-source.md follow this table.
CSV_ENTITIES: Final[dict[str, dict[str, Entity]]] = {
    "crm": {
        "orders": Entity(
            required=("customer_id", "occurred_at", "amount"),
            key=("order_id",),
            optional=(
                "order_id",
                "kind",
                "currency",
                "cost",
                "quantity",
                "utm_source",
                "utm_medium",
                "campaign",
                "line_id",
                "refund_id",
                "discount",
                "tax",
                "shipping",
                "is_test",
                "updated_at",
                "is_deleted",
                # Of an order's lines, where a file has one row a line (`grain: line`).
                "product_id",
                "product",
                "category",
                "unit_price",
                "order_total",
            ),
        ),
        "order_lines": Entity(
            required=("order_id", "line_id"),
            key=("order_id", "line_id"),
            optional=(
                "product_id",
                "product",
                "category",
                "quantity",
                "unit_price",
                "amount",
                "discount",
                "currency",
                "updated_at",
                "is_deleted",
            ),
        ),
        "contracts": Entity(
            required=("customer_id", "started_at"),
            key=("customer_id", "started_at"),
            optional=(
                "ended_at",
                "amount_per_month",
                "currency",
                "plan",
                "updated_at",
                "is_deleted",
            ),
        ),
        "contacts": Entity(
            required=("customer_id",),
            key=("customer_id",),
            optional=(
                "account_id",
                "email",
                "phone",
                "name",
                "created_at",
                "updated_at",
                "is_deleted",
            ),
        ),
        "accounts": Entity(
            required=("account_id",),
            key=("account_id",),
            optional=(
                "name",
                "parent_id",
                "updated_at",
                "is_deleted",
            ),
        ),
        "leads": Entity(
            required=("lead_id", "created_at"),
            key=("lead_id",),
            optional=(
                "customer_id",
                "account_id",
                "closed_at",
                "stage",
                "amount",
                "utm_source",
                "utm_medium",
                "updated_at",
                "is_deleted",
            ),
        ),
        "deals": Entity(
            required=("deal_id", "created_at"),
            key=("deal_id",),
            optional=(
                "customer_id",
                "account_id",
                "closed_at",
                "stage",
                "amount",
                "utm_source",
                "utm_medium",
                "updated_at",
                "is_deleted",
            ),
        ),
        "interactions": Entity(
            required=("customer_id", "occurred_at", "event"),
            key=("interaction_id",),
            optional=(
                "interaction_id",
                "utm_source",
                "utm_medium",
                "reason",
                "campaign",
                "answered",
                "updated_at",
                "is_deleted",
            ),
        ),
        "campaigns": Entity(
            required=("campaign", "date"),
            key=("campaign", "date", "utm_source", "utm_medium"),
            optional=(
                "utm_source",
                "utm_medium",
                "cost",
                "updated_at",
                "is_deleted",
            ),
        ),
    },
    "web": {
        "events": Entity(
            required=("person_id", "occurred_at", "event"),
            key=("event_id",),
            optional=(
                "customer_id",
                "url",
                "page_path",
                "referrer",
                "utm_source",
                "utm_medium",
                "campaign",
                "value",
                "event_id",
                "search_term",
                "results",
                "email",
                "phone",
                "user_agent",
                "engaged_seconds",
                "scroll_share",
                "call",
                "previous_id",
                "is_link",
                "traffic_type",
                "consent",
                "updated_at",
                "is_deleted",
            ),
        ),
        "paths": Entity(
            required=("path", "conversions"),
            key=("path",),
            optional=(
                "value",
                "non_conversions",
                "updated_at",
                "is_deleted",
            ),
        ),
    },
    "survey": {
        "wide": Entity(
            required=(),
            key=("respondent",),
            optional=(
                "respondent",
                "answered_at",
                "customer_id",
                "email",
                "ticket_id",
                "order_id",
                "interaction",
                "wave",
                "language",
                "updated_at",
                "is_deleted",
                "is_test",
            ),
        ),
        "long": Entity(
            required=("respondent", "question_id", "value"),
            key=("respondent", "question_id"),
            optional=(
                "answered_at",
                "customer_id",
                "email",
                "ticket_id",
                "order_id",
                "interaction",
                "wave",
                "language",
                "updated_at",
                "is_deleted",
            ),
        ),
    },
    "service": {
        "tickets": Entity(
            required=("ticket_id", "created_at"),
            key=("ticket_id",),
            optional=(
                "customer_id",
                "requester_id",
                "email",
                "phone",
                "status",
                "priority",
                "first_reply_at",
                "solved_at",
                "reopened",
                "category",
                "channel",
                "satisfaction",
                "updated_at",
                "revision",
                "is_deleted",
            ),
        ),
    },
    "social": {
        "mentions": Entity(
            required=("mention_id", "posted_at"),
            key=("mention_id",),
            optional=(
                "author",
                "customer_id",
                "network",
                "brand",
                "rating",
                "text",
                "url",
                "sentiment",
                "replied_at",
                "amplified_at",
                "updated_at",
                "is_deleted",
            ),
        ),
    },
}

# Vendors that hold the entities of CSV_ENTITIES, and land in the same tables: files, and tables of databases.
ENTITY_VENDORS: Final = ("csv", "sql")

# kind -> vendors that need no description.
VENDORS: Final[dict[str, tuple[str, ...]]] = dict.fromkeys(KINDS, ENTITY_VENDORS)
