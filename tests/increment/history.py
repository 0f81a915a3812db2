"""A seed in, the differences between runs and full refreshes out: a company's life, one run after every batch.

A history begins with a part of a small company's data. Batches of changes follow (`changes.py`), each with a run;
before some, a run is killed. After every run a copy of the workspace with the same raw tables, the same secret and
nothing else is built from nothing, and every table of both must hold the same rows. No column is left out of that: the
copy has the same loads at the same times, so that what states when and how rows arrived is the same, too.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import duckdb

from demo import generate
from ingestion.engine.load import prepare
from ingestion.engine.secret import SECRET_BYTES, key_pads
from ingestion.warehouse import open_for_writing
from orchestration.execution import execute
from pipeline.run import PipelineRun
from pipeline.workers import Workers
from tests.dbt_project.equality import differences
from tests.dbt_project.history import DAYS, START, simulated
from tests.increment import changes
from tests.increment.checkout import Checkout, python
from tests.increment.company import Company
from tests.quick_run import QuickWorkers, ensure_built, load, run_quickly
from workspace import load_workspace
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths
from workspace.records.releases import live_pointer
from workspace.worker import finish

BATCHES: Final = 4
# Shares of batches before whose run one is killed, and of batches that change the code.
KILLED: Final = 0.3
CODE_CHANGED: Final = 0.15
DEMO_ENDS_ON: Final = date(2026, 6, 30)
MARTS: Final = "marts"
_SHOWN: Final = 700  # characters of a row

Found = Mapping[str, list[tuple[object, ...]]]


class DifferenceError(AssertionError):
    """A run left other tables than a full refresh."""


@dataclass
class History:
    """A company's life in `folder`.

    Attributes:
        seed: decides everything but the times of loads.
        batches: how many there are after the first run.
        is_whole: runs go through Dagster, with data tests and gates, as `cx run` does; by default without any of these.
    """

    folder: Path
    seed: int
    checkout: Checkout
    batches: int = BATCHES
    is_whole: bool = False
    workers: Workers = field(init=False)

    def __post_init__(self) -> None:
        self.workers = Workers() if self.is_whole else QuickWorkers()

    def live(self) -> Iterator[str]:
        """Run batch by batch; a line for each.

        Raises:
            DifferenceError: names the tables and their first differing rows. As every other error it has a note that
                names the seed, the batch, what it changed, and how to replay it.
        """
        dice = random.Random(self.seed)
        company = self._founded(dice)
        try:
            done = ["the company begins"]
            for batch in range(self.batches + 1):
                if batch:
                    done = changes.draw(company, dice)
                    if dice.random() < CODE_CHANGED:
                        done.append(self.checkout.edit(dice))
                        # Python keeps what it has imported.
                        self.workers.close()
                # Drawn for every batch, so that what follows does not depend on whether a run is killed.
                is_killed, moment = dice.random() < KILLED, dice.random()
                if is_killed and batch:
                    done.append(self._kill_a_run(company.root, moment))
                started = time.monotonic()
                try:
                    outcome = self._run(company.root)
                    reference = full_refresh(company.root, self.folder / "reference", self.workers)
                    ensure_same(warehouse_differences(company.root, reference))
                except Exception as error:
                    error.add_note(self.place(batch, done))
                    raise
                seconds = time.monotonic() - started
                yield f"seed {self.seed}, batch {batch}: {'; '.join(done) or 'nothing'} -> {outcome} ({seconds:.0f} s)"
        finally:
            self.workers.close()

    def _founded(self, dice: random.Random) -> Company:
        root = self.folder / "company"
        shutil.rmtree(root, ignore_errors=True)
        if self.seed % 2:
            company = Company(root, last_day=DEMO_ENDS_ON)
            generate(root, customers=dice.randint(60, 110), seed=self.seed, end_on=company.last_day)
        else:
            company = Company(root, last_day=(START + timedelta(days=DAYS)).date())
            simulated(self.seed).write(root)
        company.hold_back(dice)
        # Keys of people follow from the secret: a replay meets the same ties.
        workspace = load_workspace(root)
        prepare(workspace)
        with open_for_writing(workspace.paths) as connection:
            pads = key_pads(dice.randbytes(SECRET_BYTES))
            connection.execute("update secret.key_pads set ipad = ?, opad = ?", list(pads))
        return company

    def _run(self, root: Path) -> str:
        if not self.is_whole:
            return run_quickly(root, self.workers)
        outcome = execute(load_workspace(root), self.workers)
        assert outcome.succeeded, outcome
        return "published" if outcome.published else "nothing_new"

    def _kill_a_run(self, root: Path, moment: float) -> str:
        ended = python(self.checkout, "-m", "tests.increment.victim", str(root), str(moment))
        assert ended.returncode in (0, -9), ended.stdout + ended.stderr
        said = ended.stdout.strip().splitlines()
        return f"a run killed before: {said[-1]}" if ended.returncode else "a run that had nothing to be killed in"

    def place(self, batch: int, done: Sequence[str]) -> str:
        """Where a history went wrong: the seed, the batch and what it changed, and how to replay it."""
        return "\n".join(
            (
                f"seed {self.seed}, batch {batch}: {'; '.join(done) or 'nothing'}",
                f"replay it: python -m tests.increment.replay {self.seed} --batches {batch}",
                f"the warehouses are in {self.folder}: company/ and reference/",
            )
        )


def ensure_same(found: Found) -> None:
    """Raise an error that shows what `warehouse_differences` found, where it found anything."""
    if not found:
        return
    lines = [f"{len(found)} tables are not those of a full refresh"]
    for table, rows in found.items():
        lines.append(f"{table}:")
        lines += [f"    {str(row)[:_SHOWN]}" for row in rows]
    raise DifferenceError("\n".join(lines))


def full_refresh(root: Path, reference: Path, workers: Workers) -> WorkspacePaths:
    """Build a copy of a workspace from its raw tables and nothing else.

    Args:
        root: the workspace after a run.
        reference: becomes the copy; what is there is removed.
        workers: the processes that build it.

    Returns:
        The copy's paths.
    """
    paths, copy = WorkspacePaths(root), WorkspacePaths(reference)
    shutil.rmtree(reference, ignore_errors=True)
    shutil.copytree(root, reference, ignore=_but_inputs(paths))
    copy.warehouse.mkdir()
    shutil.copyfile(paths.raw_database, copy.raw_database)
    _drop_all_but_loads(copy, reference / "empty")
    pipeline = PipelineRun(workspace=load_workspace(reference), full_refresh=True, workers=workers)
    loaded = load(pipeline)
    assert loaded == 0, f"{loaded} rows were loaded that the run had loaded before"
    _take_clock(copy, paths)
    ensure_built(finish(pipeline.build()))
    return copy


def warehouse_differences(root: Path, reference: WorkspacePaths) -> Found:
    """Compare all that was built, and the release that readers see, with a full refresh.

    Args:
        root: the workspace after a run.
        reference: what `full_refresh` made of it.

    Returns:
        Table -> rows that differ, as `tests.dbt_project.equality.differences` has them.
    """
    paths = WorkspacePaths(root)
    # Which run built a model is another in a full refresh, and nothing but that is remembered of its rows.
    built = (_schemas(paths.raw_database) | _schemas(reference.raw_database)) - {"built"}
    private = differences(paths.raw_database, reference.raw_database, schemas=built, ignored=())
    marts = differences(paths.marts_database, reference.marts_database, schemas=[MARTS], ignored=())
    live = live_pointer(paths)
    assert live is not None
    snapshot = paths.release(live.run_id) / SNAPSHOT_FILE
    published = differences(snapshot, reference.marts_database, schemas=[MARTS], ignored=())
    return {**private, **marts, **{f"{table} (as published)": rows for table, rows in published.items()}}


def _schemas(database: Path) -> set[str]:
    """All that has tables or views; the raw tables, the ledger and the settings as well: a load must not differ."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select distinct schema_name from duckdb_tables() union select distinct schema_name from duckdb_views() "
            "where not internal"
        ).fetchall()
    return {schema for (schema,) in found}


