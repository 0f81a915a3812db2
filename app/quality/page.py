"""Data quality. In: the release's checks, sums, ledger and history. Out: the page for auditors and engineers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from app.kit.downloads import download
from app.kit.failures import part
from app.kit.formatting import as_code, count_of, day, listing, markdown_safe, moment, words
from app.kit.pages import HOME
from app.kit.tables import cell, csv_text
from app.quality import provenance
from app.quality import sentences as quality_sentences
from app.shell.drawers import Drawer, look_closer
from app.shell.page import begin
from serving import AnswerRow, releases
from workspace.records.documents import Check

METRICS_NAMED = 4  # in a sentence; the table below has all
IDENTITY_WORDS = {
    "anonymous": "Device",
    "customer": "Customer id",
    "email": "Address",
    "junk": "Stands for none",
    "shared": "Shared by too many",
}
# Part of the page -> its name in the address, and its icon.
BEHIND = {
    "By asset": ("checks", "fact_check"),
    "Runs": ("runs", "history"),
    "Who is who": ("identity", "fingerprint"),
    "Reconciliation": ("books", "balance"),
    "Not mapped yet": ("unmapped", "help"),
    "Files loaded": ("ledger", "description"),
    "Sources of each table": ("lineage", "account_tree"),
    "Settings": ("settings", "settings"),
    "Configuration and code": ("provenance", "code"),
    "Releases": ("releases", "inventory_2"),
}
HEADINGS = {"n_rows": "rows", "size_bytes": "bytes", "raw_schema": "schema", "raw_table": "table"}

session, heading = begin("For auditors and engineers")
document = session.document
zone = ZoneInfo(document.timezone)
passed = sum(check.status == "passed" for check in document.checks)
with heading.answering(list(session.definitions)):
    heading.answer(
        quality_sentences.quality(
            passed, len(document.checks), day_of_run=day(document.published_at.astimezone(zone).date())
        ),
        metrics=list(session.definitions),
        based_on=f"Release {document.run_id}, code {document.code_version}",
    )


def frame(rows: Iterable[Mapping[str, Any]], *, key: str, alt: str, empty: str) -> None:
    """Rows as a table with readable headings; a sentence where there are none."""
    data = pd.DataFrame(list(rows))
    if data.empty:
        st.caption(empty)
        return
    shown = data.rename(columns=HEADINGS).rename(columns=words)
    st.dataframe(shown, hide_index=True, key=key, alt=alt, width="stretch", placeholder="")
    download(
        "Download (CSV)",
        lambda: csv_text(data.assign(release=document.run_id)),
        name=f"{key}_{document.run_id}.csv",
        key=f"download_{key}",
    )


def section(title: str, note: str, draw: Callable[[], None]) -> None:
    """One part of the page under its heading."""
    st.header(title, anchor=False)
    with part(title):
        if note:
            st.caption(markdown_safe(note))
        draw()


def label_of(metric: str) -> str:
    """A metric's name as a reader knows it."""
    return session.definitions[metric].label if metric in session.definitions else metric


def failed_check(check: Check) -> str:
    """A failed check in a sentence: what, where, how many, and which metrics suffer."""
    rows = f" on {count_of(check.unexpected, 'row')}" if check.unexpected else ""
    seen = f" ({check.observed})" if check.observed else ""
    known = [metric for metric in check.metrics if metric in session.definitions]
    shown = [label_of(metric) for metric in known[:METRICS_NAMED]]
    if len(known) > METRICS_NAMED:
        shown.append(f"{len(known) - METRICS_NAMED} more")
    consequence = {"withhold": "withheld", "warn": "marked for review", "block": "not published"}[check.behaviour]
    suffers = f" {listing(shown)} {'is' if len(known) == 1 else 'are'} {consequence}." if shown else ""
    return f"{check.asset}: {check.name} failed{rows}{seen}.{suffers}"


def as_text(value: Any) -> str:
    """A fact of the lineage on one line."""
    return ", ".join(str(item) for item in value) if isinstance(value, (list, tuple)) else str(value)


