"""A week of nightly runs: which messages the engineer got and what the CMO saw, day by day.

Seven nightly runs of a small company: new files, a source that fails, a file with bad rows, a blocked gate, recovery.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import duckdb
import pytest

from serving import Question, ask, last_failure, open_release
from tests.end_to_end.conftest import run
from workspace.paths import WorkspacePaths


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The engineer's web hook, and what it received."""
    received: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()


@dataclass
class Company:
    """A workspace over seven nights."""

    root: Path
    letters: list[dict[str, str]]
    log: list[str] = field(default_factory=list)

    @property
    def paths(self) -> WorkspacePaths:
        return WorkspacePaths(self.root)

    def orders(self, name: str, rows: list[str], *, header: str | None = None) -> Path:
        """Tonight's export of the shop."""
        folder = self.root / "inbox" / "orders"
        first = sorted(folder.glob("orders-2*.csv"))[0].read_text(encoding="utf-8").splitlines()
        path = folder / f"orders-night-{name}.csv"
        path.write_text("\n".join([header or first[0], *rows]) + "\n", encoding="utf-8")
        return path

    def rows(self, number: int, mark: str) -> list[str]:
        """Sales to known customers under new order ids."""
        newest = sorted((self.root / "inbox" / "orders").glob("orders-2*.csv"))[-1]
        sales = [row for row in newest.read_text(encoding="utf-8").splitlines() if ",sale," in row]
        return [f"{mark}{row}" for row in sales[:number]]

    def night(self, day: str, doing: str) -> tuple[list[str], float | None, bool]:
        """One nightly run: the engineer's messages, the orders the CMO sees, whether the app says that it failed."""
        before = len(self.letters)
        outcome = run(self.root)
        messages = [f"{letter['title']}\n      {letter['message']}" for letter in self.letters[before:]]
        release = open_release(self.paths)
        orders = ask(release, Question(metrics=("orders",))).one("orders").value
        failure = last_failure(self.paths)
        banner = bool(failure and failure.run_id > release.run_id)
        self.log += [
            f"{day}: {doing}",
            f"  run       {'published' if outcome.published else 'nothing new' if outcome.nothing_new else 'blocked'}",
            *(f"  engineer  {letter}".replace("\n", "\n  ") for letter in messages or ["(not disturbed)"]),
            f"  CMO       release {release.run_id}, {orders:.0f} orders"
            + (", with the notice that last night's run failed" if banner else ""),
        ]
        return messages, orders, banner


@pytest.fixture
def company(small_workspace: Path, tmp_path: Path, mailbox: tuple[str, list[dict[str, str]]]) -> Company:
    root = tmp_path / "company"
    shutil.copytree(small_workspace, root)
    with (root / "cx.yml").open("a", encoding="utf-8") as config:
        config.write(f'\nnotify: ["{mailbox[0]}"]\n')
    return Company(root, mailbox[1])


@pytest.mark.slow
def test_a_week_of_nightly_runs(company: Company) -> None:
    first = ask(open_release(company.paths), Question(metrics=("orders",))).one("orders").value
    assert first is not None

    company.orders("1", company.rows(10, "A"))
    messages, monday, banner = company.night("Monday", "ten new orders")
    assert (messages, monday, banner) == ([], first + 10, False)

    messages, tuesday, banner = company.night("Tuesday", "no file came")
    assert (messages, tuesday, banner) == ([], monday, False)

    wrong = company.orders("3", company.rows(5, "B"), header="something,else,entirely")
    messages, wednesday, banner = company.night("Wednesday", "the shop's export has other columns")
    assert len(messages) == 1
    assert "source shop_orders" in messages[0]
    assert wrong.name in messages[0]
    assert wednesday == monday

    wrong.unlink()
    company.orders("4", [*company.rows(5, "B"), "half a row"])
    messages, thursday, banner = company.night("Thursday", "the export is right again, with one broken row")
    assert len(messages) == 1
    assert "well again" in messages[0]
    assert thursday == monday + 5

    company.orders("5", company.rows(5, "C"))
    with duckdb.connect(str(company.paths.raw_database)) as connection:
        connection.execute("delete from raw_crm.orders where _line = 2")
    messages, friday, banner = company.night("Friday", "rows were deleted in the warehouse by hand")
    assert len(messages) == 1
    assert "was not published" in messages[0]
    assert (friday, banner) == (thursday, True)

    messages, saturday, banner = company.night("Saturday", "nobody was at the office")
    assert "was not published" in messages[0]
    assert (saturday, banner) == (thursday, True)

    # What lies in the inbox is the truth: a new warehouse is loaded from it.
    shutil.rmtree(company.paths.warehouse)
    messages, sunday, banner = company.night("Sunday", "the engineer removed the warehouse, and it was loaded again")
    assert "well again" in messages[0]
    assert (sunday, banner) == (thursday + 5, False)
    print("\n" + "\n".join(company.log))
