"""Pairs of linked keys in; whose every key is, since when, and which links a veto refuses, out.

Links are undirected. `since` is a time as an integer (microseconds since 1970); `ALWAYS` for what has no beginning.
Every answer is a function of the set of links: their order does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

Keys = NDArray[np.int64]
Times = NDArray[np.int64]
Positions = NDArray[np.intp]
ALWAYS: Final = np.iinfo(np.int64).min
FOREVER: Final = np.iinfo(np.int64).max
# The history of a component costs the square of its size. What is larger is not a person, and no guard saw it.
LARGEST_WITH_HISTORY: Final = 1000


@dataclass(frozen=True)
class Memberships:
    """One entry per key and stretch of time in which its component had one smallest key.

    Attributes:
        key: the linked key.
        person: the smallest key of its component, by links that began not later than the stretch.
        valid_from: first moment of the stretch; `ALWAYS` for a key's first one.
        valid_to: first moment after it; `FOREVER` for a key's last one.
    """

    key: Keys
    person: Keys
    valid_from: Times
    valid_to: Times


def smallest_of_component(left: Keys, right: Keys) -> tuple[Keys, Keys]:
    """Name every connected component of a graph by its smallest key.

    Exact for any number of hops: components come from a graph search, not from repeated joins.

    Args:
        left: keys at one end of each link, shape (links,).
        right: keys at the other end, shape (links,). Direction does not matter; loops and repetitions are allowed.

    Returns:
        The distinct keys in ascending order, and for each the smallest key of its component; both of shape (keys,).

    Raises:
        ValueError: if the two ends differ in length.
    """
    keys, ends = _numbered(left, right)
    if keys.size == 0:
        return keys, keys
    labels = _components(ends[0], ends[1], nodes=keys.size)
    # Keys ascend, so the first key that carries a label is its component's smallest.
    _, first = np.unique(labels, return_index=True)
    return keys, keys[first[labels]]


def memberships(
    left: Keys, right: Keys, since: Times, *, largest_with_history: int = LARGEST_WITH_HISTORY
) -> Memberships:
    """State whose every key was at every time: components grow as links begin.

    Only links of a minimum spanning forest by time change a component. The first of every component are applied
    together, then the second of every component, and so on: as many array operations as the largest one has links.

    Args:
        left: keys at one end of each link, shape (links,).
        right: keys at the other end, shape (links,).
        since: when each link began, shape (links,).
        largest_with_history: keys of larger components have one stretch, in which all links have always been there.

    Raises:
        ValueError: if the ends differ in length.
    """
    keys, ends = _numbered(left, right)
    nodes = np.arange(keys.size)
    if keys.size == 0:
        return Memberships(keys, keys, keys, keys)
    one, other, began = _earliest_forest(ends, since, nodes=keys.size)
    component = _components(one, other, nodes=keys.size)
    sizes = np.bincount(component)
    is_small = sizes <= largest_with_history
    large = np.nonzero(~is_small[component])[0]
    _, first = np.unique(component, return_index=True)
    grown = is_small[component[one]]
    changes = [
        (nodes, nodes, np.full(nodes.size, ALWAYS)),
        (large, first[component[large]], np.full(large.size, ALWAYS)),
        *_changes(component, sizes, one[grown], other[grown], began[grown]),
    ]
    changed, name, at = (np.concatenate(column) for column in zip(*changes, strict=True))
    return _stretches(keys, changed, name, at)


def refused_links(left: Keys, right: Keys, since: Times, vetoed_left: Keys, vetoed_right: Keys) -> NDArray[np.bool_]:
    """Say which links must go so that no two keys of a veto are in one component.

    Links are taken as they began; one that would bring a vetoed pair together is refused, however many links lie
    between the two. So the older link stays, and a link that is itself vetoed never holds. Ties on one instant go by
    the keys.

    Args:
        left: keys at one end of each link, shape (links,).
        right: keys at the other end, shape (links,).
        since: when each link began, shape (links,).
        vetoed_left: keys that are not one person with ...
        vetoed_right: ... these, shape (vetoes,). Keys without links are allowed.

    Returns:
        Whether each link is refused, shape (links,).
    """
    keys, people = smallest_of_component(left, right)
    refused = np.zeros(left.size, dtype=np.bool_)
    known = np.isin(vetoed_left, keys) & np.isin(vetoed_right, keys) & (vetoed_left != vetoed_right)
    one, other = vetoed_left[known], vetoed_right[known]
    person = people[np.searchsorted(keys, one)]
    together = person == people[np.searchsorted(keys, other)]
    if not together.any():
        return refused
    touched = np.nonzero(np.isin(people[np.searchsorted(keys, left)], person[together]))[0]
    lower, upper = np.minimum(left, right)[touched], np.maximum(left, right)[touched]
    in_time = touched[np.lexsort((upper, lower, since[touched]))]
    parties = _Parties(zip(one[together].tolist(), other[together].tolist(), strict=True))
    for link in in_time.tolist():
        refused[link] = not parties.join(int(left[link]), int(right[link]))
    return refused


class _Parties:
    """A union-find whose sets know whom they must not join."""

    def __init__(self, vetoes: Iterable[tuple[int, int]]) -> None:
        self._parent: dict[int, int] = {}
        self._enemies: dict[int, set[int]] = {}
        for one, other in vetoes:
            self._enemies.setdefault(one, set()).add(other)
            self._enemies.setdefault(other, set()).add(one)

    def join(self, one: int, other: int) -> bool:
        """Make two keys one set; False, and nothing done, where a veto stands between them."""
        kept, lost = self._root(one), self._root(other)
        if kept == lost:
            return True
        if lost in self._enemies.get(kept, ()):
            return False
        self._parent[lost] = kept
        for enemy in self._enemies.pop(lost, set()):
            self._enemies[enemy].discard(lost)
            self._enemies[enemy].add(kept)
            self._enemies.setdefault(kept, set()).add(enemy)
        return True

    def _root(self, key: int) -> int:
        while (parent := self._parent.get(key, key)) != key:
            self._parent[key] = self._parent.get(parent, parent)
            key = parent
        return key


def _numbered(left: Keys, right: Keys) -> tuple[Keys, Positions]:
    """The distinct keys in ascending order, and both ends of every link as positions among them, shape (2, links)."""
    if left.shape != right.shape:
        raise ValueError(f"{left.size} left ends do not pair with {right.size} right ends")
    keys, positions = np.unique(np.concatenate([left, right]), return_inverse=True)
    return keys, positions.reshape(2, left.size)


def _components(one: Positions, other: Positions, *, nodes: int) -> Positions:
    """The number of every node's connected component."""
    links = coo_array((np.ones(one.size, dtype=np.int8), (one, other)), shape=(nodes, nodes))
    _, component = connected_components(links.tocsr(), directed=False)
    return component.astype(np.intp)


