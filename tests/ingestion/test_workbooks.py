"""A workbook with one filled sheet lands as its text would; any other is one problem."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from ingestion import check_sources
from tests.ingestion.workspaces import ORDERS, load, make_workspace, put, rows
from workspace import Workspace
from workspace.configuration import limits

ANY = {**ORDERS, "path": "inbox/*"}
# A style with the format of days, and one with days and hours.
STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="0"/>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def cell(value: Any) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, tuple):
        number, style = value
        return f'<c s="{style}"><v>{number}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else "<c/>"


def workbook(*sheets: list[list[Any]]) -> bytes:
    """A workbook of these sheets; a pair is a number with a style."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        named = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, len(sheets) + 1))
        related = "".join(
            f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        styles = f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
        document = f'<Relationship Id="d" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}">{document}</Relationships>')
        packed.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>'
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{related}{styles}</Relationships>'
        )
        packed.writestr("xl/styles.xml", STYLES)
        for n, lines in enumerate(sheets, start=1):
            data = "".join(f"<row>{''.join(map(cell, line))}</row>" for line in lines)
            packed.writestr(
                f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>'
            )
    return buffer.getvalue()


HEADER = ["customer_id", "occurred_at", "amount", "kind", "note"]


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, ANY)


def test_cells_become_text_as_their_values_are(shop: Workspace) -> None:
    lines = [
        HEADER,
        [1001.0, (46053, 1), 12.5, "sale", True],
        ["Müller, A", (46053.75, 2), 1e15, "", 'in "quotes"'],
        ["0012", "2026-02-01T10:00:00Z", 7, None, "two\nlines"],
    ]
    put(shop, "orders.xlsx", workbook(lines, []))
    assert check_sources(shop) == []
    assert load(shop).loaded == 3
    found = rows(shop, "select customer_id, occurred_at, amount, kind, _others from raw_crm.orders order by _line")
    assert found == [
        ("1001", "2026-01-31", "12.5", "sale", '{"note":"true"}'),
        ("Müller, A", "2026-01-31T18:00:00", "1000000000000000.0", None, '{"note":"in \\"quotes\\""}'),
        ("0012", "2026-02-01T10:00:00Z", "7", None, '{"note":"two\\nlines"}'),
    ]


def test_a_workbook_is_loaded_once(shop: Workspace) -> None:
    content = workbook([HEADER, ["a", "2026-01-01", 1, "", ""]])
    put(shop, "a.xlsx", content)
    load(shop)
    put(shop, "b.xlsx", content)
    assert {file.outcome for file in load(shop).files} == {"unchanged", "duplicate"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (workbook([HEADER, ["a"]], [["b"]]), "the workbook has 2 filled sheets, and one is read"),
        (workbook([HEADER, ["a"]])[:-40], "an Excel workbook"),
        (workbook([HEADER, ["a"]]).replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml"), "damaged"),
    ],
)
def test_another_workbook_is_a_problem(shop: Workspace, content: bytes, said: str) -> None:
    put(shop, "a.xlsx", content)
    for problems in (load(shop).problems, check_sources(shop)):
        (problem,) = (one for one in problems if one.severity == "error")
        assert said in problem.what


def test_a_workbook_beyond_the_limit_is_refused(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WORKBOOK_BYTES", 1_000)
    put(shop, "a.xlsx", workbook([HEADER, *([["a" * 50] * 5] * 50)]))
    (problem,) = load(shop).problems
    assert problem.what == "The file cannot be unpacked: the workbook holds more than 1000 bytes."


def test_a_workbook_is_not_json(tmp_path: Path) -> None:
    hub = make_workspace(tmp_path, {"name": "hub", "kind": "survey", "vendor": "typeform", "path": "inbox/*"})
    put(hub, "a.xlsx", workbook([HEADER, ["a"]]))
    (problem,) = load(hub, "hub").problems
    assert "an Excel workbook" in problem.what
