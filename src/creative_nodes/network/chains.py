"""How large a network a typical creative space has, by the best chains between spaces (METHOD section 7).

A direct walk links two spaces with a probability that falls with its minutes; p*_jk is the greatest product of
probabilities over all chains of spaces from j to k (the probability of connectivity: Saura and Pascual-Hortal,
Landscape and Urban Planning 83, 2007), and p*_jj = 1. S_j, the sum of p*_jk over k, is the network of space j. The mean
of the S_j of power q - 1 is the network of a typical space, N over it the effective number of separate networks of
order q (Leinster and Cobbold, Ecology 93, 2012, with p* as similarity).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.special import expit, logit

from creative_nodes.common import InputError
from creative_nodes.streets import Near

LEAST = 0.005  # a walk below this probability is no link
EASY = 0.5  # as good as one walk of link_minutes
CELLS = 4_000_000  # numbers held in one step
SINGLE_ABOVE = 10_000  # spaces: chains are kept in single precision, which holds them to a millionth
MIDDLEMEN = 8  # of each space, by which links that a chain of two betters are found
DENSE = 200  # up to this many spaces full matrices are quicker than sparse ones, whose every step costs a millisecond
SLACK = {np.dtype("float64"): 1e-12, np.dtype("float32"): 1e-6}  # a chain is better when it is so by more than rounding


@dataclass(frozen=True)
class LinkRule:
    """How a walk links two spaces.

    Attributes
    ----------
    link_minutes : minutes at which the logistic falls to a half.
    softness : minutes; how gently it falls.
    least : probabilities below it count as none.
    """

    link_minutes: float
    softness: float
    least: float = LEAST

    def __post_init__(self) -> None:
        """Refuse what makes no probability.

        Raises
        ------
        InputError : minutes or softness are not above 0, or `least` is not between 0 and 1.
        """
        if not (self.link_minutes > 0 and self.softness > 0 and 0 < self.least < 1):
            raise InputError(
                f"link_minutes {self.link_minutes:g} and link_softness {self.softness:g} must be above 0, "
                f"and the least probability {self.least:g} between 0 and 1",
                where="network",
            )

    def probability(self, minutes: np.ndarray) -> np.ndarray:
        """Return p(t) = 1 / (1 + exp((t - link_minutes) / softness)), scaled to p(0) = 1, none below `least`.

        Parameters
        ----------
        minutes : any shape; infinite where there is no way.
        """
        whole = expit(self.link_minutes / self.softness)
        p = expit((self.link_minutes - np.asarray(minutes, dtype=float)) / self.softness) / whole
        return np.where(p >= self.least, p, 0.0)

    def limit(self) -> float:
        """Return the minutes at which the probability falls to `least`: walks need no search beyond."""
        whole = expit(self.link_minutes / self.softness)
        return float(self.link_minutes - self.softness * logit(self.least * whole))


def direct_links(
    blocks: Iterable[tuple[np.ndarray, np.ndarray]], shape: tuple[int, int], *, rule: LinkRule
) -> csr_array:
    """Turn blocks of walking times into link probabilities; only what is above 0 is kept.

    Parameters
    ----------
    blocks : row numbers, shape (b,), and their minutes to every space, shape (b, spaces); see `times.cost_rows`.
    shape : places x spaces.
    rule : how a walk links.
    """
    rows, columns, values = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for some, minutes in blocks:
        p = rule.probability(minutes)
        row, column = np.nonzero(p)
        rows.append(some[row])
        columns.append(column)
        values.append(p[row, column])
    return coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape).tocsr()


def linked(walks: Near, *, rule: LinkRule) -> csr_array:
    """Turn walks into link probabilities; only what is above 0 is kept.

    Parameters
    ----------
    walks : minutes from places to spaces, up to the rule's limit.
    rule : how a walk links.
    """
    p = rule.probability(walks.cost)
    kept = p > 0
    return coo_array((p[kept], (walks.a[kept], walks.b[kept])), shape=walks.shape).tocsr()


def both_ways(links: csr_array) -> csr_array:
    """Return links between spaces as they hold both ways: the better direction counts, and none leads to itself."""
    better = links.maximum(links.T).tocoo()
    apart = better.row != better.col
    return coo_array((better.data[apart], (better.row[apart], better.col[apart])), shape=links.shape).tocsr()


# ---------------------------------------------------------------- chains


def _through(below_one: csr_array) -> Iterable[csr_array]:
    """Yield for the first, second, ... best neighbour of each space the chains of two links by way of it."""
    n = below_one.shape[0]
    row = np.repeat(np.arange(n), np.diff(below_one.indptr))
    order = np.lexsort((-below_one.data, row))
    nth = np.arange(len(row)) - below_one.indptr[row]
    for turn in range(min(MIDDLEMEN, int(nth.max(initial=-1)) + 1)):
        some = order[nth == turn]
        first = coo_array((below_one.data[some], (row[some], below_one.indices[some])), shape=(n, n)).tocsr()
        yield first @ below_one


def _needed(links: csr_array) -> csr_array:
    """Leave out links that a chain of two betters or equals; best chains stay as good.

    Both links of such a chain must be below 1: then each is better than the link left out, so that by induction a chain
    of links that stay is as good as any left out.
    """
    if links.shape[0] <= DENSE:
        return csr_array(_needed_of_few(links.toarray()))
    below_one = links.copy()
    below_one.data[below_one.data >= 1] = 0.0
    below_one.eliminate_zeros()
    kept = links
    for chain in _through(below_one):
        kept = kept.multiply(links > chain).tocsr()
    return kept.minimum(kept.T).tocsr()


def _needed_of_few(links: np.ndarray) -> np.ndarray:
    """Leave out the same links as `_needed` of a full matrix, shape (n, n)."""
    below_one = np.where(links >= 1, 0.0, links)
    middle = np.argsort(-below_one, axis=1, kind="stable")[:, :MIDDLEMEN]
    kept = links.copy()
    for way in middle.T:
        chain = np.take_along_axis(below_one, way[:, None], axis=1) * below_one[way]
        kept[links <= chain] = 0.0
    return np.asarray(np.minimum(kept, kept.T))


def row_blocks(n_rows: int, width: int) -> Iterable[np.ndarray]:
    """Yield row numbers in blocks of at most CELLS numbers.

    Parameters
    ----------
    n_rows : rows in all.
    width : numbers a row holds.
    """
    size = max(1, CELLS // max(width, 1))
    for first in range(0, n_rows, size):
        yield np.arange(first, min(first + size, n_rows))


def _best_chains(links: csr_array) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Yield blocks of p*: the numbers of some spaces, and their best chains to all."""
    n = links.shape[0]
    needed = _needed(links)
    length = csr_array((-np.log(needed.data), needed.indices, needed.indptr), shape=links.shape)
    for rows in row_blocks(n, n):
        yield rows, np.exp(-dijkstra(length, indices=rows))


