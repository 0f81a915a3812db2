"""Invisible characters in an id or an address do not make two of them differ: the same in SQL as in Python."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from random import Random

import duckdb
import pytest

from tests.dbt_project.rendering import render_text
from workspace.texts import clean_id, clean_text

KEY = render_text("""{{ identifier_key('customer', "'shop'", 'id') }}""")
UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
# Those that hold any of them: the others are Han and private signs.
PLANES = (range(0x20000), range(0xE0000, 0xE1000))
# At both ends and inside, side by side with plain signs; and alone.
PLACES = ("{}i{}d{}", "{}")


@cache
def characters() -> list[str]:
    return [chr(code) for plane in PLANES for code in plane if not 0xD800 <= code < 0xE000]


@cache
def unseen() -> list[str]:
    return [one for one in characters() if unicodedata.category(one) in UNSEEN]


@cache
def changed_by_sql(macro: str, place: str) -> dict[str, str | None]:
    """The characters of Unicode that a macro changes the text in their place for, and what it makes of it."""
    database = duckdb.connect()
    # Put together from parts: the character may be a brace.
    parts = " || one || ".join(f"'{part}'" for part in place.split("{}"))
    database.execute(
        f"""create table texts as select one, {parts} as made from (
            select unnest($1) as one
        )""",
        [characters()],
    )
    cleaned = render_text(f"{{{{ {macro}('made') }}}}")
    query = f"select one, cleaned from (select *, {cleaned} as cleaned from texts) where cleaned is distinct from made"
    return dict(database.execute(query).fetchall())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("macro", "function"), [("clean_text", clean_text), ("clean_id", clean_id)])
def test_sql_and_python_clean_all_unicode_characters_equally(
    macro: str, function: Callable[[str], str], place: str
) -> None:
    by_python = {
        one: cleaned or None for one in characters() if (cleaned := function(made := place.replace("{}", one))) != made
    }
    assert changed_by_sql(macro, place) == by_python


@pytest.mark.parametrize("macro", ["clean_text", "clean_id"])
def test_control_format_and_blank_characters_clean_to_empty(macro: str) -> None:
    found = changed_by_sql(macro, "{}")
    assert len(unseen()) > 200
    assert [hex(ord(one)) for one in unseen() if found.get(one, one) is not None] == []


def test_visible_characters_are_kept() -> None:
    changed = changed_by_sql("clean_id", PLACES[0])
    assert [hex(ord(one)) for one in changed if unicodedata.category(one)[0] in "LNPSM"] == []


def test_ids_that_look_equal_share_a_key_and_others_do_not() -> None:
    random = Random(20261128)
    database = duckdb.connect()
    database.execute("create schema secret")
    database.execute("create table secret.key_pads as select '\\x36'::blob as ipad, '\\x5c'::blob as opad")
    clean = [f"C {number}" if number % 3 else f"ann{number}@home.example" for number in range(40)]
    keys = dict(database.execute(f"select id, {KEY} from (select unnest($1) as id)", [clean]).fetchall())
    assert len(set(keys.values())) == 40
    for one in clean:
        dirty = ["".join(_dirt(random) + sign for sign in one) + _dirt(random) for _ in range(25)]
        found = database.execute(f"select {KEY} from (select unnest($1) as id)", [dirty]).fetchall()
        assert {found_key for (found_key,) in found} == {keys[one]}


def test_invisible_characters_do_not_change_an_email_and_inner_blanks_invalidate_it() -> None:
    address = render_text("{{ email_address('text') }}")
    texts = ["Ann@Home.example", "\ufeffann@home.example\u200b", "\tann@\u2060home.example\r\n", "ann@home .example"]
    found = duckdb.execute(f"select {address} from (select unnest($1) as text)", [texts]).fetchall()
    assert [one for (one,) in found] == ["ann@home.example"] * 3 + [None]


def test_an_id_of_invisible_characters_is_missing() -> None:
    database = duckdb.connect()
    database.execute("create schema secret")
    database.execute("create table secret.key_pads as select '\\x36'::blob as ipad, '\\x5c'::blob as opad")
    found = database.execute(f"select {KEY} from (select unnest($1) as id)", [["", " \u200b\t", None]]).fetchall()
    assert found == [(None,)] * 3


def _dirt(random: Random) -> str:
    """Now and then something that takes no room."""
    takes_none = [one for one in unseen() if unicodedata.category(one) in ("Cc", "Cf") and not one.isspace()]
    return random.choice(takes_none) if random.random() < 0.4 else ""
