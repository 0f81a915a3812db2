"""Notifications: a run's audit records in, one message through Apprise out, or none where all is well.

Reported are runs that published nothing, sources that failed, are late or lose much, and metrics that are withheld; and
once more when all is well again. Messages hold names, counts and checks, never rows. An address that does not answer
never fails a run.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline import audit
from workspace import Workspace
from workspace.environment import secret
from workspace.paths import WorkspacePaths
from workspace.records.documents import AuditRecord, StageName
from workspace.records.releases import BrokenReleaseError, live_pointer, read_document, seen_by_readers
from workspace.records.runs import died, run_ids, started

logger = logging.getLogger(__name__)
Records = Mapping[StageName, AuditRecord]


@dataclass(frozen=True)
class Message:
    """What is sent: a title, and one line for each thing to know."""

    title: str
    lines: tuple[str, ...]

    @property
    def body(self) -> str:
        return "\n".join(self.lines)


def notify(workspace: Workspace, *, run_id: str) -> Message | None:
    """Send how a run ended to the addresses of `notify`, if there is trouble or its end.

    Returns:
        The message, also where no address is configured.
    """
    message = message_of(workspace.config.company, workspace.paths, run_id=run_id)
    if message:
        logger.warning("%s: %s", message.title, "; ".join(message.lines))
        _send(workspace.config.notify, message)
    return message


def message_of(company: str, paths: WorkspacePaths, *, run_id: str) -> Message | None:
    """The message about a run; None where it went well and so did the one before."""
    problems = troubles(paths, run_id=run_id)
    if problems:
        outcome = "was published with trouble" if _is_live(paths, run_id) else "published nothing new"
        if _failed(audit.read(paths.audit, run_id=run_id)):
            outcome = "was not published"
        return Message(f"{company}: run {run_id} {outcome}", (*problems, _what_readers_see(paths)))
    runs = run_ids(paths)
    before = next(iter(runs[runs.index(run_id) + 1 :]), None) if run_id in runs else None
    if before and troubles(paths, run_id=before):
        return Message(f"{company}: all is well again", (f"Run {run_id} went through.", _what_readers_see(paths)))
    return None


def troubles(paths: WorkspacePaths, *, run_id: str) -> tuple[str, ...]:
    """One line for each problem of a run, worst first; nothing where all went well."""
    records = audit.read(paths.audit, run_id=run_id)
    withheld = withheld_metrics(paths, run_id) if _is_live(paths, run_id) else []
    return (*_deaths(paths, run_id, records), *_stages(records), *_sources(records), *withheld)


def _deaths(paths: WorkspacePaths, run_id: str, records: Records) -> list[str]:
    """A run that did not end, and damaged records of it."""
    lines = [
        f"audit/{name} cannot be read: it is damaged, and what it said is not known"
        for name in audit.damaged(paths.audit, run_id=run_id)
    ]
    if died(paths, run_id):
        last = f"after {list(records)[-1]}" if records else "before its first stage was done"
        began = started(paths, run_id)
        when = f", begun {began.started_at:%Y-%m-%d %H:%M} UTC," if began else ""
        lines.append(
            f"run {run_id}{when} did not end: its process was killed, or the machine stopped, {last}. "
            f"{'Its release is live' if _is_live(paths, run_id) else 'Nothing of it was published'}. Run cx run again"
        )
    return lines


def withheld_metrics(paths: WorkspacePaths, run_id: str) -> list[str]:
    """One line for each metric that a release withholds."""
    try:
        withheld = read_document(paths, run_id).withheld
    except BrokenReleaseError:
        return []  # opening the live release reports it
    return [f"{metric} is withheld because of {', '.join(checks)}" for metric, checks in sorted(withheld.items())]


def _stages(records: Records) -> list[str]:
    lines = []
    for name, record in records.items():
        if record.status == "error":
            lines.append(f"{name} broke off: {record.message or 'see the log of this run'}")
        lines += [
            f"{name} blocks: {check.asset} {check.name}"
            + (f", {check.unexpected} rows" if check.unexpected else "")
            + f": {check.observed or check.description}"
            for check in record.checks
            if check.blocks
        ]
    return lines


def _sources(records: Records) -> list[str]:
    return [
        f"{check.asset.replace('sources.', 'source ')}: {check.observed or check.description}"
        for record in records.values()
        for check in record.checks
        if check.asset.startswith("sources.") and check.status == "failed" and not check.blocks
    ]


def _failed(records: Records) -> bool:
    return any(record.status in ("failed", "error", "skipped") for record in records.values())


def _is_live(paths: WorkspacePaths, run_id: str) -> bool:
    live = live_pointer(paths)
    return bool(live and live.run_id == run_id)


def _what_readers_see(paths: WorkspacePaths) -> str:
    seen = seen_by_readers(paths)
    return f"Readers see release {seen}." if seen else "Readers see no release."


def _send(addresses: tuple[str, ...], message: Message) -> None:
    if not addresses:
        return
    # Apprise knows a hundred services and imports them: only a run with something to send waits for that.
    import apprise

    for place, address in enumerate(addresses, start=1):
        url = secret(address)
        notifier = apprise.Apprise()
        # An address holds a password: a log names its place in cx.yml instead.
        if not url:
            logger.warning("notify %d: %s is not set, so nothing was sent there", place, address)
        elif not notifier.add(url):
            logger.warning("notify %d is not an address that Apprise knows", place)
        elif not notifier.notify(title=message.title, body=message.body):
            logger.warning("notify %d could not be reached", place)
