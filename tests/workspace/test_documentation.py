"""docs/configuration.md names every key, column and word of a workspace; paths and commands in the docs exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_origin

import pytest
import typer
from pydantic import BaseModel
from typer.core import TyperGroup

from cli.main import app
from ingestion.checks.samples import IMPLIED_EVENTS
from workspace.configuration.config import Config
from workspace.configuration.mappings import MAPPING_FILES
from workspace.configuration.sources import ENCODINGS, ColumnRule, Source
from workspace.vocabulary import CSV_ENTITIES, VENDORS


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "configuration.md").read_text()


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        nested = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
        sections = [kind for kind in nested if issubclass(kind, BaseModel) and kind is not Source]
        if sections and get_origin(field.annotation) is not dict:
            yield from keys(sections[0], f"{prefix}{name}.")
        else:
            yield f"`{prefix}{name}`"


@pytest.mark.parametrize("model", [Config, Source, ColumnRule])
def test_every_key_is_explained(page: str, model: type[BaseModel]) -> None:
    # In the first column of a table: a key that is only mentioned elsewhere is not explained.
    first = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    assert [key for key in keys(model) if not any(key in cell for cell in first)] == []


def test_every_encoding_and_vendor_is_listed(page: str) -> None:
    built = [vendor for vendors in VENDORS.values() for vendor in vendors]
    assert [word for word in (*ENCODINGS, *built) if f"`{word}`" not in page and word != "utf-8-sig"] == []


def test_every_entity_has_its_columns(page: str) -> None:
    for kind, entities in CSV_ENTITIES.items():
        for name, entity in entities.items():
            line = next(line for line in page.splitlines() if line.startswith(f"| {kind} / `{name}`"))
            assert [column for column in entity.required if f"**{column}**" not in line] == []
            assert [column for column in entity.optional if column not in line] == []


def test_every_mapping_file_documents_its_columns_and_values(page: str) -> None:
    for name, shape in MAPPING_FILES.items():
        line = next(line for line in page.splitlines() if line.startswith(f"| `{name}.csv`"))
        assert [column for column in shape.columns if column not in line] == []
        assert [column for column in shape.required if f"**{column}**" not in line] == []
        words = {word for words in shape.words.values() for word in words}
        assert [word for word in sorted(words) if f"`{word}`" not in page] == []


def test_every_implied_event_and_understood_word_is_listed(page: str, repository: Path) -> None:
    macros = (repository / "dbt_project" / "macros" / "vendors" / "vendor_words.sql").read_text()
    words = {word for listed in re.findall(r" in \(([^)]*)\)", macros) for word in re.findall(r"'([^']*)'", listed)}
    events = {event for events in IMPLIED_EVENTS.values() for event in events}
    assert len(words) > 30
    assert [word for word in sorted(words | events) if f"`{word}`" not in page] == []


PAGES = ("README.md", "CONTRIBUTING.md", "docs/*.md")
# What docs show as an example of a reader's own, or as what a run makes.
OWN = ("demo-workspace", "workspace/cx.yml", "workspace/mappings")


def text_of_docs(repository: Path) -> dict[str, str]:
    """Every page by its name."""
    return {path.name: path.read_text() for pattern in PAGES for path in sorted(repository.glob(pattern))}


def test_every_path_named_in_the_docs_exists(repository: Path) -> None:
    folders = {path.name for path in repository.iterdir() if path.is_dir() and not path.name.startswith(".")}
    missing = []
    for page, text in text_of_docs(repository).items():
        named = [code.split()[0] for code in re.findall(r"`([^`\n]+)`", text) if code.strip()]
        named += re.findall(r"\]\(([^)#:]+)\)", text)
        for name in named:
            is_link = f"]({name})" in text
            if not is_link and name.split("/")[0] not in folders:
                continue
            place = repository / ("docs" if is_link and page not in PAGES else "") / name
            pattern = re.sub(r"<[^>]*>", "*", str(place.resolve().relative_to(repository)))
            if "/" in name and not name.startswith(OWN) and not list(repository.glob(pattern.rstrip("/"))):
                missing.append(f"{page}: {name}")
    assert missing == []


def test_every_command_and_option_named_in_the_docs_exists(repository: Path) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    targets = set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text(), re.MULTILINE))
    wrong = []
    for page, text in text_of_docs(repository).items():
        lines = re.findall(r"`([^`\n]+)`", text) + text.splitlines()
        for line in lines:
            words = line.strip().removeprefix(".venv/bin/").split()
            if len(words) < 2 or words[0] not in ("cx", "make") or not re.fullmatch(r"[a-z][a-z-]*", words[1]):
                continue
            if words[0] == "make":
                wrong += [] if words[1] in targets else [f"{page}: {line}"]
                continue
            command = group.commands.get(words[1])
            options = {name for one in command.params for name in one.opts + one.secondary_opts} if command else set()
            used = [word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)]
            if command is None or not {*options, "--help"}.issuperset(used):
                wrong.append(f"{page}: {line}")
    assert wrong == []
