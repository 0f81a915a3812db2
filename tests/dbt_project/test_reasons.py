"""Every reason why a row, record or answer does not count is in the register, with a text and a group."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.rendering import PROJECT, register_of_groups, register_of_reasons, render, render_text

BASES = sorted((PROJECT / "models" / "staging").glob("*/base/base_*.sql"))
BOOKS = sorted((PROJECT / "models" / "intermediate" / "quality").glob("*.sql"))
# What the base models have in common.
SHARED = [
    PROJECT / "macros" / name
    for name in ("concepts/deals.sql", "concepts/dispositions.sql", "concepts/survey.sql", "vendors/loads.sql")
]
MACRO = re.compile(r"\{% macro (?P<name>\w+)\(.*?\{%-? endmacro %\}", flags=re.DOTALL)
# A code that a macro only passes on is that of the model which calls it.
CALL = re.compile(r"\{\{ reason\((?P<arguments>'[^)]*)\) \}\}")


def reasons_called(base: Path) -> list[list[str]]:
    """The arguments of every `reason(...)` in a base model."""
    return [re.findall(r"'([^']*)'", call["arguments"]) for call in CALL.finditer(base.read_text())]


def codes_used(base: Path) -> set[str]:
    """Codes of `reason(...)`, and those that a macro is called with."""
    named = re.findall(r"\bcode='([a-z_]+)'", base.read_text())
    return {*(call[0] for call in reasons_called(base)), *named}


def with_macros(base: Path) -> str:
    """The text of a base model, and of the shared macros that it calls."""
    text = base.read_text()
    macros = [macro for file in SHARED for macro in MACRO.finditer(file.read_text())]
    return "\n".join([text, *(macro[0] for macro in macros if f"{{{{ {macro['name']}(" in text)])


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.stem)
def test_every_reason_of_a_base_model_comes_from_the_register(base: Path) -> None:
    sql = with_macros(base)
    assert "_disposition_reason" in sql or "{{ dispositions() }}" in sql
    for column in re.finditer(r"(case(?:(?!\bcase\b|\bend\b).)*end) as \w*reason\b", sql, flags=re.DOTALL):
        assert set(re.findall(r"\b(?:then|else)\s+'([^']*)'", column[1])) == set(), column[1]
    chosen = re.search(r"as _disposition,(.*) as _disposition_reason", sql, flags=re.DOTALL)
    for text in re.findall(r"\b(?:then|else)\s+'([^']*)'", chosen[1] if chosen else ""):
        raise AssertionError(f"{base.stem} writes a reason that is not in macros/concepts/reasons.sql: {text}")


def test_every_registered_reason_is_used_and_has_text_and_group() -> None:
    register, reason_groups = register_of_reasons(), register_of_groups()
    assert {code for model in [*BASES, *BOOKS, *SHARED] for code in codes_used(model)} == set(register)
    for code, entry in register.items():
        assert re.fullmatch(r"[a-z_]+", code)
        assert entry["text"].strip()
        assert entry["reason_group"] in reason_groups, (
            f"the group of reason '{code}' is not in macros/concepts/reasons.sql"
        )
        assert "'" not in entry["text"]


def test_every_group_of_reasons_is_used_and_has_a_text() -> None:
    reason_groups = register_of_groups()
    of_reasons = {entry["reason_group"] for entry in register_of_reasons().values()}
    called = {name for model in BOOKS for name in re.findall(r"reason_group\('(\w+)'\)", model.read_text())}
    assert of_reasons | called == set(reason_groups)
    for code, text in reason_groups.items():
        assert re.fullmatch(r"[a-z_]+", code)
        assert text.strip()
        assert "'" not in text


@pytest.mark.parametrize("model", BOOKS, ids=lambda model: model.stem)
def test_no_reconciling_model_asks_for_a_reason_by_its_text(model: Path) -> None:
    texts = {entry["text"] for entry in register_of_reasons().values()} | set(register_of_groups().values())
    sql = re.sub(r"--.*", "", model.read_text())
    written = {text for text in re.findall(r"'([^']*)'", sql) if " " in text}
    assert written & texts == set()
    assert re.search(r"\b(?:reason|reason_group)\s+(?:not\s+)?(?:like|ilike)\b", sql) is None


@pytest.mark.parametrize(
    "call",
    [
        "reason('no_such_reason')",
        "reason_group('no such group')",
        "reason('missing')",
        "reason('replaced', 'a column')",
        "reason('before', 'a')",
    ],
)
def test_a_reason_that_is_not_in_the_register_does_not_compile(call: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        render_text("{{ " + call + " }}")


def test_every_base_model_reason_maps_to_text_and_group() -> None:
    with duckdb.connect(":memory:") as database:
        database.execute(f"create table int_quality__reasons as {render('int_quality__reasons')}")
        text = render_text("{{ reason_text('stored', 'template') }}")
        code = render_text("{{ reason_code('stored') }}")
        group = render_text("{{ reason_group_text('reason_group_code') }}")
        for call in {tuple(call) for base in [*BASES, *SHARED] for call in reasons_called(base)}:
            rows = database.execute(
                f"select {text}, {group} from (select ? as stored) "
                f"inner join int_quality__reasons on reason_code = {code}",
                [":".join(call)],
            ).fetchall()
            assert len(rows) == 1, call
            assert rows[0][1]
            assert all(argument in rows[0][0] for argument in call[1:])
            assert "{" not in rows[0][0]
