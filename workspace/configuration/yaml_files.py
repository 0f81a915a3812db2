"""A YAML file that people write. In: its path. Out: its data with the line of every part, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workspace.configuration import limits
from workspace.errors import Problem

_LONGEST_SHOWN: Final = 80


def read_yaml(path: Path, *, shown_as: str, fix: str) -> tuple[Any, list[Problem]]:
    """Read a file of keys.

    Args:
        path: the file.
        shown_as: its name as the user knows it.
        fix: what to do about a file that holds no keys, or too much.

    Returns:
        The data as ruamel's round-trip loader gives them, and no problem; or None and the problems.
    """
    try:
        if path.stat().st_size > limits.CONFIG_BYTES:
            what = f"The file has more than {limits.in_words(limits.CONFIG_BYTES)}: too much for a configuration."
            return None, [Problem(file=shown_as, what=what, fix=fix)]
        text = path.read_text(encoding="utf-8")
        line = _too_deep_line(text)
        if line is not None:
            raise _TooDeepError(line)
        data = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        what = f"This is not valid YAML: {error.problem or error.context}."
        return None, [Problem(file=shown_as, line=line, what=what, fix="Check indentation, quotes and colons there.")]
    except (_TooDeepError, RecursionError) as error:
        line = error.line if isinstance(error, _TooDeepError) else None
        what = "Lists and sections are nested too deep to be a configuration."
        return None, [Problem(file=shown_as, line=line, what=what, fix="Check brackets and indentation there.")]
    except UnicodeDecodeError:
        return None, [Problem(file=shown_as, what="The file is not UTF-8.", fix="Save it as UTF-8.")]
    except (YAMLError, ValueError, TypeError) as error:
        # A control character, a word that is not a number or day where one is announced, or a section as a key.
        what = f"This is not valid YAML: {shortened(' '.join(str(error).split()))}."
        return None, [Problem(file=shown_as, what=what, fix="Check numbers, days and special characters.")]
    except OSError as error:
        return None, [
            Problem(file=shown_as, what=f"The file cannot be read: {error}.", fix="Check that it may be read.")
        ]
    if not isinstance(data, dict):
        return None, [Problem(file=shown_as, what="The file holds no keys.", fix=fix)]
    return data, []


def line_of(data: Any, location: Sequence[Any]) -> int | None:
    """1-based line of the deepest part of `location` that is in the file."""
    line: int | None = None
    node = data
    for part in location:
        try:
            mark = node.lc.item(part) if isinstance(part, int) else node.lc.key(part)
            line = mark[0] + 1
            node = node[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def shortened(text: str) -> str:
    """A text of the file, as far as a message shows it."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


def _too_deep_line(text: str) -> int | None:
    """1-based line on which too many brackets are open. Those inside texts count, too: they are few."""
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if bracket[0] in "[{" else max(depth - 1, 0)
        if depth > limits.CONFIG_DEPTH:
            return text.count("\n", 0, bracket.start()) + 1
    return None
