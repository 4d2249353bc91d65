"""What opening places as stepping stones would add to the creative network (METHOD section 7).

A stepping stone carries chains between spaces and counts as no space itself. Opened, it changes p*_jk to the greater of
p*_jk and a_ij a_ik, with a_ij the best chain from stone i to space j; network gain is the rise of the network of a
typical space (see `chains`). Joining isolated spaces pays, adding to the core does not.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from creative_nodes.network.chains import Chains, row_blocks, typical_network

ROOM = 1e-9  # a share by which a bound is raised, far above rounding
WHOLE = 600  # up to this many spaces the change is worked out in one piece


@dataclass(frozen=True, eq=False)
class Rise:
    """Spaces whose network grows, and by how much: `where`, indices, shape (m,); `more`, in spaces, shape (m,)."""

    where: np.ndarray
    more: np.ndarray

    def gain(self, size: np.ndarray, *, order: float = 1.0) -> float:
        """Return the rise of the network of a typical space, in spaces, exact for the smallest rises too.

        Parameters
        ----------
        size : S_j before, shape (n,).
        order : see `typical_network`.
        """
        return _Before.of(size, order).rise(self) if len(self.where) else 0.0


@dataclass(frozen=True, eq=False)
class _Before:
    """What rises are set against: S_j, their mean `typical` of an order, and the sum of their powers `whole`."""

    size: np.ndarray
    order: float
    typical: float
    whole: float

    @classmethod
    def of(cls, size: np.ndarray, order: float) -> _Before:
        """Work it out once for all rises."""
        power = order - 1
        whole = float(np.sum(size**power)) if power else float(len(size))
        return cls(size, order, typical_network(size, order=order), whole)

    def rise(self, rise: Rise) -> float:
        """Return the rise of the mean: see `Rise.gain`."""
        if len(rise.where) == 0:
            return 0.0
        before, power = self.size[rise.where], self.order - 1
        grown = np.log1p(rise.more / before)
        if power == 0:
            return float(self.typical * np.expm1(grown.sum() / self.whole))
        added = (before**power * np.expm1(power * grown)).sum() / self.whole
        return float(self.typical * np.expm1(np.log1p(added) / power))


NOTHING = Rise(np.zeros(0, dtype=np.int64), np.zeros(0))


# ---------------------------------------------------------------- one stepping stone


def _row(links: csr_array, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the spaces a place is linked to, and the probabilities."""
    one = slice(links.indptr[place], links.indptr[place + 1])
    return links.indices[one], links.data[one]


