"""One run of the pipeline, stage by stage: what Dagster's assets call, and all that a run remembers.

In: a validated workspace and a run id. Out: raw tables, marts, a release, and one audit record per stage.
No Dagster here: every stage is a method, so that a test can run them one after another.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from expectations import suite_marts
from pipeline import audit
from pipeline.books import ledger_totals, unbalanced_files
from pipeline.code_version import Code, code_of_today
from pipeline.dbt import runner as dbt_runner
from pipeline.dbt.checks import checks_of
from pipeline.dbt.definition_checks import definition_check, target_check
from pipeline.dbt.lineage import declared_marts, marts_of_source
from pipeline.dbt.metric_graph import metrics_by_mart
from pipeline.dbt.project import read_project
from pipeline.dbt.standing import altered_models, forget
from pipeline.freshness import freshness
from pipeline.losses import loss_checks
from pipeline.nothing_new import INPUTS, TAKEN_OVER, inputs
from pipeline.publishing.decision import REQUIRED_STAGES
from pipeline.publishing.publish import Publication, publish
from pipeline.publishing.release_facts import read_books
from pipeline.publishing.snapshot import contents_of
from pipeline.standing_checks import FINGERPRINTS, WHOLE_AT, fingerprints, standing_checks, whole_pass_is_due
from pipeline.workers import Workers
from workspace import Problem, Workspace
from workspace.handover import free_for_writing
from workspace.paths import MANIFEST_FILE, WorkspacePaths
from workspace.records.documents import AuditRecord, Check, StageName
from workspace.records.releases import live_pointer
from workspace.records.runs import begin, run_ids, started

if TYPE_CHECKING:
    from ingestion import LoadReport

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


class PartialRunError(Exception):
    """A release was asked for without the run that makes it."""

    def __init__(self) -> None:
        super().__init__(
            "A release is made by a whole run, so that all of its numbers are of one state. "
            "Start the job 'pipeline', or 'Materialize all'."
        )


def new_run_id() -> str:
    """A name that sorts by time and is unique: `20261122T025300-1a2b3c`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


