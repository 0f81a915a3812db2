"""The command that adds a source: tries it, writes it into cx.yml, and proposes rows of the mappings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import WorkspaceOption, err, out, print_problems, print_table, progress, workspace_folder
from workspace import Problem, WorkspaceError
from workspace.configuration.described import described_entities, described_vendors, has_endpoint, is_landed
from workspace.configuration.editing import PROPOSED, accept_proposals, add_source, kept_unless_valid, write_proposals
from workspace.configuration.sources import LandedBy
from workspace.paths import WorkspacePaths
from workspace.vocabulary import KINDS

if TYPE_CHECKING:
    from ingestion.checks.proposals import Proposal

_TOOLS: Final = get_args(LandedBy)
_FILES_OF_TABLES: Final = ("sqlite", "duckdb", "parquet")
# Proposals that the terminal shows of each mapping; the files hold them all.
_MOST_SHOWN = 8


def connect(
    vendor: Annotated[str, typer.Argument(help="A vendor, such as hubspot; not needed with --accept.")] = "",
    entity: Annotated[
        list[str] | None, typer.Option("--entity", metavar="KIND/ENTITY", help="What to read: crm/contacts. Repeat it.")
    ] = None,
    path: Annotated[str, typer.Option(metavar="GLOB", help="Files below the workspace: inbox/contacts/*.json.")] = "",
    token: Annotated[str, typer.Option(metavar="NAME", help="The variable that holds the API's key.")] = "",
    user: Annotated[str, typer.Option(help="Who the key belongs to, where the vendor asks for it.")] = "",
    url: Annotated[str, typer.Option(help="The API's address, where it is not the vendor's usual one.")] = "",
    value: Annotated[
        list[str] | None,
        typer.Option("--value", metavar="NAME=VALUE", help="What the API asks for. Repeat it."),
    ] = None,
    landed: Annotated[str, typer.Option(metavar="TOOL", help="airbyte, dlt or fivetran: it copied the tables.")] = "",
    connection: Annotated[
        str,
        typer.Option(metavar="URL", help="Where the tables are: env:NAME, or a file such as duckdb:///lake.duckdb."),
    ] = "",
    schema: Annotated[str, typer.Option(help="The schema that the tables are in.")] = "",
    table: Annotated[str, typer.Option(help="The table, where it is not called as the tool usually does.")] = "",
    name: Annotated[str, typer.Option(help="The source's name. Default: the vendor's and the entity's.")] = "",
    namespace: Annotated[str, typer.Option(help="Whose customer ids these are. Default: the vendor's.")] = "",
    accept: Annotated[bool, typer.Option("--accept", help="Take what is proposed into the mappings.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Add a source: try it, write it into cx.yml, and propose rows of the mappings."""
    root = workspace_folder(workspace)
    if accept:
        _accept(root)
        return
    vendor = vendor or _asked("Vendor")
    if landed or connection:
        if not (landed in _TOOLS and connection) or path or token:
            what = "Tables that a tool landed need both --landed and --connection, and neither --path nor --token."
            fix = f"Write --landed {' or '.join(_TOOLS)}, and --connection env:NAME."
            raise WorkspaceError([Problem(file="cx connect", what=what, fix=fix)])
        base = {"vendor": vendor, "id_namespace": namespace or vendor, "landed": landed, "url": _address(connection)}
        for one, place in _tables(root, base, entity or [], schema=schema, table=table).items():
            kind, _, word = one.partition("/")
            own = {"name": name or f"{vendor}_{word}", "kind": kind, "entity": word, "table": place}
            _connect(root, {**own, **base})
        _ask_to_read(root)
        return
    if not (path or token):
        path = _asked("Files, as a pattern below the workspace (empty for the API)")
    if not (path or token):
        token = _asked("Variable that holds the API's key")
    entities = _entities(vendor, entity or [], is_api=bool(token))
    way = _way_in(path, token, user, url, value or [])
    if len(entities) > 1 and not token:
        what = f"'{path or '--path'}' holds one entity, and {len(entities)} are named."
        raise WorkspaceError(
            [Problem(file="--entity", what=what, fix="Run 'cx connect' once for each, with its files.")]
        )
    for one in entities:
        kind, _, word = one.partition("/")
        source = {
            "name": name or f"{vendor}_{word}",
            "kind": kind,
            "vendor": vendor,
            "entity": word,
            "id_namespace": namespace or vendor,
            **way,
        }
        _connect(root, {key: value for key, value in source.items() if value})
    _ask_to_read(root)


