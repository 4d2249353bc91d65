"""Dense groups of spaces by network distance: DBSCAN and HDBSCAN, and how large a group is (METHOD section 6)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from sklearn import config_context
from sklearn.cluster import DBSCAN, HDBSCAN

from creative_nodes.network.settings import ClusterSettings
from creative_nodes.streets import Near

NOISE = -1
TINY = 1e-9  # scikit-learn reads a stored zero as a neighbour only when it is stored


def _trusted() -> AbstractContextManager[Any]:
    """Have scikit-learn not check our settings, for each of a thousand placements: that takes a quarter of the time."""
    found: AbstractContextManager[Any] = config_context(skip_parameter_validation=True)
    return found


def dbscan(pairs: csr_array, settings: ClusterSettings) -> np.ndarray:
    """Run DBSCAN on a sparse matrix of network distances (metres, zeros stored as `TINY`).

    Parameters
    ----------
    pairs : distances, shape (spaces, spaces).
    settings : radius `eps_m` and `min_spaces`.

    Returns
    -------
    cluster number of each space, -1 for none.
    """
    if pairs.shape[0] == 0:
        return np.array([], dtype=int)
    model = DBSCAN(eps=settings.eps_m, min_samples=settings.min_spaces, metric="precomputed")
    with _trusted():
        return np.asarray(model.fit(_with_diagonal(pairs)).labels_)


def _with_diagonal(pairs: csr_array) -> csr_array:
    n = pairs.shape[0]
    coo = pairs.tocoo()
    off = coo.row != coo.col
    row = np.concatenate([coo.row[off], np.arange(n)])
    col = np.concatenate([coo.col[off], np.arange(n)])
    data = np.concatenate([np.maximum(coo.data[off], TINY), np.full(n, TINY)])
    return csr_array((data, (row, col)), shape=(n, n))


def near_pairs(walks: Near, *, within_m: float) -> csr_array:
    """Keep the pairs of spaces within a distance, as a symmetric sparse matrix.

    Parameters
    ----------
    walks : metres between spaces; the shorter of both directions counts.
    within_m : metres.
    """
    both = walks.either_way()
    short = both.where(both.cost <= within_m)
    return csr_array((np.maximum(short.cost, TINY), (short.a, short.b)), shape=walks.shape)


def hdbscan(pairs: csr_array, settings: ClusterSettings) -> np.ndarray:
    """Run HDBSCAN on a sparse matrix of network distances (metres), dense up to the cut-off and one distance beyond.

    A pair that is not in the matrix, or `hdbscan_cut_m` or more apart, counts as that far apart. So nothing is gained
    by a cluster that spans such a gap, and distances beyond it need not be known.

    Parameters
    ----------
    pairs : distances, shape (spaces, spaces).
    settings : `min_spaces`, the floor and the cut-off in metres.

    Returns
    -------
    cluster number of each space, -1 for none.
    """
    n, least, far = pairs.shape[0], settings.min_spaces, settings.hdbscan_cut_m
    if n < least:
        return np.full(n, NOISE)
    near = pairs.tocoo()
    # scikit-learn never takes the whole as a cluster: a group of nobody, out of reach, lets a city be one cluster
    metres = np.full((n + least, n + least), far)
    metres[near.row, near.col] = np.clip(near.data, settings.hdbscan_floor_m, far)
    metres[n:, n:] = settings.hdbscan_floor_m
    np.fill_diagonal(metres, 0)
    model = HDBSCAN(min_cluster_size=least, min_samples=least, metric="precomputed", copy=True)
    with _trusted():
        labels = np.asarray(model.fit(metres).labels_)[:n]
    return _without_ties(metres[:n, :n], labels, settings)


def _without_ties(metres: np.ndarray, labels: np.ndarray, settings: ClusterSettings) -> np.ndarray:
    """Take out what joins a cluster only as near as it joins the rest, and pieces with too few spaces.

    scikit-learn builds a binary tree. Where several parts join at one distance (mutual reachability makes many equal,
    the cut-off most of all), it joins them in any order, so that a cluster may hold what does not belong to it.
    """
    least, far = settings.min_spaces, settings.hdbscan_cut_m
    core = np.partition(metres, least - 1, axis=1)[:, least - 1]
    reach = np.maximum(metres, np.maximum(core[:, None], core[None]))
    out, number = np.full(len(labels), NOISE), 0
    for label in np.unique(labels[labels != NOISE]):
        members, others = np.flatnonzero(labels == label), np.flatnonzero(labels != label)
        gap = reach[np.ix_(members, others)].min(initial=far)
        _, piece = connected_components(csr_array(reach[np.ix_(members, members)] < gap), directed=False)
        for large in np.flatnonzero(np.bincount(piece) >= least):
            out[members[piece == large]] = number
            number += 1
    return out


def find_clusters(pairs: csr_array, settings: ClusterSettings) -> np.ndarray:
    """Run the configured method on the network distances up to `settings.within_m`; see `dbscan` and `hdbscan`.

    Parameters
    ----------
    pairs : distances in metres, shape (spaces, spaces).
    settings : method and its numbers.
    """
    return dbscan(pairs, settings) if settings.method == "dbscan" else hdbscan(pairs, settings)


def sizes(pairs: csr_array, labels: np.ndarray, settings: ClusterSettings) -> np.ndarray:
    """Return how large each cluster is, for the test against chance, shape (clusters,).

    DBSCAN: the number of its spaces. HDBSCAN makes wide and loose clusters of points strewn at random, so that the
    number alone says little; there each space counts `hdbscan_cut_m` / c - 1, where c is its distance to the
    `min_spaces`-th nearest, itself included: its density above that at which clusters end. It is the excess of mass
    that HDBSCAN picks clusters by (Campello, Moulavi and Sander 2013), taken from each space's own density.

    Parameters
    ----------
    pairs : distances in metres, shape (spaces, spaces).
    labels : cluster of each space, -1 for none, shape (spaces,).
    settings : method and its numbers.
    """
    found = labels[labels != NOISE]
    if settings.method == "dbscan":
        return np.bincount(found).astype(float)
    far, least = settings.hdbscan_cut_m, settings.min_spaces
    rows = _with_diagonal(pairs)
    core = np.full(len(labels), far)
    for row in np.flatnonzero(np.diff(rows.indptr) >= least):
        near = rows.data[rows.indptr[row] : rows.indptr[row + 1]]
        core[row] = np.clip(np.partition(near, least - 1)[least - 1], settings.hdbscan_floor_m, far)
    return np.bincount(found, weights=far / core[labels != NOISE] - 1)
