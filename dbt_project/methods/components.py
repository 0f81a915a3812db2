"""Pairs of linked keys in, every key with the smallest key of its connected component out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Keys = NDArray[np.int64]


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
    if left.shape != right.shape:
        raise ValueError(f"{left.size} left ends do not pair with {right.size} right ends")
    keys, positions = np.unique(np.concatenate([left, right]), return_inverse=True)
    if keys.size == 0:
        return keys, keys
    ends = positions.reshape(2, left.size)
    links = coo_array((np.ones(left.size, dtype=np.bool_), (ends[0], ends[1])), shape=(keys.size, keys.size))
    _, labels = connected_components(links.tocsr(), directed=False)
    # Keys ascend, so the first key that carries a label is its component's smallest.
    _, first = np.unique(labels, return_index=True)
    return keys, keys[first[labels]]
