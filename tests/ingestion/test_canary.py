"""No personal data of a file appears in the messages of ingestion: problems, logs, and texts of the ledger."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import check_sources, ledger_rows, prepare, reject_summary
from ingestion.engine import loader
from ingestion.readers.files import Readable
from pipeline import audit
from pipeline.run import PipelineRun
from tests.ingestion.canaries import EMAIL, NAME, PHONE, hits, plant
from tests.ingestion.workspaces import (
    EVENTS,
    ORDERS,
    live_orders,
    load,
    make_workspace,
    put,
    rejected,
    rows,
    write_workspace,
)
from workspace import WorkspaceError, load_workspace
from workspace.configuration import limits
from workspace.wording import Names, kind_of, looks_like_a_record, quoted, spoken, without_values


@pytest.mark.thorough
def test_ingestion_messages_contain_no_personal_data(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    workspace = load_workspace(plant(tmp_path, entities=("contacts", "interactions", "wide")))
    said = [str(problem) for problem in check_sources(workspace)]
    prepare(workspace)
    caplog.set_level(logging.DEBUG)
    run = PipelineRun(workspace)
    run.load_mappings()
    outcomes = set()
    for source in workspace.config.sources:
        report = run.load_source(source.name)
        said += [str(problem) for problem in report.problems]
        outcomes |= {(source.name, file.outcome) for file in report.files}
    run.finish_ingest()
    assert {name for name, outcome in outcomes if outcome == "loaded"} == {s.name for s in workspace.config.sources}
    assert len(said) > 60
    # The names of columns are the file's, and are kept where the file is kept: in the private database alone.
    ledger = [*ledger_rows(workspace.paths), *reject_summary(workspace.paths)]
    records = [path.read_text() for path in workspace.paths.audit.iterdir()]
    for text in (*said, caplog.text, json.dumps(ledger, default=str), *records):
        assert hits(text) == []
    # The search finds what is there.
    assert hits(str(rows(workspace, "select payload from ledger.rejects")))


def test_mapping_cells_that_look_personal_are_not_quoted(tmp_path: Path) -> None:
    root = plant(tmp_path, entities=())
    (root / "mappings" / "identity_vetoes.csv").write_text(
        f"id_type_1,id_1,id_type_2,id_2,{EMAIL}\n{EMAIL},email,{PHONE},{NAME},x\n"
    )
    (root / "mappings" / "fx_rates.csv").write_text(f"currency,valid_from,rate\n{NAME},{EMAIL},{PHONE}\n")
    (root / "mappings" / "survey_codebook.csv").write_text(f"{EMAIL},{PHONE}\n{NAME},{EMAIL}\n")
    with pytest.raises(WorkspaceError) as error:
        load_workspace(root)
    assert len(error.value.problems) > 5
    assert hits(str(error.value)) == []
    assert hits(audit.describe(error.value)) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (EMAIL, "an e-mail address"),
        (PHONE, "a telephone number"),
        ("0151 0000 0042", "a telephone number"),
        ("2026-01-05", "a day or a time"),
        ("5.1.2026 10:00", "a day or a time"),
        ("12,50 €", "a number"),
        (NAME, "a name"),
        ("Jean-Luc O'Neill", "a name"),
        ("Müller, Anna", "a name"),
        (f"mail me at {EMAIL}!", "a text with an e-mail address"),
        (f"call {PHONE}", "a text with a long number"),
        ("Order Date", "text"),
        ("How likely are you to recommend us?", "text"),
        (" ", "nothing"),
    ],
)
def test_values_are_described_by_their_kind(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_column_names_are_quoted_only_if_impersonal() -> None:
    names = Names(("customer_id", "totl", "Order Date", NAME, EMAIL, "4711", "6"), {"customer_id", "total"})
    assert [name for name in names.names if not names.may_be_named(name)] == [NAME, EMAIL, "4711", "6"]
    assert names.listed() == "customer_id, totl, Order Date; columns 4, 5, 6, 7 (what they are called is not quoted)"
    assert names.of(EMAIL) == "column 5 (it looks like an e-mail address)"
    assert names.near("total") == "'totl'"
    # Without a name that is known, the first line may be somebody's record.
    assert Names(("totl", "x"), {"total"}).near("total") == "column 1"
    assert Names(("a", NAME), (), "key", have_positions=False).of(NAME) == "a key (it looks like a name)"


@pytest.mark.parametrize(
    ("header", "position"),
    [
        (["customer_id", EMAIL], 2),
        (["K17", PHONE], 2),
        (["K17", "2026-01-05"], 2),
        (["customer_id", "2026-01-05"], None),
        (["customer_id", "amount"], None),
        (["1", "2"], None),
    ],
)
def test_a_data_row_in_place_of_a_header_is_detected(header: list[str], position: int | None) -> None:
    assert looks_like_a_record(header, {"customer_id"}) == position


def test_a_headerless_file_is_reported_without_its_values(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {**ORDERS, "entity": "contacts"})
    put(workspace, "a.csv", f"K17,{NAME},{EMAIL}\nK18,Ada Byron,ada@example.org\n")
    for problems in (check_sources(workspace), load(workspace).problems):
        (found,) = problems
        assert found.what == "The first line is a record, not a header: column 3 looks like an e-mail address."
        assert "header: false" in found.fix


def test_quoted_values_are_removed_from_engine_messages() -> None:
    assert without_values("Could not convert string 'O'Neill' to INT") == "Could not convert string '…' to INT"
    assert without_values(f"bad cell {EMAIL} and {PHONE}") == "bad cell … and …"
    assert quoted("buying") == "'buying'"
    assert quoted(EMAIL) == "What stands there (an e-mail address)"
    assert spoken("newsletter / email", about="channel") == "newsletter / email"
    assert spoken(f"{NAME} / email", about="channel") == "(a channel that looks like a name)"
    assert spoken("Viewed Home Page", about="event") == "Viewed Home Page"
    assert spoken(f"Viewed {NAME} Page", about="event") == "(an event that looks like a name)"


HEADER = "customer_id,occurred_at,amount\n"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the workspace, with a file of orders in it."""
    folder = tmp_path / f"outside-{EMAIL}"
    folder.mkdir()
    (folder / "a.csv").write_text(HEADER + "secret,2026-01-01,1\n")
    return folder


