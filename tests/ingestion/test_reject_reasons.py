"""A rejected record has a code, and its code a text; a reason that the register lacks is refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingestion.readers import reject_reasons
from ingestion.readers.reject_reasons import TEXTS, reject_reason, text_of

FOLDER = Path(reject_reasons.__file__).parent


@pytest.mark.parametrize("code", TEXTS)
def test_every_reason_has_a_code_that_the_ledger_keeps_and_a_text(code: str) -> None:
    about = [f"about-{nth}" for nth in (1, 2) if f"{{{nth}}}" in TEXTS[code]]
    stored = reject_reason(code, *about)
    assert stored.split(":") == [code, *about]
    assert re.fullmatch(r"[a-z_]+", code)
    assert all(one in text_of(stored) for one in about)
    assert "{" not in text_of(stored)


def test_every_reason_of_the_register_is_given_by_a_reader() -> None:
    sources = " ".join(
        path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py") if path.name != "reject_reasons.py"
    )
    assert [code for code in TEXTS if f'"{code}"' not in sources] == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("no_such_reason",), "'no_such_reason' is not a reason of a rejected record: add it to"),
        (("wrong_width", 3), "reason 'wrong_width' and what it is about do not fit"),
        (("not_json", 3), "reason 'not_json' and what it is about do not fit"),
    ],
)
def test_a_reason_that_is_not_in_the_register_is_refused(call: tuple[object, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        reject_reason(*call)  # type: ignore[arg-type]


def test_a_ledger_of_an_earlier_version_keeps_its_texts() -> None:
    assert text_of("not valid JSON: the last line is cut off") == "not valid JSON: the last line is cut off"
