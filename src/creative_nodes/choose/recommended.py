"""The set of sites that together serve and connect most (METHOD section 8, "The answer is a set").

What a set is worth: `worth.Aims`. Serving is submodular; connecting is not (two stones may bridge together what
neither does alone), so greedy proves nothing. Every set has an upper bound that holds for both; sets are worked out in
full from the highest bound down until no bound reaches the second best, which proves the best and the runner-up.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from creative_nodes.choose.grounds import Members
from creative_nodes.choose.settings import CONNECTS_FROM
from creative_nodes.choose.worth import Aims, Worth

LARGEST = 3  # a set that a council can keep in mind
LEAST_TO_CHOOSE = 3  # sites: below, nothing is left to choose
MOST_BOUNDS = 2_000_000  # sets whose bound is worked out
MOST_SETS = 50_000  # sets worked out in full
ABOVE = 1 + 1e-9  # bounds stand so far above themselves that rounding does not lower them below a worth
DECIMALS = 12  # worths that differ by less are a tie


def set_size(n: int) -> int:
    """Return how many of n sites make a set: a third of them, rounded, at most three; 0 below three sites."""
    return min(LARGEST, round(n / 3)) if n >= LEAST_TO_CHOOSE else 0


# ---------------------------------------------------------------- upper bounds


@dataclass(frozen=True, eq=False)
class _Bounds:
    """What no set of k can pass: residents and network gain, from what is known of members and pairs.

    `most`: see `Stones.most`.
    """

    aims: Aims
    k: int
    alone: np.ndarray
    beside: np.ndarray
    most: np.ndarray

    @classmethod
    def of(cls, aims: Aims, k: int) -> _Bounds:
        """Work out the parts that every bound needs."""
        return cls(aims, k, aims.served.alone(), aims.served.beside(), aims.stones.most(k))

    def served(self, sets: np.ndarray) -> np.ndarray:
        """Return residents no set can pass, shape (m,): each member adds no more than beside one earlier member."""
        out = self.alone[sets[:, 0]]
        for later in range(1, sets.shape[1]):
            out = out + np.min([self.beside[sets[:, k], sets[:, later]] for k in range(later)], axis=0)
        return np.asarray(out)

    def gain(self, sets: np.ndarray) -> np.ndarray:
        """Return the network gain no set can pass, shape (m,): all members but one in full, and the most of that one.

        The least over the choices of that one.
        """
        out = np.full(len(sets), np.inf)
        for last in range(self.k):
            known, rest = np.unique(np.delete(sets, last, axis=1), axis=0, return_inverse=True)
            order = np.argsort(rest.ravel(), kind="stable")
            for members, rows in zip(known, np.split(order, np.cumsum(np.bincount(rest.ravel()))[:-1]), strict=True):
                out[rows] = np.minimum(out[rows], self._with_one_more(members, sets[rows, last]))
        return out

    def _with_one_more(self, members: np.ndarray, more: np.ndarray) -> np.ndarray:
        """Return the network gain that these members cannot pass with one of `more` each, shape (more,)."""
        rise, grown = self.aims.stones.open(members.tolist()), self.aims.stones.chains.size.copy()
        grown[rise.where] += rise.more
        return self._gain(grown + self.most[more])

    def _gain(self, grown: np.ndarray) -> np.ndarray:
        """Return the network gain when the S_j have grown so far, by row."""
        order = self.aims.order
        if not grown.shape[1]:
            return np.zeros(len(grown))
        power = order - 1
        after = np.exp(np.log(grown).mean(axis=1)) if power == 0 else (grown**power).mean(axis=1) ** (1 / power)
        return np.asarray(after - self.aims.stones.chains.typical(order=order))

    def worth(self, sets: np.ndarray) -> np.ndarray:
        """Return the worth no set can pass, a little above for rounding, shape (m,)."""
        bound = self.aims.combine(self.served(sets), self.gain(sets), self.k)
        return np.asarray(np.broadcast_to(bound * ABOVE + 10.0 ** (1 - DECIMALS), (len(sets),)))

    def single(self) -> np.ndarray:
        """Return a rough upper bound of what each site brings to any set, to tell which to leave out."""
        return self.aims.combine(self.alone, self._gain(self.aims.stones.chains.size + self.most), self.k)

    def without(self, left_out: np.ndarray) -> float:
        """Return the worth that no set with at least one of the sites left out can pass; of none: 0.

        The k - 1 others are thought of as serving as many, and adding to every S_j as much, as any do.
        """
        if not len(left_out):
            return 0.0
        others = self.k - 1
        served = self.alone[left_out].max() + np.sort(self.alone)[::-1][:others].sum()
        added = self.most[left_out].max(axis=0) + np.sort(self.most, axis=0)[::-1][:others].sum(axis=0)
        gain = self._gain((self.aims.stones.chains.size + added)[None, :])
        return float(self.aims.combine(served, gain, self.k).ravel()[0]) * ABOVE


def _pool(bounds: _Bounds) -> np.ndarray:
    """Return the sites whose sets are all bounded: all, or as many of the most promising as MOST_BOUNDS allows."""
    size = bounds.aims.n()
    while math.comb(size, bounds.k) > MOST_BOUNDS:
        size -= 1
    best = np.argsort(-np.broadcast_to(bounds.single(), (bounds.aims.n(),)), kind="stable")[:size]
    return np.sort(best)


# ---------------------------------------------------------------- the search


@dataclass(frozen=True)
class Found:
    """The best sets.

    Attributes
    ----------
    best, second : the best set and the runner-up, which stands on other grounds; none where there are fewer sets.
    proven : whether no set can be better than the best.
    second_proven : whether no other set can be better than the runner-up.
    gap : share of the best's worth by which another set might pass it at most; 0 when proven.
    tried, sets : how many sets were worked out in full, of how many.
    """

    best: Worth | None
    second: Worth | None
    proven: bool
    second_proven: bool
    gap: float
    tried: int
    sets: int


def _best_two(best: list[Worth], one: Worth, aims: Aims, names: Sequence[str]) -> list[Worth]:
    """Return the best two with one more set; the second stands on other grounds than the first."""
    by_ground: dict[Members, Worth] = {}
    for worth in sorted([*best, one], key=lambda worth: _before(worth, names)):
        by_ground.setdefault(aims.grounds.of_members(worth.members), worth)
    return list(by_ground.values())[:2]


def _before(one: Worth, names: Sequence[str]) -> tuple[float, tuple[str, ...]]:
    """Return what sets are sorted by: worth, falling; among equals the names of their members."""
    return -round(one.worth, DECIMALS), tuple(sorted(names[member] for member in one.members))


def search(aims: Aims, names: Sequence[str], k: int, *, most_sets: int = MOST_SETS) -> Found:
    """Find the set of k sites, no two on one ground, that is worth most, and the runner-up, on other grounds.

    Parameters
    ----------
    aims : what sets are worth.
    names : an id of each site; it decides among equals, so that the order of the sites decides nothing.
    k : members of a set.
    most_sets : sets worked out in full at most; beyond, the answer comes with a gap.
    """
    n = aims.n()
    if not 0 < k <= n:
        return Found(None, None, True, True, 0.0, 0, 0)
    bounds = _Bounds.of(aims, k)
    pool = _pool(bounds)
    every = np.array(list(itertools.combinations(pool.tolist(), k)))
    sets = every[aims.grounds.apart(every)]
    if not len(sets):
        return Found(None, None, True, True, 0.0, 0, 0)
    outside = bounds.without(np.setdiff1d(np.arange(n), pool))
    best, tried, left = _descend(aims, names, sets, bounds.worth(sets), most_sets)
    return _judged(best, max(left, outside), tried, len(sets) if len(pool) == n else math.comb(n, k))


def _descend(
    aims: Aims, names: Sequence[str], sets: np.ndarray, bound: np.ndarray, most_sets: int
) -> tuple[list[Worth], int, float]:
    """Work out sets from the highest bound down until none left can be among the best two.

    Returns those, how many were worked out, and the highest bound of the others, 0 where there is none.
    """
    best: list[Worth] = []
    order = np.argsort(-bound, kind="stable")
    tried = 0
    for row in order[:most_sets]:
        if len(best) == 2 and bound[row] < best[1].worth:
            break
        one = aims.of(tuple(sets[row].tolist()))
        best = _best_two(best, one, aims, names)
        tried += 1
    return best, tried, float(bound[order[tried]]) if tried < len(order) else 0.0


def _judged(best: list[Worth], left: float, tried: int, sets: int) -> Found:
    """Tell what the highest bound among the sets not worked out leaves open; `best` holds one set or two."""
    over, second = tried == sets, best[1] if len(best) > 1 else None
    proven = over or left < best[0].worth
    gap = 0.0 if proven else left / best[0].worth - 1 if best[0].worth > 0 else math.inf
    return Found(best[0], second, proven, over or left < best[-1].worth, max(gap, 0.0), tried, sets)


# ---------------------------------------------------------------- the answer


@dataclass(frozen=True)
class Member:
    """What a member adds to its set, and what it brings alone.

    Attributes
    ----------
    site : index.
    adds : the set less the set without it.
    alone : by itself, against one times the anchors.
    """

    site: int
    adds_served: float
    adds_gain: float
    alone: Worth


@dataclass(frozen=True)
class Ranked:
    """The first k of the ranking beside the set: where they disagree and why, as figures.

    Attributes
    ----------
    first : the first k of the ranking as a set, of sites on one ground the first alone.
    shared : members of the set that stand on a ground of both.
    only_set, only_ranked : members of one whose ground the other has no member on.
    reached : share of the set's worth that the ranking's first k reach.
    served_twice : residents whom more than one of the ranking's first k would serve: their sum less their union.
    chained : network gain of the ranking's first k together less the sum of their gains alone; below 0 where they
        do the same work, above where they do together what none does alone.
    """

    first: Worth
    shared: Members
    only_set: Members
    only_ranked: Members
    reached: float
    served_twice: float
    chained: float


@dataclass(frozen=True)
class Recommended:
    """The answer.

    Attributes
    ----------
    k : members asked for, by how many grounds there are; 0: no set is named.
    dropped : aims without an anchor, which do not count.
    found : the best set and the runner-up.
    members : what each member of the best set adds.
    connects : whether the set's gain is at least `CONNECTS_FROM` of k times its anchor.
    single : the best single site by score, as a set of one; none when no ranking is given.
    ranked : the ranking's first k beside the set; none when no ranking is given.
    """

    k: int
    dropped: tuple[str, ...]
    found: Found
    members: tuple[Member, ...]
    connects: bool
    single: Worth | None
    ranked: Ranked | None


def members_of(aims: Aims, chosen: Worth) -> tuple[Member, ...]:
    """Return what each member adds to a set, the set less the set without it.

    Parameters
    ----------
    aims, chosen : of the sites that may be chosen; the set.
    """
    out = []
    for site in chosen.members:
        rest = aims.of(tuple(other for other in chosen.members if other != site))
        adds = chosen.newly_served - rest.newly_served, chosen.network_gain - rest.network_gain
        out.append(Member(site, *adds, aims.of((site,))))
    return tuple(out)


def _ranked(aims: Aims, best: Worth, ranking: Sequence[int]) -> Ranked:
    """Hold the ranking's first k against the set."""
    first = aims.of(aims.grounds.firsts(ranking)[: len(best.members)])
    alone = [aims.of((site,)) for site in first.members]
    ours, theirs = (set(aims.grounds.of_members(one.members)) for one in (best, first))
    own, other = ({site: aims.grounds.of(site) for site in one.members} for one in (best, first))
    return Ranked(
        first,
        tuple(site for site, ground in own.items() if ground in theirs),
        tuple(site for site, ground in own.items() if ground not in theirs),
        tuple(site for site, ground in other.items() if ground not in ours),
        first.worth / best.worth if best.worth > 0 else 1.0,
        # a sum may round to a little below the same people counted once
        max(sum(one.newly_served for one in alone) - first.newly_served, 0.0),
        first.network_gain - sum(one.network_gain for one in alone),
    )


