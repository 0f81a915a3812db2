"""A packed file is what it holds: loaded once, plain or packed; what cannot be unpacked is one problem."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion import check_sources
from ingestion.readers.packing import open_plain, packing_of, plain_copy
from tests.ingestion.workspaces import ORDERS, load, make_workspace, put, rejected, rows
from workspace import Workspace
from workspace.configuration import limits

HEADER = "customer_id,occurred_at,amount\n"
TEXT = HEADER + "".join(f"{nth},2026-01-0{nth + 1},{nth}0\n" for nth in range(5))
ANY = {**ORDERS, "path": "inbox/*"}


def zipped(content: bytes, *names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names or ("orders.csv",):
            packed.writestr(name, content)
    return buffer.getvalue()


PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, zipped]
each_packer = pytest.mark.parametrize("pack", PACKERS, ids=["gzip", "zip"])


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, ANY)


def live(workspace: Workspace) -> list[tuple[object, ...]]:
    loads = "select load_id from ledger.loads where status = 'active'"
    return rows(
        workspace, f"select customer_id, amount, _line from raw_crm.orders where _load_id in ({loads}) order by 1"
    )


@each_packer
def test_a_packed_file_lands_as_its_content_does(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    plain, packed = make_workspace(tmp_path / "a", ANY), make_workspace(tmp_path / "b", ANY)
    put(plain, "a.csv", TEXT)
    put(packed, "a.csv.packed", pack(TEXT.encode()))
    assert check_sources(packed) == []
    assert load(packed).loaded == load(plain).loaded == 5
    assert live(packed) == live(plain)
    assert {file.outcome for file in load(packed).files} == {"unchanged"}


@each_packer
def test_a_file_that_is_packed_later_is_loaded_once(shop: Workspace, pack: Callable[[bytes], bytes]) -> None:
    path = put(shop, "a.csv", TEXT)
    load(shop)
    put(shop, "a.csv.packed", pack(TEXT.encode()))
    assert {file.outcome for file in load(shop).files} == {"unchanged", "duplicate"}
    path.unlink()
    load(shop)
    assert len(live(shop)) == 5


@each_packer
def test_a_packed_file_that_grew_takes_the_place_of_its_beginning(
    shop: Workspace, pack: Callable[[bytes], bytes]
) -> None:
    put(shop, "a.csv.packed", pack(TEXT.encode()))
    load(shop)
    put(shop, "b.csv.packed", pack(f"{TEXT}9,2026-02-01,90\n".encode()))
    load(shop)
    assert [customer for customer, *_ in live(shop)] == ["0", "1", "2", "3", "4", "9"]


@each_packer
def test_a_broken_record_of_a_packed_file_is_rejected(shop: Workspace, pack: Callable[[bytes], bytes]) -> None:
    put(shop, "a.csv.packed", pack(f"{TEXT}cut\n".encode()))
    load(shop)
    assert [(line, payload) for line, _, payload in rejected(shop)] == [(7, "cut")]
    assert len(live(shop)) == 5


@each_packer
def test_a_file_that_was_packed_to_do_harm_is_refused(
    shop: Workspace, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 3 * limits.MEBIBYTE)
    monkeypatch.setattr(limits, "UNPACKED_TIMES", 100_000)
    put(shop, "bomb.packed", pack(b"0" * (4 * limits.MEBIBYTE)))
    put(shop, "good.csv", TEXT)
    report = load(shop)
    (problem,) = report.problems
    assert problem.what == "The file cannot be unpacked: the packed file holds more than 3 MB, too much for its size."
    assert (problem.file, report.loaded) == ("inbox/bomb.packed", 5)
    assert [one.what for one in check_sources(shop)] == [problem.what]


def test_what_a_file_unpacks_to_is_bound_by_its_own_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNPACKED_TIMES", 10)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"0" * (2 * limits.MEBIBYTE)))
    with pytest.raises(RuntimeError, match="more than 1 MB, too much for its size"), open_plain(path) as file:
        file.read()


@pytest.mark.parametrize("cut", [20, 60])
@each_packer
def test_a_damaged_file_is_a_problem_and_the_others_are_loaded(
    shop: Workspace, pack: Callable[[bytes], bytes], cut: int
) -> None:
    packed = pack(json.dumps([*range(3_000)]).encode())
    put(shop, "a.packed", packed[:-cut])
    put(shop, "good.csv", TEXT)
    report = load(shop)
    assert [problem.file for problem in report.problems if problem.severity == "error"] == ["inbox/a.packed"]
    assert report.loaded == 5


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("a.csv",), "zip"),
        (("folder/a.csv", "__MACOSX/._a.csv"), "zip"),
        (("a.csv", "b.csv"), None),
        (("xl/workbook.xml",), None),
        (("[Content_Types].xml",), None),
        (("mimetype",), None),
    ],
)
def test_a_zip_file_counts_as_packed_where_it_holds_one_file(
    tmp_path: Path, names: tuple[str, ...], expected: str | None
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(b"a", *names))
    assert packing_of(path) == expected


def test_a_plain_file_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    assert plain_copy(path, tmp_path / "scratch") == path
    assert not (tmp_path / "scratch").exists()
