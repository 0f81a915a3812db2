"""docs/configuration.md names every key, column and word that a workspace may hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from workspace.config import Config
from workspace.mappings import MAPPING_FILES
from workspace.sources import ENCODINGS, Source
from workspace.vocabulary import CSV_ENTITIES, VENDORS


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "configuration.md").read_text()


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        nested = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
        sections = [kind for kind in nested if issubclass(kind, BaseModel) and kind is not Source]
        if sections:
            yield from keys(sections[0], f"{prefix}{name}.")
        else:
            yield f"`{prefix}{name}`"


@pytest.mark.parametrize("model", [Config, Source])
def test_every_key_is_explained(page: str, model: type[BaseModel]) -> None:
    assert [key for key in keys(model) if key not in page] == []


def test_every_encoding_and_vendor_is_listed(page: str) -> None:
    built = [vendor for vendors in VENDORS.values() for vendor in vendors]
    assert [word for word in (*ENCODINGS, *built) if f"`{word}`" not in page and word != "utf-8-sig"] == []


def test_every_entity_has_its_columns(page: str) -> None:
    for kind, entities in CSV_ENTITIES.items():
        for name, entity in entities.items():
            line = next(line for line in page.splitlines() if line.startswith(f"| {kind} / `{name}`"))
            assert [column for column in entity.required if f"**{column}**" not in line] == []
            assert [column for column in entity.optional if column not in line] == []


def test_every_mapping_file_has_its_columns_and_words(page: str) -> None:
    for name, shape in MAPPING_FILES.items():
        line = next(line for line in page.splitlines() if line.startswith(f"| `{name}.csv`"))
        assert [column for column in shape.columns if column not in line] == []
        assert [column for column in shape.required if f"**{column}**" not in line] == []
        words = {word for words in shape.words.values() for word in words}
        assert [word for word in sorted(words) if f"`{word}`" not in page] == []
