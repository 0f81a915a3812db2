"""The badges over a page. In: metric definitions, the release and the runs since. Out: `Badge`s and `Notice`s.

Computed from the serving catalogue and the release only, so that "certified" is never shown beside a failing check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from app.kit.formatting import count_of, day, listing, moment

if TYPE_CHECKING:
    from serving import MetricDefinition, RunSummary
    from workspace.records.documents import Release

Color = Literal["gray", "green", "orange", "red"]

ICONS = {
    "certified": ":material/verified:",
    "provisional": ":material/experiment:",
    "needs review": ":material/error:",
    "withheld": ":material/block:",
}


@dataclass(frozen=True)
class Badge:
    """A short statement of trust. The icon says the same as the colour."""

    text: str
    color: Color
    icon: str
    help: str = ""


@dataclass(frozen=True)
class Notice:
    """A callout over the numbers: what happened, and what it means for them."""

    title: str
    text: str
    color: Color
    icon: str


def certification(definitions: Sequence[MetricDefinition]) -> Badge:
    """One badge for all metrics of a page: the worst of them decides its colour."""
    total = len(definitions)
    by_badge = {
        badge: [definition for definition in definitions if definition.badge == badge]
        for badge in ("withheld", "needs review", "provisional", "certified")
    }
    reasons = "; ".join(
        f"{definition.label}: {definition.badge_reason}"
        for badge in ("withheld", "needs review", "provisional")
        for definition in by_badge[badge]
    )
    if withheld := by_badge["withheld"]:
        verb = "is" if len(withheld) == 1 else "are"
        return Badge(f"{count_of(len(withheld), 'metric')} {verb} withheld", "red", ICONS["withheld"], reasons)
    if review := by_badge["needs review"]:
        verb = "needs" if len(review) == 1 else "need"
        return Badge(f"{count_of(len(review), 'metric')} {verb} review", "orange", ICONS["needs review"], reasons)
    certified = len(by_badge["certified"])
    if certified == total:
        return Badge("All metrics certified", "green", ICONS["certified"], f"{count_of(total, 'metric')} on this page")
    if certified == 0:
        return Badge("Provisional metrics", "gray", ICONS["provisional"], reasons)
    return Badge(f"{certified} of {total} metrics certified", "green", ICONS["certified"], reasons)


def freshness(release: Release, *, now: datetime, stale_after: timedelta) -> Badge:
    """When the numbers were published, in the company's own time."""
    published = release.published_at.astimezone(ZoneInfo(release.timezone))
    local_now = now.astimezone(ZoneInfo(release.timezone))
    ends = f"Published {moment(published)} ({release.timezone}); numbers end on {day(release.as_of_on)}"
    if is_stale(release, now=now, stale_after=stale_after):
        age = (local_now.date() - published.date()).days
        return Badge(f"Data {count_of(age, 'day')} old", "orange", ":material/schedule:", ends)
    today = "today " if published.date() == local_now.date() else f"{day(published.date())}, "
    return Badge(f"Updated {today}{published:%H:%M}", "gray", ":material/schedule:", ends)


def lateness(release: Release, *, stale_after: timedelta) -> Badge | None:
    """A badge where the sources end well before the load did; none where cx.yml names the day on purpose."""
    if release.as_of_is_pinned or release.published_at.date() - release.as_of_on <= stale_after + timedelta(days=1):
        return None
    help_text = f"The newest dated fact in the sources is of {day(release.as_of_on)}; states refer to that day."
    return Badge(f"Sources end {day(release.as_of_on)}", "orange", ":material/event_busy:", help_text)


def is_stale(release: Release, *, now: datetime, stale_after: timedelta) -> bool:
    """Whether the release is older than the workspace allows."""
    return now - release.published_at > stale_after


def notices(
    release: Release,
    runs: Sequence[RunSummary],
    *,
    live_run_id: str,
    now: datetime,
    stale_after: timedelta,
    instead_of: str = "",
) -> list[Notice]:
    """What a reader must know before trusting the numbers: an old release, a failed run since, late data.

    Args:
        release: the release that is shown.
        runs: runs of the workspace, newest first.
        live_run_id: the release that CURRENT.json points at.
        now: the present moment, with a zone.
        stale_after: how old a live release may be.
        instead_of: why this release is shown and not the one that CURRENT.json points at; empty where it is.
    """
    zone = ZoneInfo(release.timezone)
    published = moment(release.published_at.astimezone(zone))
    if release.run_id != live_run_id:
        text = f"You opened the release of {published}. A different one is live now."
        return [Notice("These are earlier answers", text, "orange", ":material/history:")]
    found = []
    if instead_of:
        text = f"{instead_of} The release has to be published again. The answers below are those of {published}."
        found.append(Notice("The newest answers cannot be trusted", text, "red", ":material/error:"))
    newest = runs[0] if runs else None
    if newest is not None and newest.status == "died" and newest.run_id != release.run_id:
        when = moment(newest.started_at.astimezone(zone))
        text = f"The load of {when} was killed before its end. The answers below are those of {published}."
        found.append(Notice("The last load did not end", text, "red", ":material/error:"))
    if newest is not None and newest.status in ("failed", "error") and newest.run_id != release.run_id:
        when = moment((newest.finished_at or newest.started_at).astimezone(zone))
        reason = why(newest)
        text = f"The load of {when} was stopped: {reason} The answers below are those of {published}."
        found.append(Notice("The last load did not pass its checks", text, "red", ":material/error:"))
    if is_stale(release, now=now, stale_after=stale_after):
        age = count_of((now.astimezone(zone).date() - release.published_at.astimezone(zone).date()).days, "day")
        text = f"No load has finished since {published}. Numbers below end on {day(release.as_of_on)}."
        found.append(Notice(f"These numbers are {age} old", text, "orange", ":material/schedule:"))
    return found


def settings_not_kept(release: Release) -> Notice | None:
    """A callout where sentences cannot know the settings that their numbers were computed with."""
    if release.settings is not None:
        return None
    text = (
        "This release was published before releases kept their settings. Where a sentence names a setting, such as the "
        "days that a customer stays active or the share of the top tier, it is the default, and the numbers may have "
        "been computed with another. The next run publishes a release with its settings."
    )
    return Notice("The settings of these answers are not known", text, "orange", ":material/settings:")


def why(run: RunSummary) -> str:
    """What stopped a run, in a sentence."""
    if run.status == "died":
        return f"{run.message}."
    failed = [getattr(check, "name", str(check)) for check in run.failed_checks]
    if failed:
        more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
        verb = "check failed" if len(failed) == 1 else "checks failed"
        return f"{verb}: {listing(failed[:3])}{more}."
    message = (run.message or "it ended with an error").strip().rstrip(".")
    return f"{message}."