def _ask_to_read(root: Path) -> None:
    out().print(
        f"Read the proposals, change or remove lines, then: cx connect --accept --workspace {escape(str(root))}",
        soft_wrap=True,
    )


def _tables(root: Path, base: dict[str, str], named: Sequence[str], *, schema: str, table: str) -> dict[str, str]:
    """The table of every entity that is there, or of those that are named.

    Raises:
        WorkspaceError: an entity is not described, has no table, or the place of the tables cannot be reached.
    """
    from ingestion.connect import find_tables

    vendor, tool = base["vendor"], base["landed"]
    known = _landed_entities(vendor, tool)
    strange = [one for one in named if one not in known]
    if strange or not known:
        what = f"{vendor} has no entity '{strange[0]}' in tables of {tool}." if strange else ""
        fix = f"Name one of {', '.join(known)} with --entity." if known else "Read files by --path, or the API."
        what = what or f"Tables that {tool} landed are not described for {vendor}."
        raise WorkspaceError([Problem(file="--entity", what=what, fix=fix)])
    if table and len(named) != 1:
        what = "--table names the table of one entity."
        raise WorkspaceError([Problem(file="--table", what=what, fix=f"Name it with --entity: {', '.join(known)}.")])
    with progress(f"Looking for tables of {vendor}"):
        return find_tables(root, base, [*named] or known, schema=schema, table=table, all_of_them=bool(named))


def _address(connection: str) -> str:
    """Where tables are, as cx.yml names it: a variable, or a file of the workspace.

    Raises:
        WorkspaceError: it is a server's url, which holds a password.
    """
    scheme, sign, _ = connection.partition("://")
    if not sign:
        return f"env:{connection.removeprefix('env:')}"
    if scheme not in _FILES_OF_TABLES:
        what = "A server's url holds a password, which does not belong in a file."
        fix = "Put the url into a variable, and write --connection env:NAME."
        raise WorkspaceError([Problem(file="--connection", what=what, fix=fix)])
    return connection


def _landed_entities(vendor: str, tool: str) -> list[str]:
    """`<kind>/<entity>` of all that a tool's tables of a vendor can be read as.

    Raises:
        WorkspaceError: the vendor is not described.
    """
    if vendor not in described_vendors():
        what = f"Vendor '{vendor}' is not described." if vendor else "No vendor is named."
        fix = f"Use one of {', '.join(described_vendors())}."
        raise WorkspaceError([Problem(file="cx connect", what=what, fix=fix)])
    entities = [f"{kind}/{one}" for kind in KINDS for one in described_entities(vendor, kind)]
    return [one for one in entities if is_landed(vendor, one, tool)]


def _asked(question: str) -> str:
    """What a person answers; nothing where no person is there to be asked."""
    return str(typer.prompt(question, default="", show_default=False)).strip() if _is_asked() else ""


def _is_asked() -> bool:
    """Whether a person sits at a terminal."""
    return sys.stdin.isatty()


def _entities(vendor: str, named: Sequence[str], *, is_api: bool) -> list[str]:
    """`<kind>/<entity>` of each source to be made.

    Raises:
        WorkspaceError: the vendor is not described, has no such entity, or has several of which none is named.
    """
    if vendor not in described_vendors():
        what = f"Vendor '{vendor}' is not described." if vendor else "No vendor is named."
        known = ", ".join(described_vendors())
        fix = f"Use one of {known}. Other files are sources of vendor csv: see cx.yml."
        raise WorkspaceError([Problem(file="cx connect", what=what, fix=fix)])
    all_of_them = [f"{kind}/{one}" for kind in KINDS for one in described_entities(vendor, kind)]
    if is_api:
        all_of_them = [one for one in all_of_them if has_endpoint(vendor, one)]
    if not named and len(all_of_them) > 1 and not is_api and (answer := _asked(f"One of {', '.join(all_of_them)}")):
        named = [answer]
    strange = [one for one in named if one not in all_of_them]
    if strange or not (named or len(all_of_them) == 1 or is_api):
        what = f"{vendor} has no entity '{strange[0]}'." if strange else f"{vendor} has several entities."
        fix = f"Name one with --entity: {', '.join(all_of_them) or 'its API is not described'}."
        raise WorkspaceError([Problem(file="--entity", what=what, fix=fix)])
    return [*named] or all_of_them


