"""Sets of sites in a world: which is best there, and how near to it the recommended one comes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from creative_nodes.choose import Aims, Anchors, Served, Worth, anchors_of
from creative_nodes.doubt.draws import Drawn
from creative_nodes.doubt.world import Kept, Valued
from creative_nodes.network import Stones, direct_links

TRIED = 50  # sets of a world worked out together: the best by the sum of what each member adds alone
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of serving against connecting, at each of which so many are tried


@dataclass(frozen=True, eq=False)
class WorldSets:
    """The best set of a world, and the recommended one in it.

    Attributes
    ----------
    best : numbers of the sites of the best set.
    worth : of the best set.
    own : what the recommended set brings, by those of its members that are real and reachable.
    """

    best: tuple[int, ...]
    worth: float
    own: Worth

    def reached(self) -> float:
        """Return the share of the best that the recommended set reaches; where no set brings anything, all of it."""
        return self.own.worth / self.worth if self.worth > 0 else 1.0


# ---------------------------------------------------------------- aims


def _served(kept: Kept, valued: Valued, drawn: Drawn, which: np.ndarray) -> Served:
    """Return whom some of the sites newly serve in a world."""
    linked = valued.position.linked
    if not len(kept.amounts):
        return Served(np.zeros((0, len(which)), dtype=bool), np.zeros(0))
    place, home = linked.near
    column = np.full(len(kept.walks[drawn.numbers["snap_within_m"]].met), -1)
    column[which] = np.arange(len(which))
    own = (column[place] >= 0) & linked.unserved[home]
    cells, row = np.unique(home[own], return_inverse=True)
    covers = np.zeros((len(cells), len(which)), dtype=bool)
    covers[row.ravel(), column[place[own]]] = True
    return Served(covers, kept.amounts[cells, int(drawn.numbers["people"])])


def world_aims(kept: Kept, valued: Valued, drawn: Drawn, which: np.ndarray) -> Aims:
    """Return what sets of some of the sites are worth in a world.

    Parameters
    ----------
    kept, valued, drawn : the world.
    which : numbers of the sites, shape (m,).
    """
    linked, walks = valued.position.linked, kept.walks[drawn.numbers["snap_within_m"]]
    minutes = walks.sites[np.ix_(which, which)] / drawn.numbers["walk_speed"]
    between = direct_links([(np.arange(len(which)), minutes)], minutes.shape, rule=linked.rule)
    stones = Stones.of(linked.chains, linked.links[which], between)
    anchors: Anchors = anchors_of(valued.scales)
    served, grounds = _served(kept, valued, drawn, which), kept.sites.grounds.some(which)
    return Aims(served, stones, anchors, order=drawn.numbers["orders"], grounds=grounds)


def may_open(kept: Kept, drawn: Drawn) -> np.ndarray:
    """Return the numbers of the sites that may be chosen in a world: eligible, real and reachable.

    Parameters
    ----------
    kept, drawn : the world.
    """
    met = kept.walks[drawn.numbers["snap_within_m"]].met[: len(kept.sites.site_ids)]
    return np.flatnonzero(kept.sites.eligible & met & drawn.real)


# ---------------------------------------------------------------- sets


def unions(residents: np.ndarray, covers: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """Return the residents whom each of many sets serves, nobody twice, shape (sets,).

    Parameters
    ----------
    residents : persons of each group, shape (groups,).
    covers : which sites serve each group, shape (groups, sites).
    sets : numbers of the members, rising, shape (sets, k); k at least 1.
    """
    if sets.shape[1] > 2:
        out = np.zeros(len(sets))
        for first in np.unique(sets[:, 0]):
            rows, left = sets[:, 0] == first, ~covers[:, first]
            out[rows] = residents[~left].sum() + unions(residents[left], covers[left], sets[rows, 1:])
        return out
    both = (covers * residents[:, None]).T @ covers
    alone = np.diag(both)
    if sets.shape[1] == 1:
        return np.asarray(alone[sets[:, 0]], dtype=float)
    return np.asarray(alone[sets[:, 0]] + alone[sets[:, 1]] - both[sets[:, 0], sets[:, 1]], dtype=float)


@dataclass(frozen=True, eq=False)
class _Every:
    """All sets of so many sites, no two on one ground.

    `sets`, shape (m, k), the residents each serves, and its members' gains added up.
    """

    sets: np.ndarray
    served: np.ndarray
    gains: np.ndarray

    @classmethod
    def of(cls, aims: Aims, k: int) -> _Every:
        """List the sets."""
        every = np.array(list(itertools.combinations(range(aims.n()), k)), dtype=int).reshape(-1, k)
        sets = every[aims.grounds.apart(every)]
        alone = np.array([aims.stones.joint_gain([site], order=aims.order) for site in range(aims.n())])
        return cls(sets, unions(aims.served.residents, aims.served.covers, sets), alone[sets].sum(axis=1))

    def first(self, aims: Aims, k: int) -> np.ndarray:
        """Return which sets come first by the sum, at most `TRIED`."""
        by_sum = np.broadcast_to(aims.combine(self.served, self.gains, k), (len(self.sets),))
        return np.argsort(-by_sum, kind="stable")[:TRIED]


def best_in_world(aims: Aims, which: np.ndarray, chosen: Sequence[int], k: int) -> WorldSets:
    """Find the best set of a world among those that come first by the sum, and hold the recommended one against it.

    Parameters
    ----------
    aims : of the sites that may be chosen in the world.
    which : their numbers, shape (m,).
    chosen : numbers of the sites of the recommended set; those that may not be chosen here bring nothing.
    k : members of a set, by which anchors are multiplied.
    """
    left = tuple(int(site) for site in np.flatnonzero(np.isin(which, list(chosen))))
    own = aims.of(left, k=k)
    best = own
    if len(which):
        every = _Every.of(aims, min(k, aims.grounds.count(len(which))))
        for row in every.first(aims, k):
            one = aims.of(tuple(every.sets[row].tolist()), k=k)
            best = one if one.worth > best.worth else best
    return WorldSets(tuple(int(which[site]) for site in best.members), best.worth, own)


def reached_by_priority(aims: Aims, chosen: Sequence[int], k: int, shares: np.ndarray) -> np.ndarray:
    """Return the share of the best set's worth that the recommended one reaches under other shares of its two aims.

    Parameters
    ----------
    aims : of the sites that may be chosen, in the run itself.
    chosen : the recommended set, as numbers in `aims`.
    k : its members.
    shares : of serving against connecting, 0-1, shape (draws,).
    """
    every = _Every.of(aims, k)
    tried = np.unique(np.concatenate([every.first(replace(aims, share=share), k) for share in SHARES]))
    sets = [tuple(chosen), *(tuple(every.sets[row].tolist()) for row in tried)]
    found = [aims.of(one, k=k) for one in sets]
    served, gain = (np.array([getattr(one, name) for one in found]) for name in ("newly_served", "network_gain"))
    worth = np.broadcast_to(aims.combine(served, gain, k, share=shares[:, None]), (len(shares), len(found)))
    best = worth.max(axis=1)
    return np.asarray(np.divide(worth[:, 0], best, out=np.ones(len(worth)), where=best > 0))
