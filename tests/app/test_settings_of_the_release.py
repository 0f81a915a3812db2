"""Sentences of a release name the settings that it was built with: an edit of cx.yml changes none of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from app.brief.html import html_of
from app.brief.write import write
from app.kit.page_session import open_session
from cli.main import app
from tests.app.conftest import Open
from tests.app.test_pages import texts
from tests.releases import rewrite
from workspace import load_workspace
from workspace.configuration.config import Config
from workspace.configuration.frozen import frozen_settings, setting_keys
from workspace.paths import WorkspacePaths

PAGES = ("today", "who", "journey", "corners", "before")
# What a company may write where one value is as good as another.
OTHER_WORDS = {
    "company": "Somebody Else", "brand": "Else", "timezone": "Asia/Tokyo", "currency": "JPY", "as_of": "2020-01-01",
    "earliest_date": "2001-01-01",
    "customer_unit": "person", "conversion.event": "signup", "conversion.occurrence": "any", "value.unit": "day",
    "value.calibration_end": "2019-01-01", "value.holdout_end": "2019-06-01", "attribution.position": [0.1, 0.8, 0.1],
    "identity.phone_region": "JP", "identity.not_junk": ["guest"], "identity.junk.ids": ["x1"],
    "identity.junk.mailboxes": ["info"], "identity.junk.phones": ["123"], "notify": ["json://localhost"],
}  # fmt: skip
LEFT_ALONE = ("revenue_from", "mappings")  # they name what has to be there


def edited(config: Config) -> dict[str, Any]:
    """A cx.yml in which every setting is another, and the sources are the same."""
    document: dict[str, Any] = config.model_dump(mode="json", exclude={"sources", "notify", "identity"})
    document["sources"] = [source.model_dump(mode="json", exclude_unset=True) for source in config.sources]
    for key in setting_keys():
        if key.startswith("sources.") or key in LEFT_ALONE:
            continue
        *sections, last = key.split(".")
        node = document
        for part in sections:
            node = node.setdefault(part, {})
        before = node.get(last)
        if key in OTHER_WORDS:
            node[last] = OTHER_WORDS[key]
        elif isinstance(before, bool):
            node[last] = not before
        elif isinstance(before, float) and before < 1:
            node[last] = 0.9
        else:
            node[last] = (before or 0) + 1
    return document


def everything_that_is_said(root: Path, open_page: Open) -> dict[str, str]:
    said = {}
    for name in PAGES:
        page = open_page(root, name)
        assert not page.exception
        said[name] = texts(page)
    said["brief"] = html_of(write(open_session(root)))
    for metric in ("revenue", "active_customers", "top_tier_revenue_share"):
        answered = CliRunner().invoke(app, ["query", metric, "--format", "json", "--workspace", str(root)])
        assert answered.exit_code == 0, answered.output
        said[metric] = answered.stdout
    return said


@pytest.mark.thorough
def test_editing_settings_does_not_change_a_published_release(open_page: Open, copy_of_demo: Path) -> None:
    before = everything_that_is_said(copy_of_demo, open_page)
    old = load_workspace(copy_of_demo).config
    (copy_of_demo / "cx.yml").write_text(json.dumps(edited(old)), encoding="utf-8")
    new = load_workspace(copy_of_demo).config
    changed = {name for name, value in new if value != getattr(old, name)}
    assert {"currency", "value", "journey", "customers", "service", "privacy", "serving", "company"} <= changed
    assert everything_that_is_said(copy_of_demo, open_page) == before


def test_a_release_keeps_the_settings_and_hashes_that_it_was_built_with(demo_workspace: Path) -> None:
    document = open_session(demo_workspace).document
    workspace = load_workspace(demo_workspace)
    assert document.settings == frozen_settings(workspace.config)
    assert document.config_hashes == workspace.hashes
    assert {"cx.yml", "mappings/channels.csv", "mappings/touchpoint_types.csv"} <= set(document.config_hashes)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["today", "who"])
def test_a_release_without_settings_opens_and_states_it(open_page: Open, copy_of_demo: Path, name: str) -> None:
    def age(document: dict[str, object]) -> None:
        for key in ("settings", "config_hashes", "changed_files"):
            del document[key]

    rewrite(WorkspacePaths(copy_of_demo), age)
    page = open_page(copy_of_demo, name)
    assert not page.exception
    assert "published before releases kept their settings" in texts(page)


def test_the_audit_page_shows_settings_hashes_and_edited_code(open_page: Open, copy_of_demo: Path) -> None:
    page = open_page(copy_of_demo, "quality")
    assert not page.exception
    settings = next(frame.value for frame in page.dataframe if "Setting" in frame.value.columns)
    assert "0.2" in settings.set_index("Setting").loc["value.top_tier"].to_list()
    assert YAML(typ="safe").load(copy_of_demo / "cx.yml")["company"] in settings["Value"].to_list()
    files = next(frame.value for frame in page.dataframe if "What it is" in frame.value.columns)
    assert "cx.yml" in files["File"].to_list()
