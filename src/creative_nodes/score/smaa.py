"""How ranks move when the weights do: stochastic multicriteria acceptability analysis.

SMAA (Lahdelma, Hokkanen and Salminen 1998; SMAA-2, Lahdelma and Salminen 2001) draws many sets of weights and counts
which rank each alternative takes. With 10,000 draws a chance is known to within 0.01, 95 times in 100 (Tervonen and
Lahdelma 2007). Only the weights vary here, the values are certain: then the sets of weights that put an alternative
first are convex, their mean (the central weights) puts it first too, and SMAA's confidence factor is 1 for all, so it
is not reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CELLS_AT_ONCE = 1_000_000  # alternatives x draws held in memory
DECIMALS = 12  # scores that differ by less are a tie


def ranks_of(scores: np.ndarray) -> np.ndarray:
    """Return the rank of each row within each column, 1 the highest; ties share the better rank, shape as given.

    Scores equal to twelve decimals are a tie, so that rounding in a sum decides nothing; after two firsts comes a
    third.
    """
    if len(scores) == 0:
        return np.zeros(scores.shape, dtype=int)
    rounded = np.round(
        -np.asarray(scores, dtype=float).T, DECIMALS
    )  # one set of weights a row: sorting runs along memory
    order = np.argsort(rounded, axis=1, kind="stable")
    ordered = np.take_along_axis(rounded, order, axis=1)
    place = np.broadcast_to(np.arange(1, ordered.shape[1] + 1), ordered.shape)
    starts = np.ones(ordered.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ranks = np.empty(ordered.shape, dtype=int)
    np.put_along_axis(ranks, order, np.maximum.accumulate(np.where(starts, place, 1), axis=1), axis=1)
    return ranks.T


@dataclass(frozen=True)
class Acceptability:
    """What the draws showed.

    Attributes
    ----------
    ranks : rank of each alternative in every draw, rising, shape (n, draws); a tie counts at the better rank for both.
    first : sum of the weights that put i first, shape (n, criteria).
    """

    ranks: np.ndarray
    first: np.ndarray

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.ranks.shape[1])

    def taken(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the ranks that were taken: alternative, rank and share of the draws, ordered, shape (taken,) each."""
        new = np.ones(self.ranks.shape, dtype=bool)
        new[:, 1:] = self.ranks[:, 1:] != self.ranks[:, :-1]
        begun = np.flatnonzero(new)
        times = np.diff(begun, append=new.size)
        return begun // max(self.draws, 1), self.ranks.ravel()[begun].astype(int), times / self.draws

    def within(self, top: int) -> np.ndarray:
        """Return the chance of being among the `top` first, shape (n,)."""
        return np.asarray(np.count_nonzero(self.ranks <= top, axis=1) / self.draws)

    def quantile(self, q: float) -> np.ndarray:
        """Return the quantile `q` of each rank, the nearest one that was drawn, shape (n,)."""
        position = int(np.quantile(np.arange(self.draws), q, method="nearest"))
        return self.ranks[:, position].astype(int)

    def central_weights(self) -> np.ndarray:
        """Return the mean of the weights that put i first, shape (n, criteria); NaN where none did."""
        times = np.count_nonzero(self.ranks == 1, axis=1)[:, None]
        mean = np.full(self.first.shape, np.nan)
        np.divide(self.first, times, out=mean, where=times > 0)
        return mean


def accept(matrix: np.ndarray, alpha: np.ndarray, *, draws: int, seed: int | list[int]) -> Acceptability:
    """Draw weights from a Dirichlet distribution and note the ranks they give by weighted sum.

    Parameters
    ----------
    matrix : normalised criteria, 1 the best, shape (n, criteria).
    alpha : parameters of the Dirichlet distribution, above 0, shape (criteria,): weights x concentration to draw around
        them, ones for flat draws (every set of weights as likely as any other).
    draws : number of draws.
    seed : seed of the draws.

    Returns
    -------
    the ranks. Memory holds one small whole number a draw of each alternative, and `CELLS_AT_ONCE` scores.
    """
    n, k = matrix.shape
    rng = np.random.default_rng(seed)
    found, first = np.empty((n, draws), dtype=np.min_scalar_type(n)), np.zeros((n, k))
    step = max(1, CELLS_AT_ONCE // max(1, n))
    for begin in range(0, draws, step):
        weights = rng.dirichlet(alpha, size=min(step, draws - begin))
        ranks = ranks_of(matrix @ weights.T)
        found[:, begin : begin + len(weights)] = ranks
        first += (ranks == 1).astype(float) @ weights
    found.sort(axis=1)
    return Acceptability(found, first)
