"""Phone numbers of simulated people: their position in, unassigned numbers in several spellings out.

Germany's regulator keeps these ranges for films and books, so that no real person is ever called.
"""

from __future__ import annotations

from typing import Final

# Area code and the beginning of the subscriber's number; three digits follow.
_RANGES: Final = (("30", "23125"), ("69", "90009"), ("40", "66969"), ("221", "4710"), ("89", "99998"))
_EACH: Final = 1_000
STORE_PHONE: Final = "+49 171 39200 00"


def phone_number(place: int) -> str:
    """A number of one's own, as the CRM writes it; empty once the ranges are used up."""
    if place >= _EACH * len(_RANGES):
        return ""
    area, beginning = _RANGES[place // _EACH]
    return f"+49 {area} {beginning} {place % _EACH:03d}"


def national(phone: str) -> str:
    """The same number as people write it at home: (030) 23125-123."""
    _, area, beginning, end = phone.split(" ")
    return f"(0{area}) {beginning}-{end}"


def international(phone: str) -> str:
    """The same number in E.164."""
    return phone.replace(" ", "")
