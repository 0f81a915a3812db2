"""dbt-duckdb's plugin: a connection to the warehouse comes in, and knows the functions that no SQL can express.

The profile names this module. On another engine, register the same functions under the same names: macros dispatch.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from dbt_project.methods.identity.phones import e164


class Plugin(BasePlugin):  # type: ignore[misc] # dbt-duckdb ships no types
    """Functions of staging, each a pure function of `methods`."""

    def configure_connection(self, conn: Any) -> None:
        """Register them; models call them through macros."""
        # "special": a text that is not a number gives NULL, and a company may have no region.
        conn.create_function("phone_e164", e164, ["VARCHAR", "VARCHAR"], "VARCHAR", null_handling="special")
