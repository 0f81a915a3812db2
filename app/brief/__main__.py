"""Write the brief of a workspace's release: `python -m app.brief`. In: a workspace. Out: its HTML and PDF files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.brief.write import file_name, write
from app.kit.formatting import count_of

if TYPE_CHECKING:
    from app.kit.page_session import PageSession


def save(session: PageSession, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the brief of the session's release below `folder`; returns the files."""
    from app.brief.html import html_of
    from app.brief.pdf import pdf_of

    folder.mkdir(parents=True, exist_ok=True)
    page = write(session)
    written = []
    for kind in formats:
        file = folder / f"{file_name(session.document)}.{kind}"
        file.write_bytes(html_of(page).encode() if kind == "html" else pdf_of(page))
        written.append(file)
    return written


def main(arguments: Sequence[str]) -> int:
    """Write the brief of a workspace's release, and print the files that it became."""
    from streamlit.logger import set_log_level

    set_log_level("ERROR")  # Streamlit warns that no server is running, also of every module that is imported
    from app.kit.page_session import open_session
    from serving import NoRelease, UserError
    from workspace.environment import prepare_libraries

    parser = argparse.ArgumentParser(prog="python -m app.brief", description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--release", default=None, metavar="RUN_ID", help="default: the live one")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--format", action="append", choices=("html", "pdf"), dest="formats")
    options = parser.parse_args(arguments)
    prepare_libraries()
    try:
        session = open_session(options.workspace, options.release)
    except NoRelease as missing:
        print(f"{missing.what}\nLooked for {missing.looked_for}\nRun: {missing.command}", file=sys.stderr)
        return 1
    except UserError as unknown:
        print(f"{unknown.what}\n{unknown.fix}", file=sys.stderr)
        return 1
    try:
        files = save(session, options.output, options.formats or ("html", "pdf"))
    except OSError as refused:
        print(f"The brief cannot be written to {options.output}: {refused.strerror}.", file=sys.stderr)
        print("Name a folder that may be written with --output.", file=sys.stderr)
        return 1
    for file in files:
        print(f"{file}  ({count_of(file.stat().st_size / 1024, 'kB', 'kB')})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
