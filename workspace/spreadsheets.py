"""What a spreadsheet must not run: a cell in; the same as text out, for every CSV file that people open.

A spreadsheet takes a cell that begins with one of a few signs for a formula, and a formula may ask another machine or
start a program. A quotation mark before it makes it text; a number stays a number.
"""

from __future__ import annotations

import re
from typing import Any, Final

# Also in their wide forms, and behind blanks, which some spreadsheets leave out.
_FORMULA: Final = re.compile(r"[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n\x00]")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?%?")


def cell(value: Any) -> Any:
    """A cell as text that no spreadsheet runs; numbers, and what reads as one, stay as they are.

    A carriage return, for which some readers begin a record, is a line feed.
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if _FORMULA.match(text) else text
