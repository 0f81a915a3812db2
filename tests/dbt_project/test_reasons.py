"""Every reason why a row does not count is in the register, with a text and a reason_group."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.rendering import PROJECT, register_of_reasons, render, render_text

BASES = sorted((PROJECT / "models" / "staging").glob("*/base/base_*.sql"))
CALL = re.compile(r"\{\{ reason\((?P<arguments>[^)]*)\) \}\}")


def reasons_called(base: Path) -> list[list[str]]:
    """The arguments of every `reason(...)` in a base model."""
    return [re.findall(r"'([^']*)'", call["arguments"]) for call in CALL.finditer(base.read_text())]


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.stem)
def test_every_reason_of_a_base_model_comes_from_the_register(base: Path) -> None:
    sql = base.read_text()
    assert "as _disposition_reason" in sql
    for column in re.finditer(r"(case(?:(?!\bcase\b|\bend\b).)*end) as \w*reason\b", sql, flags=re.DOTALL):
        assert set(re.findall(r"\b(?:then|else)\s+'([^']*)'", column[1])) == set(), column[1]
    chosen = re.search(r"as _disposition,(.*) as _disposition_reason", sql, flags=re.DOTALL)
    for text in re.findall(r"\b(?:then|else)\s+'([^']*)'", chosen[1] if chosen else ""):
        raise AssertionError(f"{base.stem} writes a reason that is not in macros/concepts/reasons.sql: {text}")


def test_every_registered_reason_is_used_and_has_text_and_group() -> None:
    register = register_of_reasons()
    assert {call[0] for base in BASES for call in reasons_called(base)} == set(register)
    for code, entry in register.items():
        assert re.fullmatch(r"[a-z_]+", code)
        assert entry["text"].strip()
        assert entry["reason_group"].strip()
        assert "'" not in entry["text"] + entry["reason_group"]


@pytest.mark.parametrize(
    "call", ["reason('no_such_reason')", "reason('missing')", "reason('replaced', 'a column')", "reason('before', 'a')"]
)
def test_a_reason_that_is_not_in_the_register_does_not_compile(call: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        render_text("{{ " + call + " }}")


def test_every_base_model_reason_maps_to_text_and_group() -> None:
    with duckdb.connect(":memory:") as database:
        database.execute(f"create table int_quality__reasons as {render('int_quality__reasons')}")
        text = render_text("{{ reason_text('stored', 'template') }}")
        code = render_text("{{ reason_code('stored') }}")
        for call in {tuple(call) for base in BASES for call in reasons_called(base)}:
            rows = database.execute(
                f"select {text}, reason_group from (select ? as stored) "
                f"inner join int_quality__reasons on reason_code = {code}",
                [":".join(call)],
            ).fetchall()
            assert len(rows) == 1, call
            assert rows[0][1]
            assert all(argument in rows[0][0] for argument in call[1:])
            assert "{" not in rows[0][0]
