"""The `csv` vendor: every option of cx.yml, and where every record of a dirty file goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion import load_source
from ingestion.readers import delimited
from tests.ingestion.workspaces import ORDERS, load, make_workspace, put, rejected, rows, unbalanced
from workspace import Workspace

HEADER = "customer_id,occurred_at,amount\n"
WIDE = {"name": "poll", "kind": "survey", "vendor": "csv", "entity": "wide", "path": "inbox/*.csv"}


def landed(root: Path, content: str | bytes, **options: Any) -> tuple[Workspace, list[tuple[Any, ...]]]:
    """Load one file of orders; line, customer, time and amount of what landed."""
    workspace = make_workspace(root, {**ORDERS, **options})
    put(workspace, "orders.csv", content)
    report = load(workspace)
    assert not report.problems, report.problems
    assert not unbalanced(workspace)
    query = "select _line, customer_id, occurred_at, amount from raw_crm.orders order by _line"
    return workspace, rows(workspace, query)


def books(workspace: Workspace) -> tuple[Any, ...]:
    return rows(workspace, "select records, loaded, rejected, skipped from ledger.loads")[0]


def other_cells(workspace: Workspace) -> list[Any]:
    return [json.loads(row[0]) for row in rows(workspace, "select _others from raw_crm.orders order by _line")]


def whole_rows(workspace: Workspace, table: str) -> list[Any]:
    return [json.loads(row[0]) for row in rows(workspace, f"select _row from {table} order by _line")]


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("latin-1", "latin-1"),
        ("iso-8859-15", "iso-8859-15"),
        ("cp1250", "cp1250"),
        ("cp1252", "cp1252"),
    ],
)
def test_every_encoding_loads_as_the_same_text(tmp_path: Path, encoding: str, codec: str) -> None:
    text = "Kunde,occurred_at,amount\r\nMüller,2026-01-01,1\r\n\r\nSäger,2026-01-02,2\r\n"
    _, found = landed(tmp_path, text.encode(codec), encoding=encoding, columns={"customer_id": "Kunde"})
    assert found == [(2, "Müller", "2026-01-01", "1"), (4, "Säger", "2026-01-02", "2")]


def test_cyrillic_in_cp1251(tmp_path: Path) -> None:
    _, found = landed(tmp_path, (HEADER + "Иван,2026-01-01,1\n").encode("cp1251"), encoding="cp1251")
    assert found == [(2, "Иван", "2026-01-01", "1")]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("shift-jis", "表示ソ十能"),  # second bytes that are a backslash in ASCII
        ("cp932", "①髙橋"),
        ("euc-jp", "高橋"),
        ("gb18030", "王小明𠮷"),
        ("gbk", "王小明"),
        ("big5", "許功蓋"),
        ("euc-kr", "김철수"),
        ("cp949", "똠방각하"),
        ("koi8-r", "Иван"),
        ("cp1253", "Γιώργος"),
        ("cp1256", "محمد"),
        ("cp874", "สมชาย"),
    ],
)
def test_letters_of_other_scripts(tmp_path: Path, encoding: str, name: str) -> None:
    text = HEADER + f'"{name},\n{name}",2026-01-01,1\n{name},2026-01-02,2\n'
    _, found = landed(tmp_path, text.encode(encoding), encoding=encoding)
    assert [row[1] for row in found] == [f"{name},\n{name}", name]


@pytest.mark.parametrize(
    ("delimiter", "character"), [(";", ";"), ("tab", "\t"), ("\\t", "\t"), ("|", "|"), ("^", "^"), ("\\", "\\")]
)
def test_every_delimiter_loads_the_same_rows(tmp_path: Path, delimiter: str, character: str) -> None:
    text = 'customer_id,occurred_at,amount\n1,2026-01-01,"1,5"\n2,"""quoted""",\n'.replace('"1,5"', '"1;5"')
    text = text.replace(",", character).replace('"1;5"', f'"1{character}5"')
    _, found = landed(tmp_path, text, delimiter=delimiter)
    assert found == [(2, "1", "2026-01-01", f"1{character}5"), (3, "2", '"quoted"', None)]


def test_blank_separated_columns_without_a_header(tmp_path: Path) -> None:
    text = " 00004 0001 19970101  2   29.33\r\n 00021\t0002 19970103 3 63.34 \r\n"
    workspace, found = landed(
        tmp_path,
        text,
        delimiter="whitespace",
        header=False,
        columns={"customer_id": "1", "occurred_at": "3", "amount": "5"},
    )
    assert found == [(1, "00004", "19970101", "29.33"), (2, "00021", "19970103", "63.34")]
    assert other_cells(workspace)[0] == {"2": "0001", "4": "2"}
    assert books(workspace) == (2, 2, 0, 0)


def test_a_file_without_a_header_and_with_a_byte_order_mark(tmp_path: Path) -> None:
    _, found = landed(
        tmp_path,
        b"\xef\xbb\xbf1,2026-01-01,10\n",
        header=False,
        columns={"customer_id": "1", "occurred_at": "2", "amount": "3"},
    )
    assert found == [(1, "1", "2026-01-01", "10")]


def test_a_ragged_first_record_does_not_reject_the_others(tmp_path: Path) -> None:
    text = "Orders of January\n1,2026-01-01,10\n2,2026-01-02,20\n"
    columns = {"customer_id": "1", "occurred_at": "2", "amount": "3"}
    workspace, found = landed(tmp_path, text, header=False, columns=columns)
    assert [row[0] for row in found] == [2, 3]
    assert rejected(workspace) == [(1, "1 cells where 3 are expected", "Orders of January")]


def test_a_column_without_a_name_is_named_by_its_position(tmp_path: Path) -> None:
    text = ",occurred_at,amount,,amount\nanna,2026-01-01,10,x,y\n"
    workspace, found = landed(tmp_path, text, columns={"customer_id": "1"})
    assert found == [(2, "anna", "2026-01-01", "10")]
    assert other_cells(workspace) == [{"4": "x", "5": "y"}]


def test_canonical_names_need_no_mapping_and_a_mapping_takes_precedence(tmp_path: Path) -> None:
    text = "customer_id,occurred_at,amount,net,order_id\n1,2026-01-01,10,8,A7\n"
    workspace, found = landed(tmp_path, text, columns={"amount": "net"})
    assert found == [(2, "1", "2026-01-01", "8")]
    assert rows(workspace, "select order_id, currency from raw_crm.orders") == [("A7", None)]


def test_canonical_cells_are_trimmed_and_others_unchanged(tmp_path: Path) -> None:
    workspace, found = landed(tmp_path, " customer_id ,occurred_at,amount, note \n 1 ,  ,10, so \n")
    assert found == [(2, "1", None, "10")]
    assert other_cells(workspace) == [{"note": " so "}]


def test_a_file_with_only_canonical_columns_has_no_extra_columns(tmp_path: Path) -> None:
    workspace, _ = landed(tmp_path, HEADER + "1,2026-01-01,10\n")
    assert rows(workspace, "select _others from raw_crm.orders") == [(None,)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1 << 18])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1,a b,2\n", delimited.Blanks()),
        ("1, ,2\n", delimited.Blanks(as_cells=True)),
        ("1,2,\t", delimited.Blanks(as_cells=True)),
        ("1,2,\n3,4,5\n", delimited.Blanks(empty_at_end=True)),
        ('1,2,""', delimited.Blanks(empty_at_end=True)),
        # Seen from its bytes, a blank between a delimiter and a quote may also be a cell's only content.
        ('1, "a",2\n', delimited.Blanks(beside_quotes=True, as_cells=True)),
        ('1,2,"a" \n', delimited.Blanks(beside_quotes=True, as_cells=True)),
    ],
)
def test_blank_lines_are_found_at_chunk_boundaries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, body: str, expected: delimited.Blanks
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n" + body)
    monkeypatch.setattr(delimited, "CHUNK_BYTES", size)
    assert delimited._look_for_blanks(path, ",") == expected


def test_a_quoted_newline_is_one_record_and_keeps_line_numbers(tmp_path: Path) -> None:
    text = '\n"customer\nid",occurred_at,amount\n1,"a\n\nb",10\n\n2,c,20\n3,"d\r\ne",30\n'
    workspace, found = landed(tmp_path, text, columns={"customer_id": "customer\nid"})
    assert found == [(4, "1", "a\n\nb", "10"), (8, "2", "c", "20"), (9, "3", "d\ne", "30")]
    assert books(workspace) == (6, 3, 0, 3)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_newline_loads_the_same_rows(tmp_path: Path, newline: str) -> None:
    _, found = landed(tmp_path, newline.join([HEADER.strip(), "1,a,10", "", "2,b,20"]))
    assert found == [(2, "1", "a", "10"), (4, "2", "b", "20")]


def test_mixed_newlines_keep_line_numbers(tmp_path: Path) -> None:
    workspace, found = landed(tmp_path, HEADER + "1,a,10\r\n2,b,20\n3,c,30\r\n")
    assert [row[0] for row in found] == [2, 3, 4]
    assert books(workspace) == (4, 3, 0, 1)


def test_a_record_with_the_wrong_width_is_rejected_with_its_line(tmp_path: Path) -> None:
    workspace, found = landed(tmp_path, HEADER + "1,a,10\n2,b\n3,c,30,more\n4,d,40\n")
    assert [row[1] for row in found] == ["1", "4"]
    assert rejected(workspace) == [
        (3, "2 cells where 3 are expected", "2,b"),
        (4, "4 cells where 3 are expected", "3,c,30,more"),
    ]
    assert books(workspace) == (5, 2, 2, 1)


def test_an_unclosed_quote_rejects_only_its_line(tmp_path: Path) -> None:
    workspace, found = landed(tmp_path, HEADER + '1,a,10\n2,"b,20\n3,c,30\n4,"d,40\n5,"e\nf",50\n')
    # The quote of line 3 is closed by that of line 5, as any reader of CSV has it.
    assert [row[1] for row in found] == ["1", "5"]
    assert [row[:2] for row in rejected(workspace)] == [(3, "text behind a closing quote")]

    workspace, found = landed(tmp_path / "open", HEADER + '1,a,10\n2,"b,20\n3,c,30\n4,d,40\n')
    assert [row[1] for row in found] == ["1", "3", "4"]
    assert rejected(workspace) == [(3, "a quote that is never closed", '2,"b,20')]


def test_many_stray_quotes_lose_no_other_line(tmp_path: Path) -> None:
    dirty = "".join(f'{n},"open,{n}\n{n},plain,{n}\n' if n % 2 else f'{n},"a ""b"" c",{n}\n' for n in range(150))
    workspace, _ = landed(tmp_path, HEADER + dirty + '999,"never,1\n1000,b,2\n')
    found = rows(workspace, "select line from ledger.rejects union all select _line from raw_crm.orders")
    assert len(found) == len(set(found))
    assert rows(workspace, "select amount from raw_crm.orders where customer_id = '1000'") == [("2",)]


def test_text_after_a_closing_quote_is_rejected(tmp_path: Path) -> None:
    workspace, found = landed(tmp_path, HEADER + '1,"a"b,10\n2,5" pipe,20\n')
    assert found == [(3, "2", '5" pipe', "20")]
    assert rejected(workspace) == [(2, "text behind a closing quote", '1,"a"b,10')]


def test_undecodable_bytes_are_rejected_and_shown(tmp_path: Path) -> None:
    workspace, found = landed(tmp_path, HEADER.encode() + b"1,a,10\n2,M\xfcller,20\n3,\x00,30\n4,d,40\n")
    assert [row[:2] for row in found] == [(2, "1"), (5, "4")]
    reason = "bytes that are not text in this encoding, or control characters"
    assert rejected(workspace) == [(3, reason, "2,M\\xfcller,20"), (4, reason, "3,\\x00,30")]


def test_a_payload_is_cut_at_2000_characters(tmp_path: Path) -> None:
    workspace, _ = landed(tmp_path, HEADER + "1," + "x" * 5_000 + "\n")
    assert [len(payload) for _, _, payload in rejected(workspace)] == [2_000]


def test_a_line_longer_than_duckdbs_limit_is_loaded(tmp_path: Path) -> None:
    _, found = landed(tmp_path, HEADER + "1," + "x" * 3_000_000 + ",10\n2,b,20\n")
    assert [(row[0], len(row[2])) for row in found] == [(2, 3_000_000), (3, 1)]


def test_a_file_name_with_wildcards_is_literal(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "orders [1]*.csv", HEADER + "1,a,10\n")
    put(workspace, "orders 1x.csv", HEADER + "2,b,20\n")
    load(workspace)
    found = rows(workspace, "select _file, customer_id from raw_crm.orders order by customer_id")
    assert found == [("inbox/orders [1]*.csv", "1"), ("inbox/orders 1x.csv", "2")]


def test_a_file_with_only_a_header_is_empty(tmp_path: Path) -> None:
    workspace, found = landed(tmp_path, HEADER)
    assert found == []
    assert books(workspace) == (1, 0, 0, 1)


def test_a_missing_required_column_is_a_problem_and_other_files_load(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {**ORDERS, "columns": {"amount": "total"}})
    put(workspace, "a.csv", "customer_id,occurred_at,totl\n1,2026-01-01,10\n")
    put(workspace, "b.csv", "customer_id,occurred_at,total\n1,2026-01-01,10\n")
    report = load(workspace)
    assert [file.outcome for file in report.files] == ["failed", "loaded"]
    assert len(report.problems) == 1
    problem = report.problems[0]
    assert (problem.file, problem.line, problem.key) == ("inbox/a.csv", 1, "columns.amount")
    assert "no column 'total'" in problem.what
    assert "customer_id, occurred_at, totl" in problem.fix
    assert "Did you mean 'totl'?" in problem.fix


def test_a_wide_survey_loads_every_question(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {**WIDE, "columns": {"respondent": "1"}})
    put(workspace, "poll.csv", '"","Q1","Q2"\n"1",7,\n"2",8,"so, so"\n')
    load_source(workspace, "poll", run_id="run")
    assert rows(workspace, "select respondent from raw_survey.wide order by _line") == [("1",), ("2",)]
    assert whole_rows(workspace, "raw_survey.wide") == [
        {"1": "1", "Q1": "7", "Q2": None},
        {"1": "2", "Q1": "8", "Q2": "so, so"},
    ]


def test_no_transcoded_copy_is_left_behind(tmp_path: Path) -> None:
    workspace, _ = landed(tmp_path, (HEADER + "Müller,a,10\n").encode("latin-1"), encoding="latin-1")
    assert [path.name for path in workspace.paths.warehouse.iterdir()] == ["raw.duckdb"]
