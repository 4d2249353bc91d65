"""Matrices of walks, as the pairs that the library takes."""

import numpy as np

from creative_nodes.streets import Near


def near(matrix: np.ndarray) -> Near:
    """Return the finite entries of a matrix as pairs."""
    a, b = np.nonzero(np.isfinite(matrix))
    return Near.of(a, b, matrix[a, b], matrix.shape)
