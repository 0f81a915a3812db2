"""The SQL by which the warehouse reads times, for reading one before there is a warehouse.

There is one grammar of times, the macros in dbt_project/macros/times/times.sql: they are rendered here, not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

_MACROS: Final = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "times" / "times.sql"
# These ask a warehouse that is not there.
_ASKING: Final = re.compile(r"\{% macro (timestamp_formats|earliest_date)\(\).*?endmacro %\}", re.DOTALL)


class _Adapter:
    """dbt's `adapter` as far as the macros use it: every dispatch goes to the default implementation."""

    def __init__(self) -> None:
        self.macros: Any = None

    def dispatch(self, name: str) -> Callable[..., str]:
        implementation: Callable[..., str] = getattr(self.macros, f"default__{name}")
        return implementation


@cache
def time_expression(pattern: str | None, earliest: str) -> str:
    """SQL that reads column `text` in the zone of column `zone` as UTC.

    Args:
        pattern: a timestamp_format that can be used; None for times without one.
        earliest: the first day of a valid time.
    """
    # dbt renders its macros by it; only who checks times pays for the import.
    from jinja2 import Environment

    formats: Sequence[str] = [pattern] if pattern else []
    adapter = _Adapter()
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    environment.globals.update(
        {
            "adapter": adapter,
            "return": lambda value: value,
            "timestamp_formats": lambda: formats,
            "earliest_date": lambda: earliest,
        }
    )
    adapter.macros = environment.from_string(_ASKING.sub("", _MACROS.read_text(encoding="utf-8"))).module
    stated = f"'{pattern}'" if pattern else "cast(null as varchar)"
    return str(adapter.macros.parse_timestamp("text", stated, "zone"))
