"""An Excel workbook of the inbox in, its one sheet as delimited text out.

A workbook with several filled sheets is refused: nothing says which of them is meant. Cells become text as the file's
own values do: days and times in ISO form, whole numbers without a decimal point, empty cells as nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from pathlib import Path
from typing import Any, Final

from ingestion.readers.packing import PackedFileError
from workspace.configuration import limits

_ZIP: Final = b"PK\x03\x04"
_PART: Final = "xl/workbook.xml"


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook (.xlsx), whatever its name."""
    with path.open("rb") as file:
        if file.read(4) != _ZIP:
            return False
    try:
        with zipfile.ZipFile(path) as packed:
            return _PART in packed.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def workbook_as_text(path: Path, target: Path, *, delimiter: str) -> Path:
    """Write the one filled sheet of a workbook as delimited text.

    Args:
        path: the workbook.
        target: the text to write.
        delimiter: between its cells.

    Raises:
        PackedFileError: when it cannot be read, is larger than the limits, or holds several filled sheets.
    """
    # Only who reads a workbook pays for the import.
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    with zipfile.ZipFile(path) as packed:
        size = sum(one.file_size for one in packed.infolist())
    if size > limits.WORKBOOK_BYTES:
        raise PackedFileError(f"the workbook holds more than {limits.in_words(limits.WORKBOOK_BYTES)}")
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
            filled = [sheet for sheet in sheets if sheet.height]
            if len(filled) > 1:
                raise PackedFileError(f"the workbook has {len(filled)} filled sheets, and one is read")
            with target.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
                for sheet in filled:
                    writer.writerows([_text(cell) for cell in row] for row in sheet.iter_rows())
    except PasswordError:
        raise PackedFileError("the workbook is locked by a password") from None
    except CalamineError:
        raise PackedFileError("the workbook is damaged") from None
    return target


def _text(cell: Any) -> str:
    """A cell as text."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case dt.datetime() if cell.time() == dt.time():
            return cell.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return cell.isoformat()
        case None:
            return ""
        case _:
            return str(cell)