@dataclass
class PipelineRun:
    """A run in progress. Its stages run one after another, under the workspace's lock.

    Attributes:
        code: what it is made by, as it was before dbt read any of it: what is edited later is the next run's.
        facts: what every record of the run says besides its own.
        workers: the processes that build and check; the caller ends them.
        full_refresh: build every model from nothing, whatever stands.
        check_all: check what stands, too.
        rebuild: names of models to build whether they stand or not.
        accept_vanished: sources of which this run may end any number of rows.
        continues: the run whose failed steps this one executes again; what went through there is taken over.
        is_part: only some assets were asked for. A part is not a release: it leaves no record and publishes nothing.
    """

    workspace: Workspace
    run_id: str = field(default_factory=new_run_id)
    full_refresh: bool = False
    check_all: bool = False
    rebuild: Collection[str] = ()
    accept_vanished: Collection[str] = ()
    continues: str | None = None
    is_part: bool = False
    code: Code = field(default_factory=code_of_today)
    facts: dict[str, Any] = field(default_factory=dict)
    _reports: dict[str, LoadReport] = field(default_factory=dict)
    _errors: dict[str, str] = field(default_factory=dict)
    _ingest_started_at: datetime | None = None
    workers: Workers = field(default_factory=Workers)

    @property
    def paths(self) -> WorkspacePaths:
        return self.workspace.paths

    def begin(self) -> None:
        """Leave a record that this run has begun, before it does anything: should it be killed, that is seen."""
        if not self.is_part:
            begin(
                self.paths,
                run_id=self.run_id,
                code_version=self.code.version,
                dagster_run_id=self.facts.get("dagster_run_id"),
            )

    def prepare(self) -> None:
        """Create what is missing in raw, and write what cx.yml says into raw_config."""
        from ingestion import prepare

        self._load("cx.yml", lambda: prepare(self.workspace))

    def load_mappings(self) -> LoadReport:
        """Load the company's vocabulary."""
        from ingestion import load_mappings

        return self._loaded("mappings", lambda: load_mappings(self.workspace, run_id=self.run_id))

    def load_source(self, name: str) -> LoadReport:
        """Load one source's files. Its problems are in the report; an exception is an accident and may be retried."""
        from ingestion import load_source

        accepted = name in self.accept_vanished
        return self._loaded(
            name, lambda: load_source(self.workspace, name, run_id=self.run_id, accept_vanished=accepted)
        )

    def freshness(self, name: str) -> Check | None:
        """Whether a source delivers as often as cx.yml says; None where it says nothing."""
        from ingestion import ledger_rows

        source = next((source for source in self.workspace.config.sources if source.name == name), None)
        if source is None or source.fresh_within_hours is None:
            return None
        check = freshness(source, ledger_rows(self.paths), now=audit.now())
        late = check is not None and check.status == "failed"
        return check.model_copy(update={"metrics": self._metrics_of_source(name)}) if check and late else check

    def finish_ingest(self, *, complete: bool = True) -> AuditRecord | None:
        """Write the record of all loading, once everything has had its turn.

        Args:
            complete: loading went through, so that the books can be counted; not so where it broke off.
        """
        if self.is_part:
            return None
        notes = audit.StageNotes(facts=dict(self.facts))
        notes.checks = [
            *(self._check_of(name, report.problems) for name, report in self._reports.items()),
            *(_accident(name, message) for name, message in self._errors.items()),
            *(check for check in map(self.freshness, self._reports) if check),
        ]
        before = self._records_before().get("ingest")
        loaded_again = {check.asset for check in notes.checks}
        notes.checks += [check for check in (before.checks if before else ()) if check.asset not in loaded_again]
        notes.message = "; ".join(str(problem) for report in self._reports.values() for problem in report.problems)
        if complete:
            notes.facts |= self._books()
        return audit.write(
            self.paths.audit,
            run_id=self.run_id,
            name="ingest",
            code_version=self.code.version,
            started_at=self._ingest_started_at or audit.now(),
            notes=notes,
        )

    def gate_raw(self) -> tuple[Check, ...]:
        """Run the raw suite."""
        logger.info("gate: checking raw")
        with self._stage("gate_raw") as notes:
            notes.checks += self.workers.gate.check_raw(self.paths.raw_database)
        return tuple(notes.checks)

    def build(self, *, models: list[str] | None = None) -> dbt_runner.Build:
        """Build and test models with dbt; `None` builds all of them. A part is not a release, so it leaves no record.

        Yields:
            dbt's result events, as they come.
        """
        logger.info("dbt: building %s", "all models" if models is None else f"{len(models)} models")
        if models is not None:
            return (yield from self._events_of_build(models))
        with self._stage("build") as notes:
            outcome = yield from self._events_of_build(None)
            definitions = self.semantic_manifest()
            notes.checks.append(definition_check(definitions))
            notes.checks.append(target_check(self.workspace.mappings.rows("targets"), definitions))
            notes.checks += checks_of(
                outcome.nodes, manifest=outcome.manifest, metrics_by_mart=metrics_by_mart(definitions)
            )
            stand = sum(node.earned_in is not None for node in outcome.nodes)
            notes.facts = {"nodes": len(outcome.nodes), "stand": stand, "altered": self._altered()}
            if outcome.success:
                books = read_books(self.paths.raw_database)
                notes.facts |= books
                notes.checks += loss_checks(
                    books["losses"],
                    sources=[source.name for source in self.workspace.config.sources],
                    metrics_of=self._metrics_of_source,
                )
            elif not any(check.blocks for check in notes.checks):
                notes.status = "error"
                notes.message = "dbt reports a failure that no test or model explains; see dbt.log of this run."
        return outcome

    def _events_of_build(self, models: list[str] | None) -> dbt_runner.Build:
        # dbt opens both; it would fail at once where another process has one of them open.
        for database in (self.paths.raw_database, self.paths.marts_database):
            free_for_writing(database)
        # A model that is asked for by itself is wanted built.
        forget(self.paths, [*self.rebuild, *(models or ())])
        return self.workers.dbt.build(
            self.paths, run_id=self.run_id, full_refresh=self.full_refresh, is_whole=self.is_whole, models=models
        )

    def gate_marts(self) -> tuple[Check, ...]:
        """Run the marts suite."""
        logger.info("gate: checking marts")
        with self._stage("gate_marts") as notes:
            marts, metrics = declared_marts(self._manifest()), metrics_by_mart(self.semantic_manifest())
            # As they are, not as they were built: a table may have been changed since.
            contents = contents_of(self.paths.marts_database)
            now = fingerprints(suite_marts.rules(marts), contents=contents, metrics_by_mart=metrics)
            before = self._record_before("gate_marts")
            standing = {} if self.is_whole else standing_checks(before, now)
            made = self.workers.gate.check_marts(
                self.paths.marts_database, marts=marts, metrics_by_mart=metrics, passing_over=standing
            )
            stand = [check for of_table in standing.values() for check in of_table]
            notes.checks += sorted([*made, *stand], key=lambda check: check.asset)
            whole_at = audit.now().isoformat() if self.is_whole or before is None else before.facts.get(WHOLE_AT)
            notes.facts = {FINGERPRINTS: now, "checked": len(made), "stand": len(stand), WHOLE_AT: whole_at}
        return tuple(notes.checks)

    def publish(self) -> Publication:
        """Publish what this run has built, if its records allow it."""
        from ingestion import ledger_rows

        logger.info("publish: writing the snapshot")
        if self.is_part:
            raise PartialRunError
        self._take_over()
        if code_of_today() != self.code:
            logger.warning(
                "the code was changed during this run: its records name the code that it began with; run again"
            )
        with self._stage("publish") as notes:
            result = publish(
                self.workspace,
                run_id=self.run_id,
                code_version=self.code.version,
                changed_files=self.code.changed_files,
                artefacts=self._artefacts,
                ledger=ledger_rows(self.paths),
            )
            notes.facts = {"outcome": result.outcome, "live": result.live, **self.facts}
            if result.outcome != "blocked":
                notes.facts[INPUTS] = inputs(self.workspace, self.code)
            notes.status = "failed" if result.outcome == "blocked" else "passed"
            notes.message = _outcome_text(result)
        return result

    def close(self) -> None:
        """Leave a record of what did not come to pass: of loading that broke off, and of a release not reached."""
        if self.is_part:
            return
        written = set(audit.read(self.paths.audit, run_id=self.run_id))
        if self._ingest_started_at and "ingest" not in written:
            self.finish_ingest(complete=False)
            written.add("ingest")
        if "publish" not in written and (written or started(self.paths, self.run_id)):
            live = live_pointer(self.paths)
            with self._stage("publish") as notes:
                notes.status = "skipped"
                notes.message = "An earlier stage kept this run from being published."
                notes.facts = {"outcome": "blocked", "live": live.run_id if live else None, **self.facts}

    def semantic_manifest(self) -> dict[str, Any]:
        """The metric definitions that this run's build wrote."""
        loaded: dict[str, Any] = json.loads((self._artefacts / MANIFEST_FILE).read_bytes())
        return loaded

    def _manifest(self) -> dict[str, Any]:
        """The models as this run built them."""
        loaded: dict[str, Any] = json.loads((self._artefacts / "manifest.json").read_bytes())
        return loaded

    @property
    def _artefacts(self) -> Path:
        """Where the build left its artefacts: this run's, or the one whose failed steps are executed again."""
        own = dbt_runner.run_target(self.paths, self.run_id)
        return dbt_runner.run_target(self.paths, self.continues) if self.continues and not own.is_dir() else own

    def _records_before(self) -> Mapping[StageName, AuditRecord]:
        """Records of the run that this one continues, as long as no other run has changed the warehouse since."""
        if self.continues is None:
            return {}
        later = (run for run in run_ids(self.paths) if run != self.run_id)
        return audit.read(self.paths.audit, run_id=self.continues) if next(later, None) == self.continues else {}

    @cached_property
    def is_whole(self) -> bool:
        """What stands is checked, too: asked for, or a week has passed since it was."""
        if self.full_refresh or self.check_all:
            return True
        if self.is_part:
            return False
        build, gate = self._record_before("build"), self._record_before("gate_marts")
        return whole_pass_is_due(build, gate, now=audit.now())

    def _altered(self) -> list[str]:
        """Models whose tables were not as they had been built."""
        altered = altered_models(self.paths, run_id=self.run_id) if self.is_whole else []
        for name in altered:
            logger.warning("%s was not as it had been built: built again, with all that reads it", name)
        return altered

    def _record_before(self, name: StageName) -> AuditRecord | None:
        """The newest record of a stage that an earlier run left."""
        earlier = (run for run in run_ids(self.paths) if run != self.run_id)
        return next((found for run in earlier if (found := audit.read(self.paths.audit, run_id=run).get(name))), None)

    def _take_over(self) -> None:
        """Write what went through before the step that failed as records of this run, which say where they are from."""
        written = audit.read(self.paths.audit, run_id=self.run_id)
        for name, record in self._records_before().items():
            if name in REQUIRED_STAGES and name not in written and record.status == "passed":
                record.model_copy(
                    update={"run_id": self.run_id, "facts": {**record.facts, TAKEN_OVER: self.continues}}
                ).write(audit.record_path(self.paths.audit, run_id=self.run_id, name=name))

    def _books(self) -> dict[str, Any]:
        from ingestion import ledger_rows, reject_summary

        ledger = ledger_rows(self.paths)
        return {
            "ledger": ledger_totals(ledger),
            "unbalanced_files": unbalanced_files(ledger),
            "rejects": reject_summary(self.paths),
        }

    def _stage(self, name: StageName) -> AbstractContextManager[audit.StageNotes]:
        if self.is_part:
            return nullcontext(audit.StageNotes())
        return audit.stage(self.paths.audit, run_id=self.run_id, name=name, code_version=self.code.version)

    def _loaded(self, name: str, load: Callable[[], LoadReport]) -> LoadReport:
        logger.info("loading %s", name)
        report = self._load(name, load)
        self._reports[name] = report
        for problem in report.problems:
            logger.warning("%s: %s", name, problem)
        return report

    def _load(self, name: str, load: Callable[[], Result]) -> Result:
        self._ingest_started_at = self._ingest_started_at or audit.now()
        self._errors[name] = "was interrupted"
        try:
            result = load()
        except Exception as error:
            self._errors[name] = audit.describe(error)
            raise
        del self._errors[name]
        return result

    def _check_of(self, name: str, problems: tuple[Problem, ...]) -> Check:
        errors = [problem for problem in problems if problem.severity == "error"]
        if not errors:
            return _LOADS.model_copy(update={"asset": f"sources.{name}", "unexpected": 0})
        messages = "; ".join(str(problem) for problem in errors)
        return _LOADS.model_copy(
            update={
                "asset": f"sources.{name}",
                "status": "failed",
                "unexpected": len(errors),
                "observed": messages,
                "metrics": self._metrics_of_source(name),
            }
        )

    def _metrics_of_source(self, name: str) -> tuple[str, ...]:
        if name not in {source.name for source in self.workspace.config.sources}:
            return ()
        parsed = read_project()
        manifest = json.loads(parsed.read_bytes())
        marts = marts_of_source(manifest, self.workspace.config.source(name))
        by_mart = metrics_by_mart(json.loads(parsed.with_name(MANIFEST_FILE).read_bytes()))
        return tuple(sorted({metric for mart in marts for metric in by_mart.get(mart, ())}))


# A file that cannot be read warns: what was loaded before is kept, and so are the other sources.
_LOADS = Check(
    name="loads",
    asset="sources",
    behaviour="warn",
    status="passed",
    description="Every file of the source could be read.",
    engine="pipeline",
)


def _accident(name: str, message: str) -> Check:
    return _LOADS.model_copy(update={"asset": f"sources.{name}", "status": "error", "observed": message})


def _outcome_text(result: Publication) -> str:
    match result.outcome:
        case "published":
            return "published"
        case "nothing_new":
            return f"nothing new: the content equals release {result.live}, which stays live"
        case _:
            return "; ".join(result.reasons)
