"""Which dimensions are parts of others in a release: what definitions declare and the release's own values confirm."""

from __future__ import annotations

from collections.abc import Iterable

from serving.engine import Query
from serving.privacy.lattice import Nesting
from serving.releases.release import LiveRelease


def nesting(release: LiveRelease, names: Iterable[str]) -> Nesting:
    """Of some dimensions, those that are parts of others.

    A company may give one value in two (a touchpoint of two stages). Then the two are what they look like, dimensions
    of their own: nothing follows from one for the other, and there is nothing to report.

    Args:
        names: dimensions in MetricFlow's names.
    """
    declared = release.semantics.nested
    found = {
        name: tuple(whole for whole in declared[name] if _is_part(release, name, whole))
        for name in names
        if name in declared
    }
    return {name: wholes for name, wholes in found.items() if wholes}


def _is_part(release: LiveRelease, name: str, whole: str) -> bool:
    """Whether each value of a dimension lies in one value of another, over all facts of the release."""
    pairs = release.engine.ask(Query(metrics=(), group_by=(whole, name)))
    return len(set(pairs.columns[name])) == pairs.length
