"""Invisible characters: a text in; the same text without them out. macros/texts/cleaning.sql says it in SQL.

Blanks of every kind, controls, and characters that only steer how text is set (zero-width spaces and joiners, marks of
direction, the byte order mark) cling to what is copied and pasted. `str.strip` leaves most of them.
"""

from __future__ import annotations

import re
from typing import Final

# Written out, because Pythons know different versions of Unicode: Zs, Zl, Zp and the controls that move the pen ...
_BLANKS: Final = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# ... and the other controls (Cc), and Cf.
_INVISIBLE: Final = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_BLANK: Final = re.compile(f"[{_BLANKS}]")
_NO_WIDTH: Final = re.compile(f"[{_INVISIBLE}]")
_ENDS: Final = re.compile(rf"\A[{_BLANKS}{_INVISIBLE}]++|(?<![{_BLANKS}{_INVISIBLE}])[{_BLANKS}{_INVISIBLE}]++\Z")


def clean_text(text: str) -> str:
    """The text without invisible characters at its ends; those inside are kept. Empty where nothing is left."""
    return _ENDS.sub("", text)


def clean_id(text: str) -> str:
    """The text as an identifier or an address: two that look the same are one.

    Invisible characters are removed everywhere, every blank inside is a plain one, and there is none at the ends.
    Empty where nothing is left.
    """
    return _NO_WIDTH.sub("", _BLANK.sub(" ", text)).strip(" ")
