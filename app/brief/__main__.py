"""Write the brief of a workspace's release: `python -m app.brief`. In: a workspace. Out: its HTML and PDF files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.brief.write import everyone, file_name, write
from app.kit.formatting import count_of

if TYPE_CHECKING:
    from app.kit.page_session import PageSession
    from app.kit.selection import Filters

# What the brief can be narrowed to, as pages can.
NARROWED: Final = ("segment", "region")


def save(session: PageSession, folder: Path, formats: Sequence[str], filters: Filters | None = None) -> list[Path]:
    """Write the brief of the session's release, of all customers or those of `filters`, below `folder`."""
    from app.brief.html import html_of
    from app.brief.pdf import pdf_of

    folder.mkdir(parents=True, exist_ok=True)
    page = write(session, filters)
    written = []
    for kind in formats:
        file = folder / f"{file_name(session.document, filters)}.{kind}"
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
    for name in NARROWED:
        parser.add_argument(f"--{name}", default=None, metavar="VALUE", help="default: all customers")
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
    for name in NARROWED:
        offered, asked = session.values(f"person__{name}"), getattr(options, name)
        if asked is not None and asked not in offered:
            print(f"No customer of this release has the {name} {asked!r}.", file=sys.stderr)
            print(f"Known: {', '.join(offered) or 'none'}.", file=sys.stderr)
            return 1
    filters = replace(everyone(session), segment=options.segment, region=options.region)
    try:
        files = save(session, options.output, options.formats or ("html", "pdf"), filters)
    except OSError as refused:
        print(f"The brief cannot be written to {options.output}: {refused.strerror}.", file=sys.stderr)
        print("Name a folder that may be written with --output.", file=sys.stderr)
        return 1
    for file in files:
        print(f"{file}  ({count_of(file.stat().st_size / 1024, 'kB', 'kB')})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
