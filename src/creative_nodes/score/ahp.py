"""Weights from pairwise comparisons: the analytic hierarchy process (Saaty 1980).

Raises ValueError, which the configuration turns into a message with file and key.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from creative_nodes.common import nearest

LARGEST = 9.0  # Saaty's scale goes from 1/9 to 9
MAX_CONSISTENCY_RATIO = 0.1
# mean consistency index of random matrices, by the number of things compared (Saaty and Tran 2007)
RANDOM_INDEX = {
    **{1: 0.0, 2: 0.0, 3: 0.52, 4: 0.89, 5: 1.11, 6: 1.25, 7: 1.35, 8: 1.40, 9: 1.45, 10: 1.49},
    **{11: 1.52, 12: 1.54, 13: 1.56, 14: 1.58, 15: 1.59},
}
DECIMALS = 9  # weights are rounded to this, so that they are the same on every machine


def intensity(value: object, pair: str) -> float:
    """Read one judgement: a number, or a text such as "1/3".

    Parameters
    ----------
    value : as written in the config.
    pair : the two criteria, for errors.

    Raises
    ------
    ValueError : it is no number, or outside 1/9 to 9.
    """
    try:
        number = float("nan") if isinstance(value, bool) else float(Fraction(str(value).replace(" ", "")))
    except (ValueError, ZeroDivisionError):
        number = float("nan")
    if not 1 / LARGEST - 1e-9 <= number <= LARGEST:  # also false for what is no number
        raise ValueError(
            f"{pair}: {value} is not on Saaty's scale; give 1 (as important) to 9 (far more), or 1/2 to 1/9 "
            "when the second matters more"
        )
    return number


def matrix_of(pairs: Mapping[str, object], names: Sequence[str]) -> np.ndarray:
    """Build the reciprocal matrix of pairwise comparisons.

    Parameters
    ----------
    pairs : "a/b" -> how many times as important a is as b; each pair once, in either order.
    names : what is compared, in the order of the rows.

    Returns
    -------
    shape (n, n), 1 on the diagonal.

    Raises
    ------
    ValueError : a name is unknown, a pair is given twice or is missing, or a judgement is off the scale.
    """
    matrix = np.eye(len(names))
    seen: set[frozenset[str]] = set()
    for pair, value in pairs.items():
        two = [part.strip() for part in str(pair).split("/")]
        if len(two) != 2 or two[0] == two[1]:
            raise ValueError(f"{pair}: name two different things as first/second, e.g. {names[0]}/{names[-1]}")
        for name in two:
            if name not in names:
                raise ValueError(f"{pair}: unknown name {name}; {nearest(name, names)}")
        if frozenset(two) in seen:
            raise ValueError(f"{pair}: the two are compared twice; keep one of them")
        seen.add(frozenset(two))
        row, column = (names.index(name) for name in two)
        matrix[row, column] = intensity(value, str(pair))
        matrix[column, row] = 1 / matrix[row, column]
    missing = [f"{a}/{b}" for a, b in itertools.combinations(names, 2) if frozenset((a, b)) not in seen]
    if missing:
        raise ValueError(f"compare every pair once; missing: {', '.join(missing)}")
    return matrix


def principal(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the principal eigenvector, scaled to sum 1, and the consistency ratio (Saaty 1980).

    Parameters
    ----------
    matrix : reciprocal matrix, shape (n, n), n at most 15.

    Returns
    -------
    weights, shape (n,); CR = (lambda_max - n) / (n - 1) / random index, 0 for one or two things.
    """
    n = len(matrix)
    values, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(values.real))
    weights = np.abs(vectors[:, first].real)
    index = (float(values[first].real) - n) / (n - 1) if n > 1 else 0.0
    ratio = index / RANDOM_INDEX[n] if RANDOM_INDEX[n] else 0.0
    return weights / weights.sum(), max(0.0, ratio)


def worst_triple(matrix: np.ndarray) -> tuple[int, int, int]:
    """Find the three rows i, j, k whose judgements contradict each other most: a_ij a_jk far from a_ik."""
    log = np.log(matrix)
    return max(
        itertools.combinations(range(len(matrix)), 3),
        key=lambda t: abs(log[t[0], t[1]] + log[t[1], t[2]] - log[t[0], t[2]]),
    )


def _times(value: float) -> str:
    """Say a judgement the way it is written: 3, 2.5, 1/4."""
    return f"{value:.3g}" if value >= 1 else f"1/{1 / value:.3g}"


def weights_from_pairs(pairs: Mapping[str, object], names: Sequence[str]) -> dict[str, float]:
    """Turn pairwise comparisons into weights.

    Parameters
    ----------
    pairs : "a/b" -> how many times as important a is as b on Saaty's scale, 1/9 to 9.
    names : what is compared.

    Returns
    -------
    weight by name, summing to 1 (rounded to nine decimals).

    Raises
    ------
    ValueError : bad pairs, or a consistency ratio above 0.1; the message names the three that contradict most.
    """
    matrix = matrix_of(pairs, names)
    weights, ratio = principal(matrix)
    if ratio > MAX_CONSISTENCY_RATIO:
        i, j, k = worst_triple(matrix)
        a, b, c = names[i], names[j], names[k]
        implied = min(LARGEST, max(1 / LARGEST, matrix[i, j] * matrix[j, k]))
        raise ValueError(
            f"the comparisons contradict each other: consistency ratio {ratio:.2f}, at most "
            f"{MAX_CONSISTENCY_RATIO:g} is sound. Worst: {a}/{b} is {_times(matrix[i, j])} and {b}/{c} is "
            f"{_times(matrix[j, k])}, so {a}/{c} should be near {_times(implied)}; it is "
            f"{_times(matrix[i, k])}. Change one of the three"
        )
    return {name: round(float(weight), DECIMALS) for name, weight in zip(names, weights, strict=True)}