def _between(chains: Chains, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the best chains between some spaces: half the time of `np.ix_`."""
    # no index is out of range, so that "clip" only spares the check
    return np.asarray(chains.p.take(rows, axis=0, mode="clip").take(columns, axis=1, mode="clip"))


def _entries(chains: Chains, near: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keep of a place's links those that no chain by another of them betters."""
    kept = ~chains.better(p[:, None] * _between(chains, near, near), p).any(axis=0)
    return near[kept], p[kept]


def _joins(chains: Chains, near: np.ndarray, p: np.ndarray) -> bool:
    """Tell whether a place shortens the way between two spaces it is linked to; if not, it shortens none."""
    return bool(chains.better(p[:, None] * p, _between(chains, near, near)).any())


def _added(chains: Chains, reach: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return what stones add to the networks of `rows` by way to `columns`, shape (rows,).

    Parameters
    ----------
    chains : best chains today.
    reach : best chain from each stone to each space, shape (stones, n), at least one stone.
    rows, columns : indices of spaces.
    """
    out = np.zeros(len(rows))
    begun, ended = reach[:, rows, None], reach[:, columns]
    for some in row_blocks(len(rows), len(columns)):
        held = _between(chains, rows[some], columns)
        best = begun[0, some] * ended[0]
        for start, end in zip(begun[1:], ended[1:], strict=True):
            np.maximum(best, start[some] * end, out=best)
        # in place: for whole cities most of the time would go into fresh memory
        np.maximum(best, held, out=best)
        best -= held
        out[some] = best.sum(axis=1)
    return out


def _offered(reach: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """Return the best chain over any stone from each entry to each space, shape (entries, n)."""
    best = reach[0, entries, None] * reach[0]
    for stone in reach[1:]:
        np.maximum(best, stone[entries, None] * stone, out=best)
    return np.asarray(best)


def _opened(chains: Chains, reach: np.ndarray, entries: np.ndarray, roots: Callable[[], np.ndarray]) -> Rise:
    """Return what stones add to the network of each space.

    Spaces that come closer to any come closer to one of the entries, so the others are never looked at.

    Parameters
    ----------
    chains : best chains today.
    reach : best chain from each stone to each space, over other stones too, shape (stones, n).
    entries : the spaces by which the stones enter the network.
    roots : gives for each stone the row in `entries` by which its best chain to each space leaves, shape (stones, n).
    """
    closer = chains.better(_offered(reach, entries), chains.p[entries].astype(float, copy=False))
    where = np.flatnonzero(closer.any(axis=0))
    if len(where) <= WHOLE:
        return Rise(where, _added(chains, reach, where, where))
    return _by_entry(chains, reach, where, roots()[:, where], closer)


def _by_entry(chains: Chains, reach: np.ndarray, where: np.ndarray, roots: np.ndarray, closer: np.ndarray) -> Rise:
    """Work out a rise by the entries that spaces use: they come closer to those only that their entries do."""
    more = np.zeros(len(where))
    groups, group = np.unique(roots, axis=1, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    for entry, own in zip(groups.T, np.split(order, np.cumsum(np.bincount(group.ravel()))[:-1]), strict=True):
        columns = np.flatnonzero(closer[entry].any(axis=0))
        more[own] = _added(chains, reach, where[own], columns)
    return Rise(where, more)


def open_stone(chains: Chains, near: np.ndarray, p: np.ndarray) -> Rise:
    """Return what one stepping stone adds to the network of each space.

    With a_ij the best chain from stone i to space j, the new p*_jk is max(p*_jk, a_ij a_ik).

    Parameters
    ----------
    chains : best chains today.
    near : indices of the spaces that the stone is linked to, shape (m,).
    p : probabilities of the links, shape (m,).
    """
    near, p = _entries(chains, near, p)
    if not _joins(chains, near, p):
        return NOTHING
    ways = p[:, None] * chains.p[near]
    return _opened(chains, ways.max(axis=0)[None, :], near, lambda: ways.argmax(axis=0)[None, :])


def stone_rises(chains: Chains, links: csr_array) -> list[Rise]:
    """Return what each place, opened alone as a stepping stone, adds to the network of each space.

    Parameters
    ----------
    chains : best chains today.
    links : probabilities from places to spaces, shape (places, n).
    """
    return [open_stone(chains, *_row(links, place)) for place in range(links.shape[0])]


def network_gains(chains: Chains, links: csr_array, *, orders: Sequence[float] = (1.0,)) -> np.ndarray:
    """Return the rise of the network of a typical space when each place opens alone as a stepping stone.

    Parameters
    ----------
    chains : best chains today.
    links : probabilities from places to spaces, shape (places, n).
    orders : see `typical_network`.

    Returns
    -------
    in spaces, shape (places, orders).
    """
    out, before = np.zeros((links.shape[0], len(orders))), [_Before.of(chains.size, order) for order in orders]
    for place in range(links.shape[0]):
        rise = open_stone(chains, *_row(links, place))
        out[place] = [one.rise(rise) for one in before]
    return out


# ---------------------------------------------------------------- the greatest alone


def _most(chains: Chains, near: np.ndarray, p: np.ndarray) -> Rise:
    """Return what one stepping stone adds at most to the network of each space, in time near x n.

    Let the best chain from the stone to space j lead by way of its link e, a_j = p_e p*_je. As p*_jk is at least
    p*_je p*_ek = (a_j / p_e) p*_ek, space j gains max(0, a_j a_k - p*_jk) <= a_j max(0, a_k - p*_ek / p_e) on its way
    to k; summed over k the right hand is a_j times a figure of the link alone.
    """
    held = chains.p.take(near, axis=0)
    ways = p[:, None] * held
    reach, root = ways.max(axis=0), ways.argmax(axis=0)
    room = np.maximum(reach - held / p[:, None], 0.0).sum(axis=1) + chains.slack() * reach.sum()
    return Rise(np.arange(len(reach)), reach * room[root])


def greatest_gains(chains: Chains, links: csr_array, n: int, *, order: float = 1.0) -> np.ndarray:
    """Return the network gains of places, of which only the n greatest are asked for: those to the bit.

    Places are worked out from the greatest bound (`_most`) downwards, until no bound is above the n-th greatest gain;
    of typical towns that is one in twenty.

    Parameters
    ----------
    chains : best chains today.
    links : probabilities from places to spaces, shape (places, n).
    n : how many of the greatest are asked for.
    order : see `typical_network`.

    Returns
    -------
    in spaces, shape (places,): the n greatest as `network_gains` tells them; of the others an upper bound that is no
    greater than the n-th.
    """
    before, rows = _Before.of(chains.size, order), [_row(links, place) for place in range(links.shape[0])]
    # a little more, for rounding
    out = np.array([before.rise(_most(chains, *row)) * (1 + ROOM) if len(row[0]) else 0.0 for row in rows])
    greatest: list[float] = []
    for place in np.argsort(-out, kind="stable").tolist():
        if len(greatest) >= n and out[place] <= min(greatest, default=np.inf):
            break
        out[place] = before.rise(open_stone(chains, *rows[place]))
        greatest = heapq.nlargest(n, [*greatest, float(out[place])])
    return out


# ---------------------------------------------------------------- several together


def _closed(between: np.ndarray) -> np.ndarray:
    """Return the best chains between stones over each other (Floyd and Warshall on products), shape (k, k)."""
    best = between.copy()
    np.fill_diagonal(best, 1.0)
    for middle in range(len(best)):
        np.maximum(best, best[:, middle, None] * best[middle], out=best)
    return best


def _over(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the best chains of two parts, by row of the first and column of the second part."""
    out = np.zeros((len(first), second.shape[1]))
    for row, part in enumerate(first):
        out[row] = (part[:, None] * second).max(axis=0, initial=0.0)
    return out


@dataclass(frozen=True, eq=False)
class Stones:
    """Places that may open together as stepping stones.

    Attributes
    ----------
    chains : best chains today.
    reach : best chain of each place, alone, to each space, shape (places, n).
    between : best way between two places, directly or over spaces, shape (places, places).
    entries : the spaces by which each place enters the network, and the probabilities of these links.
    """

    chains: Chains
    reach: np.ndarray
    between: np.ndarray
    entries: tuple[tuple[np.ndarray, np.ndarray], ...]
    _known: dict[float, _Before] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, chains: Chains, links: csr_array, between: csr_array | np.ndarray) -> Stones:
        """Prepare places for opening together.

        Parameters
        ----------
        chains : best chains today.
        links : probabilities from places to spaces, shape (places, n).
        between : probabilities of the direct walks between places, shape (places, places).
        """
        n = links.shape[0]
        known = [_entries(chains, *_row(links, place)) for place in range(n)]
        reach = np.zeros((n, len(chains.size)))
        for place, (near, p) in enumerate(known):
            reach[place] = (p[:, None] * chains.p[near]).max(axis=0, initial=0.0)
        direct = np.asarray(between if isinstance(between, np.ndarray) else between.todense(), dtype=float)
        over = np.zeros((n, n))
        for place, (near, p) in enumerate(known):
            over[place] = (reach[:, near] * p).max(axis=1, initial=0.0)
        both = np.maximum(direct, over)
        return cls(chains, reach, np.maximum(both, both.T), tuple(known))

    def open(self, chosen: Sequence[int]) -> Rise:
        """Return what the chosen places add together to the network of each space; they may form chains themselves.

        A best chain through any of them leads from one space to some stone and on to another space, so p*_jk becomes
        the greatest of p*_jk and the products a_ij a_ik, a_i being stone i's best chain over spaces and chosen stones.
        """
        one = list(chosen)
        if not one:
            return NOTHING
        reach = _over(_closed(self.between[np.ix_(one, one)]), self.reach[one])
        entries = np.unique(np.concatenate([self.entries[place][0] for place in one]))
        if not len(entries):
            return NOTHING
        return _opened(self.chains, reach, entries, lambda: self._roots(one, entries))

    def _roots(self, places: list[int], entries: np.ndarray) -> np.ndarray:
        """Return the row in `entries` by which each place's best chain to each space leaves, shape (places, n)."""
        out = np.zeros((len(places), len(self.chains.size)), dtype=np.int64)
        for row, place in enumerate(places):
            near, p = self.entries[place]
            if len(near):
                out[row] = np.searchsorted(entries, near)[(p[:, None] * self.chains.p[near]).argmax(axis=0)]
        return out

    def joint_gain(self, chosen: Sequence[int], *, order: float = 1.0) -> float:
        """Return the rise of the network of a typical space when the chosen places open together, in spaces."""
        return self._before(order).rise(self.open(chosen))

    def _before(self, order: float) -> _Before:
        """Return what rises are set against, once an order."""
        if order not in self._known:
            self._known[order] = _Before.of(self.chains.size, order)
        return self._known[order]

    def most(self, k: int) -> np.ndarray:
        """Return what each place can add at most to each S_j on joining k - 1 of the others, shape (places, n).

        With every place open, its best chain over at most k - 1 others is at least as good as in any set of k. So a set
        of k adds to S_j at most what any members add without the others, and these bounds of the others on top. (The
        gain is not submodular: two stones may bridge together what neither does alone.)
        """
        step = self.between.copy()
        np.fill_diagonal(step, 1.0)
        reach = self.reach
        for _ in range(k - 1):
            reach = _over(step, reach)
        out = np.zeros(reach.shape)
        for place, row in enumerate(reach):
            where = np.flatnonzero(row)
            out[place, where] = _added(self.chains, row[None, :], where, where)
        return out


# ---------------------------------------------------------------- equivalent connectivity


@dataclass(frozen=True, eq=False)
class EquivalentRise:
    """Rise of EC^2 were each place a space itself, in three parts that sum to it (Saura and Rubio, Ecography 33, 2010).

    Attributes
    ----------
    own : the place with itself, shape (places,).
    flux : its chains to and from the spaces, shape (places,).
    connector : what it adds to chains between others; all that a stepping stone brings, shape (places,).
    before : EC today, in spaces.
    """

    own: np.ndarray
    flux: np.ndarray
    connector: np.ndarray
    before: float

    def as_space(self) -> np.ndarray:
        """Return the rise of EC when the place opens and counts as a space, in spaces."""
        return np.asarray(np.sqrt(self.before**2 + self.own + self.flux + self.connector) - self.before)

    def as_stone(self) -> np.ndarray:
        """Return the rise of EC when it opens as a stepping stone only, in spaces."""
        return np.asarray(np.sqrt(self.before**2 + self.connector) - self.before)


def equivalent_rise(chains: Chains, links: csr_array) -> EquivalentRise:
    """Split what each place would add to equivalent connectivity.

    Parameters
    ----------
    chains : best chains today.
    links : probabilities from places to spaces, shape (places, n).
    """
    n = links.shape[0]
    flux, connector = np.zeros(n), np.zeros(n)
    for place in range(n):
        near, p = _entries(chains, *_row(links, place))
        flux[place] = 2 * (p[:, None] * chains.p[near]).max(axis=0, initial=0.0).sum()
        connector[place] = open_stone(chains, near, p).more.sum()
    return EquivalentRise(np.ones(n), flux, connector, chains.equivalent())