def _drop_all_but_loads(copy: WorkspacePaths, empty: Path) -> None:
    """Leave the schemas that loading makes in an empty workspace: every other one was built, whatever its name."""
    shutil.copyfile(copy.config, _made(empty) / copy.config.name)
    shutil.copytree(copy.root / "mappings", empty / "mappings")
    prepare(load_workspace(empty))
    kept = _schemas(WorkspacePaths(empty).raw_database)
    shutil.rmtree(empty)
    with duckdb.connect(str(copy.raw_database)) as connection:
        for schema in sorted(_schemas_of(connection) - kept):
            connection.execute(f'drop schema "{schema}" cascade')


def _take_clock(copy: WorkspacePaths, of: WorkspacePaths) -> None:
    """Date the run as the other is dated: the only stamp that loading writes without loading anything."""
    with duckdb.connect(str(copy.raw_database)) as connection:
        connection.execute(f"attach '{of.raw_database}' as run (read_only)")
        connection.execute("update raw_config.runs set loaded_at = (select loaded_at from run.raw_config.runs)")


def _schemas_of(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute(
        "select schema_name from duckdb_schemas() where database_name = current_database() and not internal"
    ).fetchall()
    return {schema for (schema,) in found}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _but_inputs(paths: WorkspacePaths) -> Callable[[str, list[str]], list[str]]:
    written = {path.name for path in paths.written}
    return lambda folder, names: [name for name in names if Path(folder) == paths.root and name in written]
