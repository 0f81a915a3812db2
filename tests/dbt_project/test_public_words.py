"""A company's own word leaves staging as it is; an address or a telephone number in its place does not."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt_project.rendering import render_text

WORD = render_text("{{ public_word('given') }}")


@pytest.mark.parametrize(
    "word",
    ["newsletter", "Spring Sale", "120210000000000123", "20260105", "@home", "a @ b", "0.5", "01.02", "q1", "07"],
)
def test_ordinary_words_are_unchanged(word: str) -> None:
    assert public(word) == word


@pytest.mark.parametrize("word", [None, "", "  "])
def test_a_blank_is_missing(word: str | None) -> None:
    assert public(word) is None


@pytest.mark.parametrize(
    "word",
    ["ada@example.org", " Ada <ada@example.org>", "mail:ada@example.co.uk", "+49 151 00000042", "0151/0000-0042"],
)
def test_emails_and_phone_numbers_are_marked_personal(word: str) -> None:
    assert public(word) == "(personal)"


def public(word: str | None) -> str | None:
    found = duckdb.execute(f"select {WORD} from (select $1::varchar as given)", [word]).fetchall()[0][0]
    assert found is None or isinstance(found, str)
    return found