def test_symlinks_out_of_the_workspace_are_refused_and_inner_ones_read(tmp_path: Path, outside: Path) -> None:
    workspace = make_workspace(tmp_path / "ws", {**ORDERS, "path": "inbox/**/*.csv"})
    put(workspace, "a.csv", HEADER + "a,2026-01-01,1\n")
    (workspace.paths.inbox / "out.csv").symlink_to(outside / "a.csv")
    (workspace.paths.inbox / "nowhere.csv").symlink_to(outside / "none.csv")
    (workspace.paths.inbox / "round.csv").symlink_to(workspace.paths.inbox / "round.csv")
    (workspace.paths.root / "kept.csv").write_text(HEADER + "b,2026-01-01,2\n")
    (workspace.paths.inbox / "within.csv").symlink_to(workspace.paths.root / "kept.csv")
    for problems in (check_sources(workspace), load(workspace).problems):
        found = {problem.file: problem.what for problem in problems if problem.severity == "error"}
        assert set(found) == {"inbox/out.csv", "inbox/nowhere.csv", "inbox/round.csv"}
        assert "leads outside the workspace" in found["inbox/out.csv"]
        assert "leads outside the workspace" in found["inbox/nowhere.csv"]
        assert hits("".join(str(problem) for problem in problems)) == []
    assert live_orders(workspace) == [("a", "1"), ("b", "2")]


def test_a_folder_symlink_out_of_the_workspace_is_refused(tmp_path: Path, outside: Path) -> None:
    workspace = make_workspace(tmp_path / "ws", {**ORDERS, "path": "inbox/*/*.csv"})
    (workspace.paths.inbox / "folder").symlink_to(outside)
    for problems in (check_sources(workspace), load(workspace).problems):
        assert [problem.file for problem in problems] == ["inbox/folder/a.csv"]
    assert live_orders(workspace) == []


@pytest.mark.parametrize("mappings", ["../mappings", "/elsewhere/mappings", "a/../../b"])
def test_the_mappings_folder_must_be_inside_the_workspace(tmp_path: Path, mappings: str) -> None:
    with pytest.raises(WorkspaceError, match="below the workspace folder"):
        load_workspace(write_workspace(tmp_path, ORDERS, mappings=mappings))


