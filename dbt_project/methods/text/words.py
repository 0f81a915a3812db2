"""A company's own words beside ours, as the macro `own_word` keeps them apart. Pure."""

from __future__ import annotations

from collections.abc import Collection


def own_word(word: str, *, ours: Collection[str], kind: str) -> str:
    """The company's word as it is; where it is one of ours, with what it is behind it: `several (segment)`.

    Args:
        word: what the company calls it.
        ours: the words that mean something else in the same column.
        kind: what the word is, in one word.
    """
    return f"{word} ({kind})" if word.replace(f" ({kind})", "") in ours else word
