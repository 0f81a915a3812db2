"""What cx.yml says, as a release keeps it: a configuration in, plain values for release.json out, and back by key.

A sentence about a release names the settings it was built with, never those of today. So a reader of a release reads
settings here. What is not part of a release is listed in `NOT_OF_A_RELEASE`, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from workspace.configuration.config import Config

# Keys of cx.yml that a release does not keep, and why. A list of sections counts as one: `sources.url`.
NOT_OF_A_RELEASE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "notify": "addresses with passwords; where failures are reported changes no answer",
        "serving.port": "where the app is served changes no answer",
        "serving.keep_releases": "how many releases are kept changes none of them",
        **dict.fromkeys(
            (f"sources.api.{name}" for name in ("token", "user", "url", "values", "since", "lag")),
            "how an API is reached; what came from it is in the release, and the hash of cx.yml shows that it changed",
        ),
        "sources.url": "holds the password of a database",
        "identity.junk.ids": "what staff write may be personal data; the hash of cx.yml shows that it changed",
        "identity.junk.mailboxes": "what staff write may be personal data; the hash of cx.yml shows that it changed",
        "identity.junk.phones": "numbers of people; the hash of cx.yml shows that it changed",
        "identity.not_junk": "what customers are called; the hash of cx.yml shows that it changed",
    }
)


def frozen_settings(config: Config) -> dict[str, Any]:
    """Every setting of a release as JSON has it, defaults included: sections as dictionaries, `sources` as a list."""
    kept: dict[str, Any] = _without(config.model_dump(mode="json"), "")
    return kept


def setting(settings: Mapping[str, Any] | None, key: str) -> Any:
    """The value of a setting by its key in cx.yml, such as `value.top_tier`.

    Args:
        settings: those of a release; None where it was published before releases kept them.
        key: of a single value, not of a list of sections.

    Returns:
        The release's value; the default where the release does not know the key.
    """
    found: Any = settings or {}
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _default(key)
        found = found[part]
    return found


def setting_keys(model: type[BaseModel] = Config, prefix: str = "") -> Iterator[str]:
    """Every key that cx.yml may have, in dots: `value.top_tier`, `sources.path`."""
    for name, field in model.model_fields.items():
        section = _section_of(field.annotation)
        if section is None:
            yield f"{prefix}{name}"
        else:
            yield from setting_keys(section, f"{prefix}{name}.")


def _without(value: Any, key: str) -> Any:
    """The value without what is not part of a release."""
    if isinstance(value, dict):
        inside = ((name, f"{key}.{name}" if key else name, part) for name, part in value.items())
        kept = {name: (at, _without(part, at)) for name, at, part in inside if at not in NOT_OF_A_RELEASE}
        # A section of which nothing is kept is left out itself.
        return {name: part for name, (at, part) in kept.items() if part or not _is_emptied(at)}
    if isinstance(value, list):
        return [_without(part, key) for part in value]
    return value


def _is_emptied(key: str) -> bool:
    """Whether keys below a key are not part of a release."""
    return any(one.startswith(f"{key}.") for one in NOT_OF_A_RELEASE)


def _default(key: str) -> Any:
    model: type[BaseModel] = Config
    *sections, last = key.split(".")
    for part in sections:
        section = _section_of(model.model_fields[part].annotation)
        assert section is not None, key
        model = section
    default = model.model_fields[last].get_default(call_default_factory=True)
    return None if default is PydanticUndefined else default


def _section_of(annotation: Any) -> type[BaseModel] | None:
    """The section that a field holds, by itself or in a list; none of sections whose names the user chooses."""
    if get_origin(annotation) is dict:
        return None
    candidates = (annotation, *get_args(annotation))
    return next((one for one in candidates if isinstance(one, type) and issubclass(one, BaseModel)), None)
