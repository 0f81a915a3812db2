"""What a release was built with. In: its document. Out: rows of settings, and of files with their hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workspace.records.documents import Release

_SHOWN = 12  # digits of a hash: enough to compare by eye; release.json has all


def settings(document: Release) -> list[dict[str, str]]:
    """A row for each setting, by its key in cx.yml; a source is named by its name."""
    return [{"setting": key, "value": value} for key, value in _flat(document.settings or {}, "")]


def files(document: Release) -> list[dict[str, str]]:
    """cx.yml, the mappings and the code files that were edited, each with what says whether it is the same."""
    configured = [
        {"file": name, "what_it_is": "configuration", "sha256": digest[:_SHOWN]}
        for name, digest in sorted(document.config_hashes.items())
    ]
    edited = [{"file": name, "what_it_is": "code, edited", "sha256": ""} for name in document.changed_files]
    return [*configured, *edited]


def _flat(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _flat(part, f"{key}.{name}" if key else name)
    elif isinstance(value, (list, tuple)) and any(isinstance(part, Mapping) for part in value):
        for part in value:
            yield from _flat({name: one for name, one in part.items() if name != "name"}, f"{key}.{part['name']}")
    elif value is not None and value not in ("", [], ()):
        yield key, ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
