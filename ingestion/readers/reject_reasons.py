"""Why a record was rejected: the one register of reasons, each a code with a text.

The ledger keeps a code with what it speaks of (`wrong_width:3:5`); whoever shows it makes the text of it here.
"""

from __future__ import annotations

from typing import Final

# {1} and {2} stand for what the reason speaks of: a limit, a number of cells, a kind of JSON.
TEXTS: Final = {
    "bad_bytes": "bytes that are not text in this encoding, or control characters",
    "long_line": "a line of more than {1}",
    "long_record": "a record of more than {1}",
    "endless_quote": "a quote that is not closed within {1} lines",
    "open_quote": "a quote that is never closed",
    "text_behind_quote": "text behind a closing quote",
    "wrong_width": "{1} cells where {2} are expected",
    "deep": "JSON that is nested more than {1} deep",
    "not_json": "not valid JSON",
    "not_json_from_here": "not valid JSON from here to the end of the file",
    "cut_line": "not valid JSON: the last line is cut off",
    "cut_document": "not valid JSON: the document is cut off",
    "not_an_object": "a JSON {1}, not an object",
}


def reject_reason(code: str, *about: object) -> str:
    """A reason as the ledger keeps it.

    Args:
        code: a code of `TEXTS`.
        about: what stands for {1} and {2} of its text.

    Raises:
        ValueError: there is no such code, or its text speaks of more or less.
    """
    text = TEXTS.get(code)
    if text is None:
        raise ValueError(
            f"'{code}' is not a reason of a rejected record: add it to ingestion/readers/reject_reasons.py"
        )
    if any((f"{{{nth}}}" in text) != (nth <= len(about)) for nth in (1, 2)):
        raise ValueError(f"reason '{code}' and what it is about do not fit: {text}")
    return ":".join((code, *map(str, about)))


def text_of(reason: str) -> str:
    """The plain text of a reason that the ledger keeps; a ledger of an earlier version kept the text itself."""
    code, *about = reason.split(":")
    text = TEXTS.get(code, reason)
    for nth, one in enumerate(about, start=1):
        text = text.replace(f"{{{nth}}}", one)
    return text
