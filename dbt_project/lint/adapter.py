"""What sqlfluff's templater sees as dbt's `adapter`: in a macro's name, out an identifier that stands for its SQL.

sqlfluff renders the models without dbt, so that linting needs no database; only the SQL around a dispatched macro is
looked at. An identifier is valid both as an expression and as a relation.
"""

from __future__ import annotations

from collections.abc import Callable


def dispatch(macro_name: str) -> Callable[..., str]:
    """Return a callable that renders any call of `macro_name` as an identifier."""
    return lambda *_arguments, **_keywords: f"{macro_name}_sql"