def network_sizes(links: csr_array) -> np.ndarray:
    """Return S_j, the network of each space in spaces, shape (n,), without keeping p*.

    Parameters
    ----------
    links : see `Chains.of`.
    """
    size = np.zeros(links.shape[0])
    for rows, best in _best_chains(links):
        size[rows] = best.sum(axis=1)
    return size


@dataclass(frozen=True, eq=False)
class Chains:
    """Best chains between spaces.

    Attributes
    ----------
    p : p*, the greatest product of link probabilities over all chains, shape (n, n), symmetric, 1 with itself.
    size : S_j, the network of each space in spaces, shape (n,).
    """

    p: np.ndarray
    size: np.ndarray

    @classmethod
    def of(cls, links: csr_array, *, single_above: int = SINGLE_ABOVE) -> Chains:
        """Find the best chain between every two spaces: shortest paths on -log p (Dijkstra).

        Parameters
        ----------
        links : probabilities between spaces, the same both ways (`both_ways`), shape (n, n).
        single_above : with more spaces p* is kept in single precision.
        """
        n = links.shape[0]
        p = np.zeros((n, n), dtype=np.float32 if n > single_above else np.float64)
        size = np.zeros(n)
        for rows, best in _best_chains(links):
            p[rows], size[rows] = best, best.sum(axis=1)
        return cls(p, size)

    def typical(self, *, order: float = 1.0) -> float:
        """Return the network of a typical space, in spaces; see `typical_network`."""
        return typical_network(self.size, order=order)

    def separate(self, *, order: float = 1.0) -> float:
        """Return the effective number of separate networks, N over the network of a typical space; 0 without any."""
        return len(self.size) / self.typical(order=order) if len(self.size) else 0.0

    def equivalent(self) -> float:
        """Return EC = sqrt(sum_jk p*_jk), equivalent connectivity (Saura, Estreguil, Mouton and Rodríguez-Freire 2011).

        In spaces: so many, all joined with certainty, would be connected as well.
        """
        return float(np.sqrt(self.size.sum()))

    def easy_pairs(self) -> int:
        """Return how many pairs of spaces are in easy reach, p* >= 0.5: as good as one walk of link_minutes."""
        n = len(self.size)
        found = sum(int(np.count_nonzero(self.p[rows] >= EASY)) for rows in row_blocks(n, n))
        return (found - n) // 2

    def better(self, offered: np.ndarray, held: np.ndarray) -> np.ndarray:
        """Tell where an offered chain beats the one held by more than rounding."""
        return np.asarray(offered > held * (1 + SLACK[self.p.dtype]))


def typical_network(size: np.ndarray, *, order: float = 1.0) -> float:
    """Return the mean of the networks S_j that belongs to an order of diversity, in spaces; 0 without spaces.

    Order 0: the harmonic mean; N over it is sum_j 1 / S_j. Order 1: the geometric mean G. Order 2: the arithmetic mean;
    N over it is (N / EC)^2. N over the mean of power q - 1 is the diversity of order q of N equally common kinds
    (Leinster and Cobbold 2012, with p* as similarity).

    Parameters
    ----------
    size : S_j, above 0, shape (n,).
    order : q.
    """
    if len(size) == 0:
        return 0.0
    power = order - 1
    if power == 0:
        return float(np.exp(np.log(size).mean()))
    return float(np.mean(size**power) ** (1 / power))
