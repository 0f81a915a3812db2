"""A model's SQL without dbt: a model's name in, DuckDB SQL out, whose refs are plain table names.

A dbt call takes seconds to parse the project; a property test asks for hundreds of runs of one model.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
RULES = ("first", "last", "last_non_direct", "linear", "position", "time_decay")
STAGES = ("awareness", "discovery", "purchase", "use", "loyalty", "advocacy")


class _Adapter:
    """dbt's `adapter` as far as the project's macros use it: every dispatch goes to the default implementation."""

    def __init__(self) -> None:
        self.macros: Any = None

    def dispatch(self, name: str) -> Callable[..., str]:
        implementation: Callable[..., str] = getattr(self.macros, f"default__{name}")
        return implementation


class _Exceptions:
    """dbt's `exceptions` as far as the project's macros use it."""

    @staticmethod
    def raise_compiler_error(message: str) -> None:
        raise ValueError(message)


def register_of_reasons() -> dict[str, dict[str, str]]:
    """Return the reasons of `dbt_project/macros/concepts/reasons.sql`: code -> its text, group and so on."""
    return _register("reasons")


def register_of_groups() -> dict[str, str]:
    """Return the groups of reasons of `dbt_project/macros/concepts/reasons.sql`: code -> text."""
    return _register("reason_groups")


@cache
def _register(name: str) -> dict[str, Any]:
    text = file_of("reasons").read_text()
    found = re.search(rf"macro {name}\(\).*?return\((?P<register>\{{.*?\}})\) \}}\}}", text, flags=re.DOTALL)
    assert found is not None
    register: dict[str, Any] = ast.literal_eval(found["register"])
    return register


def file_of(name: str) -> Path:
    """Return the file of a model or a macro, `<name>.sql` or `<name>.py`, whichever folder it is in."""
    (found,) = _files()[name]
    return found


@cache
def _files() -> dict[str, list[Path]]:
    """Return all files of models and macros, by their names without the ending."""
    found: dict[str, list[Path]] = {}
    for folder in ("models", "macros"):
        for path in (PROJECT / folder).rglob("*"):
            if path.suffix in (".sql", ".py"):
                found.setdefault(path.stem, []).append(path)
    return found


@cache
def declared_marts() -> tuple[dict[str, Any], ...]:
    """Return every mart as its YAML declares it."""
    files = (PROJECT / "models" / "marts").rglob("*.yml")
    loaded = (yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader) for file in files)
    return tuple(model for one in loaded for model in one.get("models", []))


def declared_feeds() -> list[dict[str, Any]]:
    """Return the feeds of the marts' YAML, by name, as the macro of that name does in dbt."""
    found = [
        {"feed": feed, "mart": mart["name"], "answers_of": [], "rests_on": [], **declared}
        for mart in declared_marts()
        for feed, declared in mart["config"].get("meta", {}).get("feeds", {}).items()
    ]
    return sorted(found, key=lambda one: str(one["feed"]))


def render(model: str) -> str:
    """Return the SQL of a model."""
    return render_text(file_of(model).read_text())


def render_text(text: str, *, formats: Sequence[str] = (), earliest: str = "1976-01-01") -> str:
    """Return the SQL of a text that uses the project's macros.

    Args:
        text: the template.
        formats: the timestamp formats of the sources.
        earliest: the first day of a valid time.
    """
    environment, macros = _with_macros(tuple(formats), earliest)
    return environment.from_string(text).render(macros)


@cache
def _with_macros(formats: tuple[str, ...], earliest: str) -> tuple[Environment, dict[str, Any]]:
    """Return what renders a text, and the project's macros by name: to compile them all takes half a second."""
    adapter = _Adapter()
    environment = Environment(extensions=["jinja2.ext.do"])
    environment.globals.update(
        {
            "adapter": adapter,
            "return": lambda value: value,
            "ref": lambda name: name,
            "source": lambda schema, table: f"{schema}.{table}",
            "exceptions": _Exceptions,
            # How dbt stores the model.
            "config": lambda **_: "",
            # A macro of plain Jinja returns text; these return a list and a mapping in dbt, or ask the warehouse.
            "stages": lambda: list(STAGES),
            "attribution_rules": lambda: list(RULES),
            "reasons": register_of_reasons,
            "reason_groups": register_of_groups,
            "declared_feeds": declared_feeds,
            "timestamp_formats": lambda: list(formats),
            "earliest_date": lambda: earliest,
        }
    )
    macros = "\n".join(path.read_text() for path in sorted((PROJECT / "macros").rglob("*.sql")))
    replaced = (
        "stages|attribution_rules|reasons|reason_groups|declared_feeds|declared_dates|timestamp_formats|earliest_date"
    )
    macros = re.sub(rf"\{{% macro ({replaced})\(\).*?endmacro %\}}", "", macros, flags=re.DOTALL)
    module = environment.from_string(macros).module
    adapter.macros = module
    return environment, {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
