"""dbt-duckdb's plugin: a connection to the warehouse comes in, and knows the functions that no SQL can express.

The profile names this module. On another engine, register the same functions under the same names: macros dispatch.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Final

from dbt.adapters.duckdb.plugins import BasePlugin

from dbt_project.methods.identity.phones import e164

# Functions that models call. "special": a text that is not a number gives NULL, and a company may have no region.
_FUNCTIONS: Final = {"phone_e164": e164}


class Plugin(BasePlugin):  # type: ignore[misc] # dbt-duckdb ships no types
    """Functions of staging, each a pure function of `methods`."""

    def configure_connection(self, conn: Any) -> None:
        """Register them; models call them through macros."""
        for name, function in _FUNCTIONS.items():
            conn.create_function(name, function, ["VARCHAR", "VARCHAR"], "VARCHAR", null_handling="special")
        conn.create_function("code_of_node", code_of_node, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR")


def code_of_node(compiled: str, language: str, declared: str) -> str:
    """A name for all code that decides what a model or a test gives, its inputs aside: other code, another name.

    Args:
        compiled: the node's SQL or Python, with what its macros gave.
        language: `sql` or `python`.
        declared: what its YAML declares of how it is built.

    Returns:
        `by ` and a digest. Python's part in it, and the packages installed, are one for all nodes that use any.
    """
    runs_python = language == "python" or any(name in compiled for name in _FUNCTIONS)
    parts = (compiled, declared, _code_of_methods() if runs_python else _engine())
    return f"by {hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"


@cache
def _engine() -> str:
    digest = hashlib.sha256()
    for package in ("duckdb", "dbt-core", "dbt-duckdb"):
        for one in distributions(name=package):
            digest.update(f"{package} {one.version}".encode())
    # What builds and remembers, which dbt does not compile into a model.
    for path in sorted((Path(__file__).parent / "materializations").glob("*.sql")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _code_of_methods() -> str:
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted([*folder.glob("*.py"), *(folder / "methods").rglob("*.py")]):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    for installed in sorted(f"{one.name} {one.version}" for one in distributions()):
        digest.update(installed.encode())
    return digest.hexdigest()