def test_a_mapping_symlink_out_of_the_workspace_is_refused(tmp_path: Path, outside: Path) -> None:
    root = write_workspace(tmp_path / "ws", ORDERS)
    (root / "mappings" / "content.csv").symlink_to(outside / "a.csv")
    with pytest.raises(WorkspaceError, match="leads outside the workspace"):
        load_workspace(root)


@pytest.mark.parametrize("url", ["sqlite:///../shop.db", "sqlite:////elsewhere/shop.db", "sqlite:///link.db"])
def test_a_database_file_outside_the_workspace_is_refused(tmp_path: Path, outside: Path, url: str) -> None:
    source = {"name": "shop", "kind": "crm", "vendor": "sql", "entity": "orders", "url": url, "table": "orders"}
    workspace = make_workspace(tmp_path / "ws", source)
    (workspace.paths.root / "link.db").symlink_to(outside / "shop.db")
    for problems in (check_sources(workspace), load(workspace).problems):
        assert [problem.what for problem in problems] == ["The url leads to a file outside the workspace."]


def test_every_unreadable_file_is_a_separate_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad files of every kind beside a good one of the same source, and a source beside them."""
    monkeypatch.setattr(limits, "LINE_BYTES", 3_000)
    monkeypatch.setattr(limits, "COLUMNS", 50)
    monkeypatch.setattr(limits, "JSON_DEPTH", 20)
    workspace = make_workspace(tmp_path, ORDERS, {**EVENTS, "path": "inbox/*.jsonl"})
    put(workspace, "columns.csv", HEADER.strip() + ",x" * 60 + "\n")
    put(workspace, "line.csv", "x" * 9_000 + "\n")
    put(workspace, "quote.csv", HEADER + 'a,"2026-01-01,1\n' + "b,2026-01-02,2\n" * 500)
    put(workspace, "good.csv", HEADER + "good,2026-01-01,1\n")
    put(workspace, "deep.jsonl", b'{"type": "page", "x": ' + b"[" * 30 + b"]" * 30 + b"}\n")
    put(workspace, "good.jsonl", b'{"type": "page", "messageId": "m"}\n')
    with suppress(OSError):  # some file systems take names in UTF-8 only
        Path(os.fsdecode(os.fsencode(workspace.paths.inbox) + b"/name\xff.csv")).write_text(HEADER)
    report, events = load(workspace), load(workspace, "site")
    whys = {problem.file: problem.what for problem in report.problems}
    assert whys["inbox/columns.csv"] == "The file has 63 columns; at most 50 are read."
    assert whys["inbox/line.csv"] == "The first line has more than 2.93 kB."
    assert whys.get("inbox/name\\xff.csv", "The file's name is not UTF-8.") == "The file's name is not UTF-8."
    assert ("good", "1") in live_orders(workspace)
    assert [reason for _, reason, _ in rejected(workspace, "inbox/quote.csv")] == ["a quote that is never closed"]
    assert [file.outcome for file in events.files] == ["loaded", "loaded"]
    assert [reason for _, reason, _ in rejected(workspace, "%deep%")] == ["JSON that is nested more than 20 deep"]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(13, "Permission denied", f"/home/{EMAIL}"), "Permission denied"),
        (ValueError(f"embedded null in '{EMAIL}'"), "ValueError"),
        (OverflowError("too large"), "OverflowError"),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates"), "not text"),
        (RecursionError(), "nested too deep"),
        (MemoryError(), "more memory"),
        (duckdb.ConversionException(f"Could not convert string '{EMAIL}' to INT32"), "Could not convert"),
    ],
)
def test_a_failure_of_one_file_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "a.csv", HEADER + "a,2026-01-01,1\n")
    put(workspace, "b.csv", HEADER + "b,2026-01-01,2\n")
    opened = loader.open_text

    def breaks(path: Path, *given: Any, **named: Any) -> Readable:
        if path.name == "a.csv":
            raise error
        return opened(path, *given, **named)

    monkeypatch.setattr(loader, "open_text", breaks)
    (problem,) = load(workspace).problems
    assert problem.file == "inbox/a.csv"
    assert why in problem.what
    assert hits(str(problem)) == []
    assert live_orders(workspace) == [("b", "2")]
