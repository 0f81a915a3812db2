"""`cx explain-identity`: an identifier in; the person behind it, and the links that made them, oldest first, out.

Reads the warehouse of the last build. No other identifier is printed than the one that was asked for: the others are
shown by their type and their key, which is a pseudonym.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import WorkspaceOption, existing_paths, out, print_table
from workspace.errors import Problem, WorkspaceError
from workspace.machine import machine_trouble
from workspace.texts import clean_id

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_METHODS: Final = {
    "contact": "a contact of the CRM has both",
    "identify": "they identified themselves on the device",
    "alias": "an alias call joined them",
    "email": "an identify call gave the address",
    "phone": "an identify call gave the number",
    "recipient": "a survey was sent to the address",
    "ticket": "a ticket names both",
    "requester": "a ticket's requester has the address or number",
    "mention": "a public mention names both",
}
_REFUSALS: Final = {
    "guarded": "not followed: one of the two is guarded",
    "shared_device": "not followed: another person was first on the device",
    "veto": "not followed: identity_vetoes.csv forbids it",
}
_LOWER: Final = ("email", "author")
# Types whose fillers stay identifiers: what is done under them counts, but for no customer.
_FILLED: Final = ("customer", "anonymous")
_LINKS: Final = """
with mine as (
    select identifier_key from intermediate.int_identity__identifiers where person_id = $person
)
select linked_at, method, refusal, data_source, type_a, identifier_a, type_b, identifier_b
from intermediate.int_identity__links
where identifier_a in (from mine) or identifier_b in (from mine)
order by linked_at nulls first, method, identifier_a, identifier_b
"""


@dataclass(frozen=True)
class Identifier:
    """One identifier that the warehouse knows, and whose it is."""

    key: int
    kind: str
    namespace: str
    person: int
    is_guarded: bool


def explain_identity(
    identifier: Annotated[
        str, typer.Argument(metavar="IDENTIFIER", help="An address, customer id, device id, ...; or a key of a person.")
    ],
    workspace: WorkspaceOption = None,
) -> None:
    """The links that made a person, oldest first, and those that were not followed."""
    paths = existing_paths(workspace)
    with _opened(paths.raw_database) as connection:
        found = list(_find(connection, clean_id(identifier)))
        if not found:
            raise WorkspaceError([_unknown(paths.raw_database)])
        for one in found:
            _print_person(connection, one, asked=clean_id(identifier))


def _find(connection: DuckDBPyConnection, text: str) -> Iterator[Identifier]:
    """Every identifier that the text can mean: of any type and namespace, or a key as in the marts."""
    named = dict(_keys(connection, text))
    if text.lstrip("-").isdigit() and -(2**63) <= int(text) < 2**63:
        named.setdefault(int(text), "")
    rows = connection.execute(
        "select identifier_key, identifier_type, person_id, is_guarded from intermediate.int_identity__identifiers "
        "where identifier_key in (select unnest($keys)) order by identifier_type, identifier_key",
        {"keys": list(named)},
    ).fetchall()
    for key, kind, person, is_guarded in rows:
        yield Identifier(key=key, kind=kind, namespace=named[key], person=person, is_guarded=is_guarded)


def _keys(connection: DuckDBPyConnection, text: str) -> Iterable[tuple[int, str]]:
    """Key and namespace of the text as an identifier of every type: the same HMAC as `identifier_key` in dbt."""
    (pad,) = connection.execute("select ipad from secret.key_pads").fetchone() or (b"",)
    secret = bytes(byte ^ 0x36 for byte in pad)
    spaces = connection.execute(
        "select identifier_type, id_namespace from intermediate.int_identity__namespaces"
    ).fetchall()
    words = connection.execute("select word from raw_config.identity_junk where kind = 'id'").fetchall()
    fillers = {word for (word,) in words}
    from dbt_project.methods.identity.phones import e164

    (region,) = connection.execute("select phone_region from raw_config.settings").fetchone() or (None,)
    for kind, namespace in spaces:
        value = e164(text, region) if kind == "phone" else text.lower() if kind in _LOWER else text
        if value is None:
            continue
        if kind in _FILLED and value.lower() in fillers:
            value = value.lower()  # staging writes a filler as one word
        digest = hmac.new(secret, f"{kind}|{namespace}|{value}".encode(), hashlib.sha256).digest()
        yield int.from_bytes(digest[:8], "big", signed=True), namespace


def _print_person(connection: DuckDBPyConnection, one: Identifier, *, asked: str) -> None:
    console = out()
    (identifiers,) = connection.execute(
        "select count(*) from intermediate.int_identity__identifiers where person_id = ?", [one.person]
    ).fetchone() or (0,)
    where = f" of {one.namespace}" if one.namespace else ""
    shared = "1 identifier" if identifiers == 1 else f"{identifiers} identifiers"
    console.print(escape(f"{one.kind} {asked}{where}: person {one.person}, {shared}"), soft_wrap=True)
    if one.is_guarded:
        console.print(escape(f"It joins no people: {_guard(connection, one.key)}."), soft_wrap=True)
    links = connection.execute(_LINKS, {"person": one.person}).fetchall()
    if not links:
        console.print("No source links it to anything.")
        return
    table = Table("since (UTC)", "one", "other", "because", "source", "", box=None)
    for at, method, refusal, source, type_a, key_a, type_b, key_b in links:
        table.add_row(
            f"{at:%Y-%m-%d %H:%M:%S}" if at else "always",
            *(escape(_name(kind, key, one, asked)) for kind, key in ((type_a, key_a), (type_b, key_b))),
            _METHODS[method],
            escape(source),
            _REFUSALS.get(refusal, ""),
        )
    print_table(table)


def _name(kind: str, key: int, asked_for: Identifier, asked: str) -> str:
    return f"{kind} {asked}" if key == asked_for.key else f"{kind} #{key}"


def _guard(connection: DuckDBPyConnection, key: int) -> str:
    row = connection.execute(
        "select reason, shared_by, shared_by_type, bound from intermediate.int_identity__guarded "
        "where identifier_key = ?",
        [key],
    ).fetchone()
    if row is None or row[0] == "junk":
        return "it stands for 'none'"
    _, count, kind, bound = row
    return f"{count} identifiers of type {kind} share it, and more than {bound} cannot be one person"


def _opened(database: Path) -> Any:
    """The warehouse of the last build, read-only.

    Raises:
        WorkspaceError: nothing has been built, or a run holds it.
    """
    import duckdb

    if not database.is_file():
        raise WorkspaceError([_nothing_built(database)])
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.IOException as error:
        if machine_trouble(error):
            raise
        fix = "Ask again when the run has ended; 'cx status' shows that."
        raise WorkspaceError([Problem(file=str(database), what="A run holds the warehouse.", fix=fix)]) from error
    built = connection.execute(
        "select count(*) from information_schema.tables where table_name = 'int_identity__links'"
    ).fetchone()
    if built == (0,):
        connection.close()
        raise WorkspaceError([_nothing_built(database)])
    return connection


def _nothing_built(database: Path) -> Problem:
    return Problem(file=str(database), what="No identities have been resolved yet.", fix="Run: cx run")


def _unknown(database: Path) -> Problem:
    return Problem(
        file=str(database),
        what="No source knows this identifier.",
        fix="Write it as the source does (addresses and authors in any case, phones in any spelling), "
        "or give a key of a person.",
    )
