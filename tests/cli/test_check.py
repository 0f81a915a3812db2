"""`cx check` on broken workspaces: the file, the line or key, the fix; exit code 1; never a stack trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app

CX_YML = """\
company: Test company
timezone: Europe/Berlin
currency: EUR
sources:
  - name: shop
    kind: crm
    vendor: csv
    entity: orders
    path: inbox/orders/*.csv
    columns: {customer_id: id, occurred_at: date, amount: euros}
  - name: site
    kind: web
    vendor: segment
    path: inbox/web/*.jsonl
"""
ORDERS = "id,date,euros,note\n1,2026-01-05,9.50,first\n2,2026-01-06,12,\n"
WEB = '{"type": "page", "messageId": "m1", "anonymousId": "a", "timestamp": "2026-01-05T10:00:00Z"}\n'
TOUCHPOINTS = """\
data_source,event,role,occurrence,touchpoint,stage,corner,interaction
shop,order,purchase,first,First purchase,purchase,commerce,
"""
CHANNELS = "data_source,utm_source,utm_medium,channel,presence,method\nshop,,,Shop,online,web\n"


def ask(*arguments: str) -> Result:
    # One line a problem: a narrow terminal must not break what a user greps for.
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "80", "CX_WORKSPACE": ""})


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    files = {
        "cx.yml": CX_YML,
        "inbox/orders/a.csv": ORDERS,
        "inbox/web/a.jsonl": WEB,
        "mappings/touchpoint_types.csv": TOUCHPOINTS,
        "mappings/channels.csv": CHANNELS,
    }
    for name, text in files.items():
        path = tmp_path / "ws" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "ws"


@dataclass(frozen=True)
class Break:
    """How to break a workspace, and what its message must hold."""

    name: str
    do: Callable[[Path], object]
    parts: tuple[str, ...]


def replace(file: str, old: str, new: str) -> Callable[[Path], object]:
    def do(root: Path) -> None:
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new, 1))

    return do


def remove(file: str) -> Callable[[Path], object]:
    return lambda root: (root / file).unlink()


def write(file: str, content: bytes) -> Callable[[Path], object]:
    return lambda root: (root / file).write_bytes(content)


BREAKS = [
    Break("no cx.yml", remove("cx.yml"), ("cx.yml", "cx init")),
    Break("no valid YAML", replace("cx.yml", "currency: EUR", "currency: [EUR"), ("cx.yml:4", "YAML")),
    Break("wrong key", replace("cx.yml", "timezone:", "time_zone:"), ("cx.yml:2 [time_zone]", "'timezone'")),
    Break("unknown zone", replace("cx.yml", "Berlin", "Berlim"), ("cx.yml:2 [timezone]", "Europe/Berlin")),
    Break(
        "unknown vendor", replace("cx.yml", "vendor: segment", "vendor: zendesk"), ("cx.yml:11", "zendesk", "segment")
    ),
    Break(
        "unknown canonical column",
        replace("cx.yml", "occurred_at: date", "occured_at: date"),
        ("cx.yml:5", "'occurred_at'"),
    ),
    Break("missing file", remove("inbox/orders/a.csv"), ("inbox/orders/*.csv", "sources.shop.path", "No file matches")),
    Break(
        "wrong encoding",
        write("inbox/orders/a.csv", ORDERS.encode() + "3,2026-01-07,5,Zürich\n".encode("cp1252")),
        ("inbox/orders/a.csv", "sources.shop.encoding", "utf-8", "cp1252"),
    ),
    Break(
        "column not in the file",
        replace("inbox/orders/a.csv", "euros", "dollars"),
        ("inbox/orders/a.csv", "euros", "dollars"),
    ),
    Break(
        "not a JSON",
        write("inbox/web/a.jsonl", b"<html>\n"),
        ("inbox/web/a.jsonl:1", "JSON"),
    ),
    Break(
        "mapping with an unknown stage",
        replace("mappings/touchpoint_types.csv", ",purchase,commerce", ",buying,commerce"),
        ("mappings/touchpoint_types.csv:2 [stage]", "'buying'", "advocacy"),
    ),
    Break("missing mapping", remove("mappings/channels.csv"), ("mappings/channels.csv", "Create it with the columns")),
    Break(
        "mapping of an unknown source",
        replace("mappings/channels.csv", "shop,,", "shopp,,"),
        ("mappings/channels.csv:2 [data_source]", "shop, site"),
    ),
]


@pytest.mark.parametrize("broken", BREAKS, ids=[broken.name for broken in BREAKS])
def test_a_broken_workspace_is_reported_with_file_line_and_fix(workspace: Path, broken: Break) -> None:
    broken.do(workspace)
    result = ask("check", "--workspace", str(workspace))
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    lines = [line for line in result.stderr.splitlines() if line.startswith("error ")]
    assert any(all(part in line for part in broken.parts) for line in lines), result.stderr


@pytest.mark.parametrize("command", ["run", "check", "app", "dagster"])
def test_every_command_refuses_a_broken_workspace_before_it_starts(workspace: Path, command: str) -> None:
    replace("cx.yml", "currency: EUR", "currency: Euro")(workspace)
    result = ask(command, "--workspace", str(workspace))
    assert result.exit_code == 1
    assert "cx.yml:3 [currency]" in result.stderr
    assert not (workspace / "warehouse").exists()


def test_a_valid_workspace_passes_and_nothing_is_written(workspace: Path) -> None:
    before = sorted(workspace.rglob("*"))
    result = ask("check", "--workspace", str(workspace))
    assert result.exit_code == 0, result.output
    assert "in order" in result.stdout
    assert sorted(workspace.rglob("*")) == before


def test_all_problems_are_reported_at_once(workspace: Path) -> None:
    replace("cx.yml", "Berlin", "Berlim")(workspace)
    replace("cx.yml", "currency: EUR", "currency: Euro")(workspace)
    result = ask("check", "--workspace", str(workspace))
    assert "[timezone]" in result.stderr
    assert "[currency]" in result.stderr


def test_a_warning_alone_does_not_fail(workspace: Path) -> None:
    (workspace / "mappings" / "touchpoint_type.csv").write_text("a\n")
    result = ask("check", "--workspace", str(workspace))
    assert result.exit_code == 0
    assert "warning mappings/touchpoint_type.csv" in result.stderr


def test_a_missing_workspace_argument_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = ask("check")
    assert result.exit_code == 1
    assert "--workspace DIR" in result.stderr


def test_the_workspace_defaults_to_the_environment_then_the_demo_folder(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = CliRunner().invoke(app, ["check"], env={"CX_WORKSPACE": str(workspace)})
    assert named.exit_code == 0
    workspace.rename(workspace.parent / "demo-workspace")
    monkeypatch.chdir(workspace.parent)
    assert ask("check").exit_code == 0


def test_a_new_workspace_needs_only_its_files(tmp_path: Path) -> None:
    assert ask("init", str(tmp_path / "new")).exit_code == 0
    result = ask("check", "--workspace", str(tmp_path / "new"))
    errors = [line for line in result.stderr.splitlines() if line.startswith("error ")]
    assert errors
    assert all("No file matches this path" in line for line in errors)
    assert "warning" not in result.stderr


def test_init_leaves_a_non_empty_folder_untouched(workspace: Path) -> None:
    result = ask("init", str(workspace))
    assert result.exit_code == 1
    assert "not empty" in result.stderr
    assert (workspace / "cx.yml").read_text() == CX_YML
