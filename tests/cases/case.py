"""One case: a copy of its workspace in, its results out, by the interfaces of a user.

Imports only the product, never other tests, so that the same file also runs on an earlier checkout.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from typer.testing import CliRunner

from cli.main import app
from orchestration.execution import execute
from pipeline.workers import Workers
from workspace import WorkspaceError, load_workspace

ENTRY_POINT = Path(__file__).resolve().parents[2] / "app" / "streamlit_app.py"


class Case:
    """A case's workspace, copied, so that a run leaves the original as it is.

    Args:
        source: the folder of the case.
        folder: where its copy is made.
        workers: dbt's and the gate's processes, started once for all cases.
    """

    def __init__(self, source: Path, folder: Path, workers: Workers) -> None:
        self.name = source.name
        self.root = folder / source.name
        self._workers = workers
        shutil.copytree(source, self.root, copy_function=shutil.copyfile)

    @cached_property
    def check(self) -> str:
        """What `cx check` prints, and its exit code."""
        return self.cx("check")

    @cached_property
    def run(self) -> str:
        """`published`, or why it is not."""
        try:
            outcome = execute(load_workspace(self.root), self._workers)
        except WorkspaceError as error:
            return f"refused: {error}"
        if outcome.published:
            return "published"
        said = [record.message for record in outcome.records.values() if record.message]
        return f"not published: {'; '.join(said) or outcome.error}"

    @cached_property
    def status(self) -> str:
        """What `cx status` prints, and its exit code."""
        _ = self.run
        return self.cx("status")

    def cx(self, *command: str) -> str:
        """What a `cx` command prints, then `exit N` where it is not 0."""
        result = CliRunner().invoke(app, [*command, "--workspace", str(self.root)])
        said = re.sub(r"\s+", " ", result.output).strip()
        if result.exception and not isinstance(result.exception, SystemExit):
            return f"{said} {type(result.exception).__name__}: {result.exception}".strip()
        return said + (f" exit {result.exit_code}" if result.exit_code else "")

    def query(self, *arguments: str) -> list[dict[str, Any]] | str:
        """Rows of `cx query`; the message where there are none."""
        if self.run != "published":
            return self.run
        said = self.cx("query", *arguments, "--format", "json")
        try:
            return list(json.loads(said))
        except ValueError:
            return said

    def value(self, metric: str, *arguments: str, **where: str) -> Any:
        """One metric's value (rounded), or its status where there is none."""
        rows = self.query(metric, *arguments)
        if isinstance(rows, str):
            return rows
        found = [row for row in rows if all(str(row.get(name)) == value for name, value in where.items())]
        if len(found) != 1:
            return f"{len(found)} rows"
        row = found[0]
        value = row.get("value", row.get(metric))
        return round(value, 4) if isinstance(value, int | float) else row["status"]

    def values(self, metric: str, *by: str) -> dict[str, Any] | str:
        """One metric by dimensions: `a, b` -> value or status."""
        rows = self.query(metric, *(word for name in by for word in ("--by", name)))
        if isinstance(rows, str):
            return rows
        found = {}
        for row in rows:
            value = row.get("value", row.get(metric))
            key = ", ".join(str(row.get(name)) for name in by)
            found[key] = round(value, 4) if isinstance(value, int | float) else row["status"]
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]] | str:
        """Rows of the warehouse: marts as they are called, what is private as `private.intermediate.x`."""
        if self.run.startswith("refused"):
            return self.run
        warehouse = self.root / "warehouse"
        with duckdb.connect() as database:
            database.execute("set timezone = 'UTC'")
            database.execute(f"attach '{warehouse / 'cx.duckdb'}' as cx (read_only)")
            database.execute(f"attach '{warehouse / 'raw.duckdb'}' as private (read_only)")
            database.execute("use cx.marts")
            try:
                return database.execute(sql).fetchall()
            except duckdb.Error as error:
                return str(error).splitlines()[0]

    def one(self, sql: str) -> Any:
        """The first cell of the first row."""
        found = self.rows(sql)
        return found if isinstance(found, str) else (found[0][0] if found else None)

    def count(self, sql: str) -> dict[Any, int] | str:
        """How often each value of the first column appears."""
        found = self.rows(sql)
        return found if isinstance(found, str) else dict(Counter(str(row[0]) for row in found))

    def page(self, name: str, **parameters: str) -> str:
        """All that a page says; error boxes come first, as `ERROR ...`."""
        from streamlit.testing.v1 import AppTest

        from tests.app_pages import at_page
        from workspace.environment import WORKSPACE_VARIABLE, set_variables

        if self.run != "published":
            return self.run
        set_variables({WORKSPACE_VARIABLE: str(self.root)})
        test = AppTest.from_file(str(ENTRY_POINT), default_timeout=300)
        for key, value in parameters.items():
            test.query_params[key] = value
        at_page(test, name).run()
        errors = [f"ERROR {one.message}" for one in test.exception] + [f"ERROR {one.value}" for one in test.error]
        said = [*test.title, *test.header, *test.markdown, *test.caption, *test.info, *test.warning]
        texts = [str(one.value) for one in said]
        texts += [f"{one.label}: {one.value}" for one in test.metric]
        texts += [one.value.to_csv(index=False).replace("\n", " | ") for one in test.dataframe]
        return " | ".join(errors + texts)
