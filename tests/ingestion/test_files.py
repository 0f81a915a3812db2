"""A readable text says the same as the file, wherever the pieces that it is read in happen to end."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.readers import files
from ingestion.readers.files import MARK, first_undecodable_byte, make_readable, prefix_hashes

PIECES = st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b'"', "é€😀".encode(), b"\xff", b"\xc3", b"\0"]))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=PIECES, size=st.integers(1, 7))
def test_line_numbers_match_the_original_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], size: int
) -> None:
    monkeypatch.setattr(files, "CHUNK_BYTES", size)
    content = b"".join(pieces)
    path = tmp_path / "file"
    path.write_bytes(content)
    text = make_readable(path, "utf-8", tmp_path / "scratch")

    expected = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", errors="replace", newline=None).read().split("\n")
    found = text.path.read_text("utf-8-sig").replace("\r\n", "\n").split("\n")
    assert len(found) == len(expected)
    for was, now in zip(expected, found, strict=True):
        is_clean = "\ufffd" not in was and "\0" not in was
        assert (now == was) if is_clean else (MARK in now)
    assert text.is_marked == any(MARK in line for line in found)
    assert text.has_quotes == (b'"' in content)
    assert text.longest_line >= max(len(line.encode()) for line in found)
    if content:
        assert text.ends_with_newline == (found[-1] == "")


def test_a_clean_file_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes("a;é\r\nb;c\r\n".encode())
    assert make_readable(path, "utf-8", tmp_path / "scratch").path == path
    path.write_bytes(b"plain ASCII\n")
    assert make_readable(path, "cp1252", tmp_path / "scratch").path == path


@pytest.mark.parametrize(
    ("content", "encoding", "offset"),
    [
        (b"abc\xff", "utf-8", 3),
        (b"abc\xc3", "utf-8", 3),
        ("é".encode() * 5 + b"\xe9x", "utf-8", 10),
        (b"\xef\xbb\xbfab\x80", "utf-8", 5),
        (b"ab\x81", "cp1252", 2),
        ("é".encode(), "utf-8", None),
        (b"\xff" * 9, "latin-1", None),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 1024])
def test_the_first_undecodable_byte_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, encoding: str, offset: int | None, size: int
) -> None:
    monkeypatch.setattr(files, "CHUNK_BYTES", size)
    path = tmp_path / "file"
    path.write_bytes(content)
    assert first_undecodable_byte(path, encoding) == offset


def test_prefix_hashes_match_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK_BYTES", 3)
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    found = prefix_hashes(path, [7, 2, 10, 11, 2])
    assert found == {size: hashlib.sha256(b"0123456789"[:size]).hexdigest() for size in (2, 7, 10)}
