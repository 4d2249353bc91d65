"""Choosing without a solver: for the connectivity, by score, and the order in which chosen sites are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import comb

import numpy as np

from creative_nodes.choose.options import Joining
from creative_nodes.choose.siting import Choice, Limit

EQUAL = 1e-12  # connectivities this close are equal
Value = Callable[[np.ndarray], float]


def best_connection(joining: Joining, limit: Limit, *, exhaustive_sets: int) -> Choice:
    """Choose the sites that raise the connectivity C most; among equals the fewest, then those earlier in order.

    Every set is tried when there are few. Otherwise sites are added one by one (by two where one alone joins nothing),
    which need not find the best: C with every site at once bounds it from above.

    Parameters
    ----------
    joining : what the sites join.
    limit : how many sites, or for how much.
    exhaustive_sets : sets that are all tried; with more it goes step by step.
    """
    n = len(joining.touches)
    useful = [int(site) for site in np.flatnonzero(joining.useful() & limit.affordable(n))]
    most = len(useful) if limit.sites is None else min(limit.sites, len(useful))
    if sum(comb(len(useful), size) for size in range(most + 1)) <= exhaustive_sets:
        every = (some for size in range(most + 1) for some in combinations(useful, size))
        return Choice(_best_of(every, joining, limit), True, 0.0)
    chosen: list[int] = []
    while True:
        rest = [site for site in useful if site not in chosen]
        for size in (1, 2):
            sets = ([*chosen, *more] for more in [(), *combinations(rest, size)])
            flags = _best_of(sets, joining, limit)
            if flags.sum() > len(chosen):
                break
        if flags.sum() <= len(chosen):
            break
        chosen = [int(site) for site in np.flatnonzero(flags)]
    bound, reached = joining.connectivity(np.ones(n, dtype=bool)), joining.connectivity(flags_of(chosen, n))
    gap = max(0.0, 1 - reached / bound)
    return Choice(flags_of(chosen, n), gap <= EQUAL, gap)


def _best_of(sets: Iterable[Sequence[int]], joining: Joining, limit: Limit) -> np.ndarray:
    """Return the first of the sets that keep to the limit with the highest connectivity, as flags."""
    best, reached = np.zeros(len(joining.touches), dtype=bool), -1.0
    for chosen in sets:
        flags = flags_of(chosen, len(best))
        if limit.allows(flags) and (value := joining.connectivity(flags)) > reached + EQUAL:
            best, reached = flags, value
    return best


def first_by_score(n: int, limit: Limit) -> np.ndarray:
    """Take sites in order (best score first) while the limit allows; one that does not fit is passed over.

    Parameters
    ----------
    n : number of sites.
    limit : how many, or for how much.
    """
    chosen = np.zeros(n, dtype=bool)
    for site in range(n):
        chosen[site] = True
        chosen[site] = limit.allows(chosen)
    return chosen


def flags_of(sites: Iterable[int], n: int) -> np.ndarray:
    """Return which of `n` sites are named, shape (n,)."""
    flags = np.zeros(n, dtype=bool)
    flags[list(sites)] = True
    return flags


def in_order(chosen: np.ndarray, value: Value) -> list[int]:
    """Order chosen sites by what each adds to those before it; among equals as they stand.

    Parameters
    ----------
    chosen : which sites, shape (n,).
    value : what a set is worth, of flags of shape (n,).
    """
    order: list[int] = []
    rest = [int(site) for site in np.flatnonzero(chosen)]
    while rest:
        gains = [value(flags_of([*order, site], len(chosen))) for site in rest]
        order.append(rest.pop(int(np.argmax(gains))))
    return order
