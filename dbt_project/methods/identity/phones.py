"""A phone number as people write it comes in; the same number in E.164 goes out, or nothing.

E.164 is the ITU's international form: a plus, the country's code, the number, no other signs. What is valid in which
country is known by `phonenumbers`, the Python port of Google's libphonenumber.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import phonenumbers

# A CRM's exports repeat one contact many times; parsing a number costs some fifty microseconds.
_REMEMBERED: Final = 1 << 16


@lru_cache(maxsize=_REMEMBERED)
def e164(text: str | None, region: str | None) -> str | None:
    """Normalise a phone number.

    Args:
        text: the number as written.
        region: ISO 3166 code of the country whose national form a number without a country's code is in; without one,
            only numbers that begin with `+` are understood.

    Returns:
        The number, such as +493023125123. None where the text is not a valid number of its country, and where it names
        an extension: such a number is a company's switchboard, not a person's own.
    """
    if not text:
        return None
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
