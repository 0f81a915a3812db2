"""Below how many people a number is hidden: a release, a metric and what it is asked by in, people out."""

from __future__ import annotations

from collections.abc import Iterable

from serving.definitions.metric import Dimension, Metric
from serving.releases.release import LiveRelease


def floor_of(release: LiveRelease, metric: Metric, asked: Iterable[Dimension]) -> int:
    """Fewer people than this are hidden at this slice: of sensitive metrics at any, of other people in any group.

    A group is whatever a grouping or a filter names. What the company as a whole did is shown, also where few did it.
    """
    own = privacy_floor(release, metric)
    is_of_people = release.semantics.is_of_people(metric.name)
    is_group = any(dimension.personal or is_of_people for dimension in asked)
    if not release.protected or (own == 0 and not is_group):
        return 0
    return max(own, release.document.min_cell)


def privacy_floor(release: LiveRelease, metric: Metric) -> int:
    """Fewer people than this are hidden at any slice; 0 for metrics that are not sensitive by themselves.

    What people wrote (`meta.is_written`) has a floor of its own, since words tell more of a person than a number.
    """
    own = metric.meta.min_cell
    if own == 0:
        return 0
    written = release.document.min_cell_comments if metric.meta.is_written else 0
    return max(own, written, release.document.min_cell)