def _way_in(path: str, token: str, user: str, url: str, values: Sequence[str]) -> dict[str, Any]:
    """The keys of a source that say where it is: `path`, or `api`."""
    if bool(path) == bool(token):
        what = (
            "Say where it is: --path for files, or --token for the API." if not path else "Say one of --path, --token."
        )
        raise WorkspaceError([Problem(file="cx connect", what=what, fix="cx connect --help shows both.")])
    if path:
        return {"path": path}
    unnamed = [one for one in values if "=" not in one]
    if unnamed:
        what = f"'{unnamed[0]}' does not say what it is the value of."
        raise WorkspaceError([Problem(file="--value", what=what, fix="Write NAME=VALUE, such as form=VWO7mLtl.")])
    pairs = [one.partition("=") for one in values]
    said: dict[str, Any] = {"token": f"env:{token.removeprefix('env:')}", "user": user, "url": url}
    said["values"] = {key: one for key, _, one in pairs}
    return {"api": {key: one for key, one in said.items() if one}}


def _connect(root: Path, source: dict[str, Any]) -> None:
    """Add one source, unless it cannot be read; then cx.yml is as it was."""
    from ingestion.connect import look_at

    name = source["name"]
    with kept_unless_valid([WorkspacePaths(root).config]):
        loaded = add_source(root, source)
        with progress(f"Looking at {name}"):
            look = look_at(loaded, name)
        print_problems(look.problems)
        if any(problem.severity == "error" for problem in look.problems):
            err().print(f"'{name}' was not added to cx.yml.")
            raise typer.Exit(1)
    out().print(f"Added source '{name}' to cx.yml: {look.records:,} records looked at.")
    if not look.proposals:
        return
    found: dict[str, list[dict[str, str]]] = {}
    for one in look.proposals:
        found.setdefault(one.file, []).append({**one.row, "seen": str(one.seen), "why": one.why})
    written = write_proposals(loaded, found)
    out().print(f"Proposed, and not in force yet: {', '.join(loaded.paths.relative(path) for path in written)}")
    _show(look.proposals)


def _show(proposals: Sequence[Proposal]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("mapping", "what", "is proposed as", "seen", "because"):
        table.add_column(column, overflow="fold")
    shown: dict[str, int] = {}
    for one in proposals:
        shown[one.file] = shown.get(one.file, 0) + 1
        if shown[one.file] <= _MOST_SHOWN:
            table.add_row(*(escape(cell) for cell in (one.file, *_spoken(one), f"{one.seen:,}", one.why)))
    print_table(table)
    for file, count in shown.items():
        if count > _MOST_SHOWN:
            out().print(f"... and {count - _MOST_SHOWN} more in {PROPOSED}/{file}.csv")


def _spoken(one: Proposal) -> tuple[str, str]:
    """What a proposal is about, and what it says of it."""
    row = one.row
    match one.file:
        case "touchpoint_types":
            return row["event"], f"{row['touchpoint']} ({row['role']}, {row['occurrence']}, {row['stage']})"
        case "channels":
            return f"{row['utm_source'] or '-'} / {row['utm_medium'] or '-'}", f"{row['channel']} ({row['presence']})"
        case "survey_codebook":
            scale = f" {row['scale_min']}-{row['scale_max']}" if row["scale_min"] else ""
            return row["question_id"], f"{row['construct']}{scale}"
        case _:
            return row["column"], f"{row['attribute']} ({row['kind']})"


def _accept(root: Path) -> None:
    gained = accept_proposals(root)
    if not gained:
        out().print("Nothing is proposed.")
        return
    for file, count in gained.items():
        out().print(f"{file}.csv: {count} rows added")
    sys.stdout.flush()