def connects(best: Worth, anchor: float, *, least: float = CONNECTS_FROM) -> bool:
    """Tell whether a set connects: its gain is at least `least` of k times the anchor of network gain.

    Parameters
    ----------
    best : the set.
    anchor : network gain of one good site.
    least : share of k anchors that counts.
    """
    return anchor > 0 and best.network_gain >= least * len(best.members) * anchor


def recommend(
    aims: Aims, names: Sequence[str], *, ranking: Sequence[int] = (), most_sets: int = MOST_SETS
) -> Recommended:
    """Recommend a set of sites.

    Parameters
    ----------
    aims : of the sites that may be chosen: reachable, known or likely, not in use.
    names : an id of each site.
    ranking : indices of sites by score, the best first.
    most_sets : see `search`.
    """
    k, dropped = set_size(aims.grounds.count(aims.n())), aims.anchors.dropped()
    single = aims.of((ranking[0],)) if len(ranking) else None
    found = search(aims, names, 0 if len(dropped) == 2 else k, most_sets=most_sets)
    if found.best is None:
        return Recommended(0, dropped, found, (), False, single, None)
    joins = connects(found.best, aims.anchors.network_gain)
    beside = _ranked(aims, found.best, ranking) if len(aims.grounds.firsts(ranking)) >= k else None
    return Recommended(k, dropped, found, members_of(aims, found.best), joins, single, beside)
