"""Matrices of walks, as the pairs that the library takes, and of links, as the best chains of them."""

import numpy as np

from creative_nodes.streets import Near


def near(matrix: np.ndarray) -> Near:
    """Return the finite entries of a matrix as pairs."""
    a, b = np.nonzero(np.isfinite(matrix))
    return Near.of(a, b, matrix[a, b], matrix.shape)


def best_chains(links: np.ndarray) -> np.ndarray:
    """Return the greatest product of links along any chain between each two, by Floyd's and Warshall's three loops."""
    best = np.array(links, dtype=float)
    np.fill_diagonal(best, 1)
    for between in range(len(best)):
        best = np.maximum(best, np.outer(best[:, between], best[between]))
    return best
