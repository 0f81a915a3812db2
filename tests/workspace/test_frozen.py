from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from workspace import load_workspace
from workspace.configuration.config import Config
from workspace.configuration.frozen import NOT_OF_A_RELEASE, frozen_settings, setting, setting_keys

EVERYTHING: dict[str, Any] = {
    "company": "Example Ltd",
    "timezone": "Europe/Berlin",
    "currency": "EUR",
    "notify": ["https://user:notify-secret@example.com"],
    "identity": {
        "junk": {"ids": ["junk-secret"], "mailboxes": ["mail-secret"], "phones": ["+49 30 5550100"]},
        "not_junk": ["real-secret"],
    },
    "sources": [
        {
            "name": "shop", "kind": "crm", "vendor": "sql", "entity": "orders", "table": "orders",
            "url": "postgresql://user:url-secret@db:5432/shop", "columns": {"customer_id": "id"},
        },
        {"name": "site", "kind": "web", "vendor": "segment", "path": "inbox/*.json"},
    ],
}  # fmt: skip


def keys_of(value: Any, prefix: str = "") -> set[str]:
    """Keys of a document in dots; what a list of sections holds has no number."""
    if isinstance(value, dict) and prefix != "sources.columns":
        return {key for name, part in value.items() for key in keys_of(part, f"{prefix}.{name}" if prefix else name)}
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return {key for part in value for key in keys_of(part, prefix)}
    return {prefix}


def test_every_setting_is_kept_or_excluded_with_a_reason() -> None:
    kept = keys_of(frozen_settings(Config.model_validate(EVERYTHING)))
    everything = set(setting_keys())
    assert everything - kept == set(NOT_OF_A_RELEASE)
    assert kept <= everything
    assert all(NOT_OF_A_RELEASE.values())


def test_a_release_keeps_no_secret() -> None:
    text = json.dumps(frozen_settings(Config.model_validate(EVERYTHING)))
    assert "secret" not in text
    assert "5550100" not in text


def test_a_setting_missing_from_a_release_reads_as_its_default() -> None:
    kept = frozen_settings(Config.model_validate({**EVERYTHING, "value": {"top_tier": 0.1}}))
    assert setting(kept, "value.top_tier") == 0.1
    assert setting(kept, "attribution.position") == [0.4, 0.2, 0.4]
    assert setting({"value": {}}, "value.top_tier") == 0.2
    assert setting(None, "journey.conversion_days") == 90


@pytest.mark.parametrize("key", sorted(set(setting_keys()) - set(NOT_OF_A_RELEASE)))
def test_every_kept_setting_can_be_read_by_its_key(key: str) -> None:
    kept = frozen_settings(Config.model_validate(EVERYTHING))
    if not key.startswith("sources."):
        found: Any = kept
        for part in key.split("."):
            found = found[part]
        assert setting(kept, key) == found


def test_a_workspace_hashes_every_configuration_file(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    files = {
        "cx.yml": "company: A\ntimezone: UTC\ncurrency: EUR\n"
        "sources: [{name: shop, kind: crm, vendor: csv, entity: orders, path: '*.csv'}]\n",
        "mappings/touchpoint_types.csv": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n",
        "mappings/channels.csv": "data_source,utm_source,utm_medium,channel,presence,method\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    hashes = load_workspace(tmp_path).hashes
    assert hashes == {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    (tmp_path / "mappings/channels.csv").write_text(files["mappings/channels.csv"] + ",,,Web,online,\n")
    changed = load_workspace(tmp_path).hashes
    assert {name for name in changed if changed[name] != hashes[name]} == {"mappings/channels.csv"}