def checks_table(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """Checks as rows, those that did not pass first."""
    return [
        {
            "result": check.status,
            "asset": check.asset,
            "check": check.name,
            "a_failure_would": check.behaviour,
            "rows_at_fault": check.unexpected,
            "observed": check.observed,
            "metrics_affected": ", ".join(
                label_of(metric) for metric in check.metrics if metric in session.definitions
            ),
            "engine": check.engine.replace("_", " "),
            "checked_by_run": check.earned_in or document.run_id,
        }
        for check in sorted(checks, key=lambda check: (check.status == "passed", check.asset, check.name))
    ]


def cell_text(metric: str, row: AnswerRow | None = None) -> str:
    """A governed number as text, or why there is none; the whole company's without a row."""
    return cell(row or session.one(metric), session.definitions[metric].unit, currency=session.currency)


def numbers(metric: str, headings: Mapping[str, str]) -> list[dict[str, Any]]:
    """A governed number by its dimensions, as rows; `headings` says what each dimension is to a reader."""
    label = session.definitions[metric].label
    return [
        {heading: in_words(row.dimensions[name]) for name, heading in headings.items()}
        | {label: cell_text(metric, row)}
        for row in session.ask(metric, by=tuple(headings)).rows
        # An answer without a cell (nothing is guarded, no source feeds it) has one row of the whole metric.
        if set(headings) <= set(row.dimensions)
    ]


def in_words(value: object) -> str:
    """A type or reason as an auditor says it."""
    return IDENTITY_WORDS.get(str(value), words(str(value)))


def who_is_who() -> None:
    """People by how many identifiers were joined, and the identifiers that join no people, in counts."""
    if not session.is_fed("people"):
        st.caption("No source has people.")
        return
    st.caption(
        f"{cell_text('identified_share')} of {cell_text('people')} people seen are identified by a customer id, an "
        "address or a phone. Identifiers that join no people, because they are fillers or too many for one person: "
        f"{cell_text('guarded_identifiers')}. None is shown here; cx explain-identity lists the links behind one."
    )
    by_size, apart = st.columns(2)
    with by_size:
        frame(
            numbers("people", {"identifier_band": "identifiers_of_one_person"}),
            key="quality_people_by_identifiers",
            alt="People by how many identifiers were joined",
            empty="No people have been seen yet.",
        )
    with apart:
        frame(
            numbers("guarded_identifiers", {"identifier_type": "what", "guard_reason": "why"}),
            key="quality_guarded",
            alt="Identifiers that join no people, by type and reason",
            empty="Every identifier joins whom it names.",
        )


with part("The failed checks"):
    for check in [check for check in document.checks if check.status != "passed"]:
        callout = st.warning if check.behaviour == "warn" and check.status == "failed" else st.error
        callout(
            f"**{markdown_safe(words(check.name))}**  \n{markdown_safe(failed_check(check))}", icon=":material/error:"
        )
    if document.withheld:
        st.warning(
            f"**{count_of(len(document.withheld), 'metric is', 'metrics are')} withheld**  \n"
            + markdown_safe(
                "; ".join(
                    f"{label_of(metric)} ({', '.join(names)})" for metric, names in sorted(document.withheld.items())
                )
            ),
            icon=":material/block:",
        )

section(
    "By metric",
    "",
    lambda: frame(
        [
            {
                "metric": definition.label,
                "result": definition.badge,
                "checks_passed": f"{sum(check.status == 'passed' for check in definition.checks)}"
                f" of {len(definition.checks)}",
                "model": ", ".join(definition.model),
                "owner": words(definition.owner),
                "why": definition.badge_reason,
            }
            for definition in sorted(
                session.definitions.values(), key=lambda item: (item.badge == "certified", item.label)
            )
        ],
        key="quality_by_metric",
        alt="Checks passed, model and owner of every metric",
        empty="This release defines no metric.",
    ),
)
drawers: list[Drawer] = []


def offer(title: str, note: str, draw: Callable[[], None]) -> None:
    """One part of the page that is drawn when a reader opens it."""

    def contents() -> None:
        if note:
            st.caption(markdown_safe(note))
        draw()

    key, icon = BEHIND[title]
    drawers.append(Drawer(title, key, icon, contents))


def kept_releases() -> None:
    """Every release that is kept, with a way to open it."""
    for release in releases(session.paths):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            marks = [":green-badge[live]"] if release.run_id == session.live_run_id else []
            marks += [":blue-badge[open here]"] if release.run_id == document.run_id else []
            st.markdown(
                f"**{moment(release.published_at.astimezone(zone))}** · numbers end on {day(release.as_of_on)} · "
                f"{as_code(release.run_id)} {' '.join(marks)}",
                width="stretch",
            )
            if release.run_id != document.run_id:
                st.page_link(
                    HOME.file,
                    label="Open",
                    icon=":material/history:",
                    query_params={"release": release.run_id},
                )


offer(
    "By asset",
    "A failed block keeps a load from being published; withhold hides the metrics that depend on it; "
    "warn only reports. A check of an earlier run stands where nothing that it looks at has changed since.",
    lambda: frame(
        checks_table(document.checks),
        key="quality_checks",
        alt="Every check with its result, asset and affected metrics",
        empty="No check is recorded.",
    ),
)
offer(
    "Runs",
    "Newest first.",
    lambda: frame(
        [
            {
                "started": moment(run.started_at.astimezone(zone)),
                "finished": moment(run.finished_at.astimezone(zone)) if run.finished_at else "",
                "status": run.status,
                "published": "yes" if run.published else "no",
                "failed_checks": ", ".join(str(getattr(check, "name", check)) for check in run.failed_checks),
                "message": run.message,
                "run": run.run_id,
            }
            for run in session.runs
        ],
        key="quality_runs",
        alt="Runs of this workspace and how they ended",
        empty="No run is recorded.",
    ),
)
# A release of an earlier version does not count them.
if "guarded_identifiers" in session.definitions:
    offer("Who is who", "", who_is_who)
offer(
    "Reconciliation",
    "Rows loaded = kept + quarantined + deduplicated + superseded + set aside, for every source.",
    lambda: frame(
        document.books,
        key="quality_books",
        alt="Rows by what became of them, per source",
        empty="Nothing was loaded, so that there is nothing to reconcile.",
    ),
)
offer(
    "Not mapped yet",
    "Kept and counted, never guessed: the mappings say what they are.",
    lambda: frame(
        document.unmapped,
        key="quality_unmapped",
        alt="Events, channels, questions and columns without a mapping",
        empty="Everything that was loaded is mapped.",
    ),
)
offer(
    "Files loaded",
    "Records = loaded + rejected + skipped, for every file.",
    lambda: frame(document.ledger, key="quality_ledger", alt="The ledger of files", empty="No file is recorded."),
)
offer(
    "Sources of each table",
    "",
    lambda: frame(
        [
            {"table": table, **{name: as_text(value) for name, value in facts.items()}}
            for table, facts in sorted(document.lineage.items())
        ],
        key="quality_lineage",
        alt="Files and sources behind every published table",
        empty="No lineage is recorded.",
    ),
)
offer(
    "Settings",
    "What was configured when this release was built, without addresses and passwords. An edit changes no release.",
    lambda: frame(
        provenance.settings(document),
        key="quality_settings",
        alt="Settings of this release by key",
        empty="This release was published before releases kept their settings.",
    ),
)
offer(
    "Configuration and code",
    f"Built by code {document.code_version}. A hash shows whether a file is the one that this release was built with.",
    lambda: frame(
        provenance.files(document),
        key="quality_provenance",
        alt="Configuration files with their hashes, and code files that were edited",
        empty="This release was published before releases kept the hashes of their files.",
    ),
)

offer(
    "Releases",
    "Each holds the numbers as they were. An address with a release in it opens the same numbers again.",
    kept_releases,
)
look_closer(*drawers)
