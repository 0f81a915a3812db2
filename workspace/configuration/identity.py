"""The part of cx.yml about who is who: how phones are read, who may share an identifier, and what is not one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

from pydantic import Field, field_validator

from workspace.configuration.sources import Section, known_country
from workspace.texts import clean_id

# The names of types in cx.yml and in the warehouse: what a visitor is known by is a device to everybody else.
_TYPES: Final = {
    "customers": "customer",
    "emails": "email",
    "phones": "phone",
    "devices": "anonymous",
    "requesters": "requester",
    "authors": "author",
}
# Texts that stand for "no id", in lower case; sources write them in any. A single letter may be an id.
JUNK_IDS: Final = frozenset((
    "0", "00", "000", "0000", "00000", "000000", "0000000", "00000000", "0.0", "-1", "-1.0", "-", "--", "---", ".",
    "..", "...", "?", "??", "???", "*", "**", "***", "_", "/", "#n/a", "#na", "#null!", "#ref!", "#value!", "(blank)",
    "(empty)", "(none)", "(not set)", "(null)", "(unknown)", "<na>", "<null>", "[deleted]", "[null]", "\\n",
    "anonymous", "blank", "deleted", "dummy", "empty", "false", "guest", "guest user", "guest-user", "guest_user",
    "guestuser", "missing", "n.a", "n.a.", "n/a", "na", "nan", "nil", "no id", "no_id", "noid", "none",
    "not applicable", "not available", "not set", "null", "test", "true", "undefined", "unknown", "unregistered",
    "00000000-0000-0000-0000-000000000000",
))  # fmt: skip
# The part before the @ of addresses that have no reader.
JUNK_MAILBOXES: Final = frozenset((
    "anonymous", "asdf", "donotreply", "dummy", "fake", "guest", "kein", "keine", "keineemail", "n.a", "na", "nil",
    "no", "no-email", "no-mail", "no-reply", "no.email", "no.mail", "no_email", "no_reply", "nobody", "noemail",
    "nomail", "none", "noone", "noreply", "null", "test", "tester", "testing", "undefined", "unknown", "xxx",
))  # fmt: skip


class Bounds(Section):
    """How many others of a type an identifier may be linked to in one namespace; linked to more, it joins no people."""

    customers_per_email: int = Field(default=5, ge=1)
    customers_per_phone: int = Field(default=5, ge=1)
    customers_per_device: int = Field(default=5, ge=1)
    customers_per_requester: int = Field(default=5, ge=1)
    customers_per_author: int = Field(default=5, ge=1)
    requesters_per_email: int = Field(default=5, ge=1)
    requesters_per_phone: int = Field(default=5, ge=1)
    devices_per_email: int = Field(default=50, ge=1)
    devices_per_phone: int = Field(default=50, ge=1)
    emails_per_device: int = Field(default=5, ge=1)
    emails_per_requester: int = Field(default=5, ge=1)
    emails_per_customer: int = Field(default=10, ge=1)
    emails_per_phone: int = Field(default=5, ge=1)
    phones_per_device: int = Field(default=5, ge=1)
    phones_per_requester: int = Field(default=5, ge=1)
    phones_per_customer: int = Field(default=10, ge=1)
    phones_per_email: int = Field(default=5, ge=1)

    def rows(self) -> Iterator[tuple[str, str, int]]:
        """Type of the identifier, type of what it is linked to, and the bound."""
        for name, bound in self:
            others, _, identifier = name.partition("_per_")
            yield _TYPES[f"{identifier}s"], _TYPES[others], bound


class Junk(Section):
    """What this company's forms and staff write where they know nothing, besides the usual fillers."""

    ids: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


class Identity(Section):
    """Who is who.

    Attributes:
        phone_region: the country of phone numbers that are written without one (ISO 3166, such as DE). Default: the
            country of the company's time zone; where that has none (UTC), only numbers with a country's code are read.
        at_most: how many may share an identifier.
        junk: fillers of this company, besides the usual ones.
        not_junk: usual fillers that are real ids or mailboxes here.
    """

    phone_region: str | None = None
    at_most: Bounds = Bounds()
    junk: Junk = Junk()
    not_junk: tuple[str, ...] = ()

    @field_validator("phone_region")
    @classmethod
    def _known_country(cls, value: str | None) -> str | None:
        return value if value is None else known_country(value)

    def junk_rows(self) -> Iterator[tuple[str, str]]:
        """Kind (id, mailbox, phone) and the text, in lower case, each once."""
        real = {clean_id(text).lower() for text in self.not_junk}
        usual = {"id": JUNK_IDS, "mailbox": JUNK_MAILBOXES, "phone": frozenset[str]()}
        own = {"id": self.junk.ids, "mailbox": self.junk.mailboxes, "phone": self.junk.phones}
        for kind, texts in usual.items():
            for text in sorted((texts | {clean_id(text).lower() for text in own[kind]}) - real):
                yield kind, text


@cache
def region_of_zone(zone: str) -> str | None:
    """The country of a time zone, by the tz database's zone.tab; None for zones of no country."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            if name == zone:
                return country
    return None
