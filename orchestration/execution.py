"""A whole run as one Dagster run in this process, so that Dagster's UI shows it afterwards.

In: a validated workspace. Out: what the run's audit records say, and whether readers see this run's release.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestration.instance import dagster_home
from pipeline import audit
from pipeline.code_version import code_of_today
from pipeline.dbt.invocation import DbtError
from pipeline.nothing_new import repeat
from pipeline.run import new_run_id
from pipeline.workers import Workers
from workspace import Workspace
from workspace.garbage import keep_all, look_seldom
from workspace.machine import demand_writable, machine_trouble
from workspace.paths import WorkspacePaths
from workspace.records.documents import AuditRecord, StageName
from workspace.records.releases import live_pointer, seen_by_readers
from workspace.records.run_lock import RunLockedError, current_holder
from workspace.wording import without_values
from workspace.worker import RefusedError, finish

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """How a run ended.

    Attributes:
        seen: the release that readers see now; None where there is none.
        nothing_new: the run went through, and its content equals the live release.
        error: why, in the words of Dagster or of the machine, where a run died before it could leave a record.
    """

    run_id: str
    records: Mapping[StageName, AuditRecord]
    seen: str | None
    nothing_new: bool
    error: str | None

    @property
    def published(self) -> bool:
        """Readers see this run's release."""
        return self.seen == self.run_id

    @property
    def succeeded(self) -> bool:
        return self.published or self.nothing_new


def execute(
    workspace: Workspace,
    workers: Workers,
    *,
    full_refresh: bool = False,
    check_all: bool = False,
    rebuild: Sequence[str] = (),
    accept_vanished: Sequence[str] = (),
) -> RunOutcome:
    """Run the whole pipeline.

    Args:
        workspace: the validated workspace.
        workers: where it is built and checked; they stay the caller's.
        full_refresh: build every model from nothing.
        check_all: check what stands since earlier runs, too.
        rebuild: models to build though their code and inputs are as they were.
        accept_vanished: sources of which any number of rows may vanish.

    Raises:
        RunLockedError: another process writes to this workspace.
        OSError: a folder that a run writes into may not be written.
    """
    paths = workspace.paths
    demand_writable(paths.written)
    options = {
        "full_refresh": full_refresh,
        "check_all": check_all,
        "rebuild": list(rebuild),
        "accept_vanished": list(accept_vanished),
    }
    holder = current_holder(paths.lock)
    if holder:
        # The lock itself is taken inside the run; asking first spares Dagster a failed run.
        raise RunLockedError(paths.lock, holder)
    run_id = new_run_id()
    # Before dbt reads it: what is edited while this runs is the next run's.
    code = code_of_today()
    # Before Dagster and dbt are imported, which takes longer than the whole of such a run.
    repeated = None if any(options.values()) else repeat(workspace, run_id=run_id)
    if repeated is not None:
        return RunOutcome(
            run_id=run_id, records=repeated, seen=_seen(paths, repeated["publish"]), nothing_new=True, error=None
        )
    look_seldom()
    home = dagster_home(paths)
    # dbt reads the project while Dagster is imported, and the gate imports while dbt reads.
    parsing = workers.dbt.parse()
    # Imported here, so that --help does not wait for it.
    import dagster as dg

    from orchestration.definitions import JOB_NAME, build_definitions
    from orchestration.resources import RUN_ID_TAG

    workers.start()
    logger.info("reading the dbt project")
    try:
        finish(parsing)
    except RefusedError as error:
        raise DbtError(str(error)) from None
    workers.dbt.warm_up()
    job = build_definitions(workspace, workers, code=code).resolve_job_def(JOB_NAME)
    keep_all()
    with dg.DagsterInstance.from_config(str(home)) as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags={RUN_ID_TAG: run_id},
            run_config={
                "resources": {"pipeline": {"config": options}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
        failure = None if result.success else _first_error(result)
    records = audit.read(paths.audit, run_id=run_id)
    publish = records.get("publish")
    return RunOutcome(
        run_id=run_id,
        records=records,
        seen=_seen(paths, publish),
        nothing_new=bool(publish and publish.facts.get("outcome") == "nothing_new"),
        error=failure,
    )


def _seen(paths: WorkspacePaths, publish: AuditRecord | None) -> str | None:
    """The release that readers see. What publishing has just hashed, or compared with, is not hashed again."""
    live = live_pointer(paths)
    if publish and publish.status == "passed" and live and publish.facts.get("live") == live.run_id:
        return live.run_id
    return seen_by_readers(paths)


def _first_error(result: object) -> str | None:
    for event in getattr(result, "all_events", ()):
        specific = event.event_specific_data
        error = getattr(specific, "error", None)
        if event.is_failure and error:
            while error.cause:
                error = error.cause
            text = str(error.message).strip()
            return machine_trouble(text) or without_values(text.splitlines()[0])
    return None
