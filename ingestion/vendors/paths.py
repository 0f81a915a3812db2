"""JSON paths as descriptions write them. In: what a person wrote. Out: the same, when it is one."""

from __future__ import annotations

import re
from typing import Any, Final

_STEP: Final = r"""(?:\.(?:"[^"']+"|[A-Za-z_$@][A-Za-z0-9_$@]*)|\[(?:\#-)?\d+\])"""
PATH: Final = re.compile(rf"\${_STEP}*")
# Of a column also a path inside the item of a list that its row is made of.
COLUMN_PATH: Final = re.compile(rf"[$@]{_STEP}*")
# A list of a record: every element of an array, also of arrays inside one.
ITEMS: Final = re.compile(rf"\$(?:{_STEP}|\[\*\])*\[\*\]")
IN_A_LIST: Final = re.compile(rf"\$(?:{_STEP}|\[\*\])*")
PATH_IN_SQL: Final = re.compile(rf"\${_STEP}+")
KEY: Final = re.compile(r"""(?:"[^"]+"|[A-Za-z0-9_$@]+)""")
FIRST_KEY: Final = re.compile(r"""\$\.(?:"([^"]+)"|([A-Za-z0-9_$@]+))""")


def as_paths(value: Any) -> Any:
    """One path or several, as several."""
    return (value,) if isinstance(value, str) else value


def names_in(path: str) -> tuple[str, ...]:
    """The first key of a path, and the column of a delimited file that it names."""
    first = FIRST_KEY.match(path)
    return (first[1] or first[2], column_named(path)) if first else ()


def column_named(path: str) -> str:
    """The column of a delimited file that a path means: `$.Email`, `$."First name"`, `$.Account.Name`."""
    return path.removeprefix("$.").replace('"', "")


def a_path(value: str, pattern: re.Pattern[str] = PATH) -> str:
    """The path itself; ValueError where it is none."""
    if not pattern.fullmatch(value):
        raise ValueError(f"'{value}' is not a path such as $.properties.email or $.\"First name\"")
    return value


def paths_in_a_list(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths themselves, each to one value or to those of a list; ValueError where one is neither."""
    return tuple(one if IN_A_LIST.fullmatch(one) else a_path(one) for one in paths)


def a_list(value: str) -> str:
    """The path itself; ValueError where it is none of a list."""
    if not ITEMS.fullmatch(value):
        raise ValueError(f"'{value}' is not a path of a list such as $.answers[*]")
    return value