def _earliest_forest(ends: Positions, since: Times, *, nodes: int) -> tuple[Positions, Positions, Times]:
    """A spanning forest whose links began as early as any: at every time it connects what all links connect."""
    moments, rank = np.unique(since, return_inverse=True)
    lower, upper = ends.min(axis=0), ends.max(axis=0)
    order = np.lexsort((rank, upper, lower))
    lower, upper, rank = lower[order], upper[order], rank[order]
    # A sparse matrix would add up the weights of a repeated link.
    is_new = np.ones(order.size, dtype=np.bool_)
    is_new[1:] = (lower[1:] != lower[:-1]) | (upper[1:] != upper[:-1])
    is_new &= lower != upper
    weights = (rank[is_new] + 1).astype(np.float64)
    links = coo_array((weights, (lower[is_new], upper[is_new])), shape=(nodes, nodes))
    forest = minimum_spanning_tree(links.tocsr()).tocoo()
    return forest.row.astype(np.intp), forest.col.astype(np.intp), moments[forest.data.astype(np.intp) - 1]


def _changes(
    component: Positions, sizes: Positions, one: Positions, other: Positions, began: Times
) -> Iterator[tuple[Positions, Positions, Times]]:
    """Apply the links of every component in time: keys that change their person, their new one, and when."""
    # Components by size, largest first: those with links left are always the first ones, and so are their keys.
    of_link = component[one]
    is_grown = np.zeros(sizes.size, dtype=np.bool_)
    is_grown[of_link] = True
    grown = np.nonzero(is_grown)[0]
    grown = grown[np.argsort(-sizes[grown], kind="stable")]
    place = np.full(sizes.size, grown.size)
    place[grown] = np.arange(grown.size)
    key = np.argsort(place[component], kind="stable")[: sizes[grown].sum()]
    place_of_key = place[component[key]]
    position = np.empty(component.size, dtype=np.intp)
    position[key] = np.arange(key.size)
    in_time = np.lexsort((began, place[of_link]))
    one, other, began = position[one[in_time]], position[other[in_time]], began[in_time]

    links = sizes[grown] - 1
    first_link = np.concatenate([[0], np.cumsum(links)[:-1]])
    keys_until = np.cumsum(sizes[grown])
    name = key.copy()
    for turn in range(int(links.max(initial=0))):
        active = int(np.searchsorted(-links, -turn))
        link = first_link[:active] + turn
        names = np.stack([name[one[link]], name[other[link]]])
        kept, lost = names.min(axis=0), names.max(axis=0)
        reach = place_of_key[: keys_until[active - 1]]
        changed = np.nonzero(name[: reach.size] == lost[reach])[0]
        name[changed] = kept[reach[changed]]
        yield key[changed], name[changed], began[link][reach[changed]]


def _stretches(keys: Keys, changed: Positions, name: Positions, at: Times) -> Memberships:
    """Changes in the order in which they were made, as stretches; those without length are left out."""
    order = np.argsort(changed, kind="stable")
    changed, name, at = changed[order], name[order], at[order]
    until = np.full(at.size, FOREVER)
    goes_on = changed[1:] == changed[:-1]
    until[:-1][goes_on] = at[1:][goes_on]
    lasts = at != until
    return Memberships(keys[changed[lasts]], keys[name[lasts]], at[lasts], until[lasts])
