"""Hostile cx.yml and mappings end in a message, quickly: bombs of aliases, depth, size, and undecodable text."""

from __future__ import annotations

import csv
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workspace import WorkspaceError, load_workspace
from workspace.configuration import limits

BASE = """\
company: A
timezone: Europe/Berlin
currency: EUR
sources:
- {name: shop, kind: crm, vendor: csv, entity: orders, path: 'inbox/*.csv'}
"""
MAPPINGS = {
    "touchpoint_types": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n",
    "channels": "data_source,utm_source,utm_medium,channel,presence,method\n",
}
LAUGHS = "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
MERGES = "a: &a {k: 1}\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [{', '.join([f'*{chr(97 + n)}'] * 9)}]}}\n" for n in range(6)
)


def problems(root: Path, config: str | bytes = BASE, **mappings: str | bytes) -> list[str]:
    (root / "mappings").mkdir(exist_ok=True)
    (root / "cx.yml").write_bytes(config if isinstance(config, bytes) else config.encode())
    for name, text in {**MAPPINGS, **mappings}.items():
        (root / "mappings" / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    started = time.process_time()
    with pytest.raises(WorkspaceError) as error:
        load_workspace(root)
    assert time.process_time() - started < 10
    assert len(str(error.value)) < 50_000
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (LAUGHS + BASE, "Unknown key 'a'"),
        (LAUGHS + BASE.replace("kind: crm", "kind: *j"), "This is not allowed here."),
        (LAUGHS + BASE.replace("company: A", "company: *j"), "This does not fit"),
        (LAUGHS + BASE + "conversion: {occurrence: *j}\n", "This is not allowed here."),
        (MERGES + BASE, "Unknown key 'a'"),
        (BASE + "identity: &x {at_most: *x}\n", "[identity.at_most]"),
        (BASE + "x: " + "[" * 100_000 + "]" * 100_000, "cx.yml:6: Lists and sections are nested too deep"),
        (BASE + "x: " + "{a: " * 5_000 + "1" + "}" * 5_000, "nested too deep"),
        (BASE + "x:\n" + "".join("  " * n + "-\n" for n in range(1, 900)), "nested too deep"),
        (BASE + "#" * 2_000_000, "more than 1 MB"),
        (BASE + 'x: "\0"\n', "not valid YAML"),
        (BASE + "journey: {gap_days: " + "9" * 5_000 + "}\n", "not valid YAML"),
        (BASE + "journey: {gap_days: 99999999999999}\n", "less than or equal to 36500"),
        (BASE + "journey: {task_hours: 1e400}\n", "finite number"),
        (BASE + "value: {top_tier: .nan}\n", "[value.top_tier]"),
        (BASE + 'x: !!int "abc"\n', "not valid YAML"),
        (BASE + "as_of: 9999-99-99\n", "not valid YAML"),
        (BASE.replace("crm", "x" * 100_000), "is not allowed here"),
        (BASE + "? [{a: 1}]\n: 2\n", "not valid YAML"),
        (BASE.encode("utf-16"), "not UTF-8"),
    ],
    ids=range(20),
)
def test_a_hostile_configuration_gives_a_message(tmp_path: Path, config: str | bytes, said: str) -> None:
    assert any(said in problem for problem in problems(tmp_path, config))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    line=st.integers(0, 5),
    text=st.text("[]{}:,-&*!|>'\"#%@ \n\tax19.~<?=", max_size=25),
    keep=st.booleans(),
)
def test_arbitrary_configuration_is_accepted_or_reported(tmp_path: Path, line: int, text: str, keep: bool) -> None:
    lines = BASE.splitlines(keepends=True)
    content = "".join(lines[:line]) + text + ("\n" if keep else "") + "".join(lines[line + (not keep) :])
    (tmp_path / "mappings").mkdir(exist_ok=True)
    for name, mapping in MAPPINGS.items():
        (tmp_path / "mappings" / f"{name}.csv").write_text(mapping)
    (tmp_path / "cx.yml").write_text(content)
    # Anything else that is raised fails the test.
    with suppress(WorkspaceError):
        load_workspace(tmp_path)


HEADER = MAPPINGS["channels"]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (HEADER + 'shop,"' + "x" * 200_000, "a quote is never closed"),
        (HEADER + "shop,\0,,Shop,online,web\n", "channels.csv:2: The file contains a NUL byte"),
        (",".join(f"c{n}" for n in range(1_000_000)), "Unknown column 'c0'"),
        (HEADER + "a,b\n" * 100_000, "The row has 2 cells, the header 6"),
        (HEADER + "nowhere,,,Shop,onlin,web\n" * 1_000, "more problems in this file"),
        (HEADER.replace(",", ";") + "shop;;;Shop;online;web\n", "separated by ';', not by commas"),
        (HEADER.encode("utf-16"), "not UTF-8"),
        ("x" * 3_000_000, "a quote is never closed, or this is another file"),
        (HEADER + "shp,,,Shop,online,web\n", "Did you mean 'shop'?"),
    ],
    ids=range(9),
)
def test_a_hostile_mapping_gives_a_few_messages(tmp_path: Path, mapping: str | bytes, said: str) -> None:
    found = problems(tmp_path, channels=mapping)
    assert any(said in problem for problem in found)
    assert len(found) < 100


def test_the_size_and_rows_of_a_mapping_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAPPING_ROWS", 10)
    rows = "".join(f"shop,s{n},,Shop,online,web\n" for n in range(11))
    assert any("more than 10 rows" in problem for problem in problems(tmp_path, channels=HEADER + rows))
    monkeypatch.setattr(limits, "MAPPING_BYTES", 100)
    assert any("at most 100 bytes" in problem for problem in problems(tmp_path, channels=HEADER + rows))


@pytest.mark.parametrize("number", ["nan", "inf", "1_000", "1e400", "0x10"])
def test_words_that_python_parses_as_numbers_are_rejected(tmp_path: Path, number: str) -> None:
    book = f"survey_id,question_id,construct,item,scale_min,scale_max\n,Q,overall,,1,{number}\n"
    assert any(f"'{number}' is not a number" in problem for problem in problems(tmp_path, survey_codebook=book))


def test_unicode_newlines_inside_a_cell_do_not_end_a_row(tmp_path: Path) -> None:
    root = tmp_path
    text = 'page_path,text\n/a,"one\u2028two\x0bthree\x85four"\n/b,x\n'
    (root / "mappings").mkdir()
    (root / "cx.yml").write_text(BASE)
    for name, mapping in {**MAPPINGS, "page_texts": text}.items():
        (root / "mappings" / f"{name}.csv").write_text(mapping)
    rows = load_workspace(root).mappings.rows("page_texts")
    assert [row["_line"] for row in rows] == ["2", "3"]
    assert rows[0]["text"] == next(csv.reader(['"one\u2028two\x0bthree\x85four"']))[0]
