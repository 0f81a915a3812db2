"""A JSON text in, how deep it is nested and where it ends out: without recursion, for texts that no parser can take."""

from __future__ import annotations

import re
from typing import Final

# Outside strings only brackets matter. A string that never ends matches to the end of the text.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|[\[{]|[\]}]', re.DOTALL)


def depth_of(text: str, enough: int) -> int:
    """The most brackets that are open at once; counting ends where there are more than `enough`."""
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        mark = text[token.start()]
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > enough:
                break
        elif mark != '"':
            depth -= 1
    return deepest


def end_of(text: str, start: int) -> int | None:
    """Position behind the object or array that begins at `start`; None where it is never closed."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        mark = text[token.start()]
        if mark in "[{":
            depth += 1
        elif mark != '"':
            depth -= 1
            if depth <= 0:
                return token.end()
    return None
