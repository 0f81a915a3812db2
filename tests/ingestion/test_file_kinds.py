"""A file of another kind under the name of a text file is named for what it is, by `cx check` and by a load."""

from __future__ import annotations

import bz2
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import check_sources
from ingestion.readers.encodings import fitting_encoding
from ingestion.readers.file_kinds import other_kind
from tests.ingestion.workspaces import EVENTS, ORDERS, load, make_workspace, put

CSV = b"customer_id,occurred_at,amount\n" + b"".join(b"c%d,2026-01-02,%d\n" % (n, n) for n in range(40))
LINES = b"".join(b'{"type": "page", "messageId": "m%d"}\n' % n for n in range(20))


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, CSV)
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo("orders.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV))
    return buffer.getvalue()


def sqlite(tmp_path: Path) -> bytes:
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("create table orders (id)")
    connection.close()
    return path.read_bytes()


def parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table({"amount": [1, 2]}), buffer)
    return buffer.getvalue()


OTHERS: list[tuple[str, bytes]] = [
    ("a bzip2 file", bz2.compress(CSV)),
    ("an xz file", lzma.compress(CSV)),
    ("a Word document", zipped("[Content_Types].xml", "word/document.xml")),
    ("an Excel workbook or another zip file", zipped("orders.csv", "returns.csv")),
    ("an Excel workbook or another zip file", b"PK\x03\x04" + bytes(range(128, 256))),
    ("an old Excel workbook (.xls)", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ("a PDF document", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
    ("a tar archive", tarred()),
    ("a Parquet file", parquet()),
    ("an HTML page", b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"),
    ("an HTML page", b"\xef\xbb\xbf<HTML><table><tr><td>1</td></tr></table>"),
    ("an XML file", b'<?xml version="1.0"?>\n<Workbook/>\n'),
    ("UTF-16 text", CSV.decode().encode("utf-16")),
    ("UTF-16 text", CSV.decode().encode("utf-16-le")),
    ("UTF-16 text", CSV.decode().encode("utf-16-be")),
    ("UTF-32 text", CSV.decode().encode("utf-32")),
    ("binary data", bytes(range(32)) * 40),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "content"), OTHERS, ids=[f"{nth} {name}" for nth, (name, _) in enumerate(OTHERS)])
def test_a_file_of_another_kind_is_named_and_other_files_load(tmp_path: Path, name: str, content: bytes) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "good.csv", CSV)
    put(workspace, "other.csv", content)
    for found in (check_sources(workspace), load(workspace).problems):
        (problem,) = (one for one in found if one.severity == "error")
        assert problem.file == "inbox/other.csv"
        assert name in problem.what
        assert (
            "Export" in problem.fix
            or "export" in problem.fix
            or "Unpack" in problem.fix
            or "UTF-8" in problem.fix
            or ("'encoding'" in problem.fix)
        )
    assert {file.path: file.outcome for file in load(workspace).files} == {
        "inbox/good.csv": "unchanged",
        "inbox/other.csv": "failed",
    }


def test_a_database_under_the_name_of_a_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_bytes(sqlite(tmp_path))
    kind = other_kind(path, is_delimited=True, encoding="utf-8")
    assert kind is not None
    assert "SQLite" in kind.name


@pytest.mark.parametrize(
    ("source", "name", "content", "what"),
    [
        (ORDERS, "a.csv", LINES, "JSON, not delimited text"),
        (ORDERS, "a.csv", json.dumps([{"a": 1}], indent=2).encode(), "JSON, not delimited text"),
        (ORDERS, "a.csv", b'{"tickets": [' + b'{"id": 1},' * 20_000 + b'{"id": 2}]}', "JSON, not delimited text"),
        (EVENTS, "a.jsonl", CSV, "delimited text (CSV), not JSON"),
        (EVENTS, "a.jsonl", CSV.replace(b",", b";"), "delimited text (CSV), not JSON"),
    ],
)
def test_json_and_delimited_text_are_distinguished(
    tmp_path: Path, source: dict[str, Any], name: str, content: bytes, what: str
) -> None:
    workspace = make_workspace(tmp_path, source)
    put(workspace, name, content)
    (problem,) = check_sources(workspace)
    assert what in problem.what
    (problem,) = load(workspace, source["name"]).problems
    assert what in problem.what


@pytest.mark.parametrize(
    ("content", "is_delimited"),
    [
        (b"PAR1,PAR2\n1,2\n", True),
        (b"PKZIP,amount\n1,2\n", True),
        (b"BZh,amount\n1,2\n", True),
        (b"[id],[name]\n1,2\n", True),
        (b"{id},name\n1,2\n", True),
        (b"<html_clicks>,name\n1,2\n"[1:], True),
        (b"a\x00b,c\n1,2\n" * 20, True),
        (b"%PDF downloads,amount\n1,2\n", True),
        (b"", True),
        (b"a", True),
        ("é,ü\n".encode("cp1252") * 30, True),
        (b'e": 1, "x": 2}\n{"type": "page"}\n', False),
        (b'{"type": "page"\n', False),
        (b"\n\n[1, 2]\n", False),
        (b"", False),
    ],
)
def test_ambiguous_text_is_treated_as_text(tmp_path: Path, content: bytes, is_delimited: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert other_kind(path, is_delimited=is_delimited, encoding="utf-8") is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.lists(st.text("abcXYZ 019?.()éß日", min_size=1, max_size=12).filter(str.strip), min_size=2, max_size=4),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
)
def test_delimited_text_is_always_recognised(tmp_path: Path, header: list[str], encoding: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(("\n".join([";".join(header)] * 5) + "\n").encode(encoding))
    assert other_kind(path, is_delimited=True, encoding=encoding) is None


TEXTS = {
    "utf-8": "Größe; naïve café; 日本語",
    "cp1252": "Müller bestellt für 5 € – schön. Crème brûlée à la carte",
    "cp1250": "Zażółć gęślą jaźń; Příliš žluťoučký kůň",
    "cp1251": "Доставка была очень быстрой, спасибо большое",
    "koi8-r": "Доставка была очень быстрой, спасибо большое",
    "cp1253": "Η παράδοση ήταν πολύ γρήγορη, ευχαριστώ",
    "cp1254": "Teslimat çok hızlıydı, teşekkür ederim. İyi günler, ağırlığı",
    "cp932": "とても良いサービスでした。配送も早かったです",
    "euc-jp": "とても良いサービスでした。配送も早かったです",
    "cp949": "배송이 아주 빨랐습니다 감사합니다",
    "gb18030": "送货非常快，谢谢大家的服务",
    "big5": "送貨非常快，謝謝大家的服務",
    "utf-16": "Müller, Zürich, 12",
    "utf-16-le": "Mueller, Zuerich, 12",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_the_matching_encoding_is_suggested(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(("id,comment\n" + "".join(f"{n},{TEXTS[encoding]}\n" for n in range(30))).encode(encoding))
    tried = "cp932" if encoding == "utf-8" else "utf-8"
    assert fitting_encoding(path, tried) == encoding


@pytest.mark.parametrize("tried", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "shift-jis", "gb18030"])
def test_the_configured_encoding_is_never_suggested(tmp_path: Path, tried: str) -> None:
    path = tmp_path / "file"
    for text in TEXTS.values():
        path.write_bytes(text.encode("utf-8") + b"\xff\x81\n")
        assert fitting_encoding(path, tried) not in (tried, tried.removesuffix("-sig"))
