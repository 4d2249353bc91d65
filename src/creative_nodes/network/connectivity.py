"""The creative network: spaces linked by short walks, and what a new node would join (METHOD section 7)."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from creative_nodes.network.chains import Chains, LinkRule, both_ways, linked, row_blocks
from creative_nodes.streets import Entrances, Near, StreetNetwork, Streets, cheapest, near_costs

SHORTEST_MINUTES = 1.0  # pairs under one roof count as a minute apart, so that efficiency stays finite


@dataclass(frozen=True)
class Links:
    """Links between spaces: row indices `a` < `b` and the walk between them in minutes."""

    a: np.ndarray
    b: np.ndarray
    minutes: np.ndarray
    n_spaces: int

    def of(self, kept: np.ndarray) -> Links:
        """Return the links among some of the spaces, numbered anew; `kept` is a mask over the spaces."""
        number = np.cumsum(kept) - 1
        both = kept[self.a] & kept[self.b]
        return Links(number[self.a[both]], number[self.b[both]], self.minutes[both], int(kept.sum()))

    def graph(self) -> csr_array:
        """Return the symmetric matrix of minutes (spaces x spaces)."""
        return cheapest(
            np.concatenate([self.a, self.b]),
            np.concatenate([self.b, self.a]),
            np.concatenate([self.minutes, self.minutes]),
            self.n_spaces,
        )

    def parts(self) -> np.ndarray:
        """Return the component number of each space, shape (n_spaces,)."""
        return np.asarray(connected_components(self.graph(), directed=False)[1])

    def degree(self) -> np.ndarray:
        """Return the number of links of each space, shape (n_spaces,)."""
        return np.bincount(np.concatenate([self.a, self.b]).astype(int), minlength=self.n_spaces)


def links_within(walks: Near, *, limit: float) -> Links:
    """Link the spaces whose walk is at most `limit`.

    Parameters
    ----------
    walks : minutes between spaces; the shorter of both directions counts.
    limit : minutes.
    """
    both = walks.either_way()
    once = both.where((both.a < both.b) & (both.cost <= limit))
    return Links(once.a, once.b, once.cost, walks.shape[0])


def space_links(streets: Streets, creative: gpd.GeoDataFrame, link_minutes: float) -> Links:
    """Link the creative spaces (rows of the table creative) whose walk takes at most `link_minutes`.

    Parameters
    ----------
    streets : street tables.
    creative : rows of the table creative.
    link_minutes : minutes on foot.
    """
    walk = streets.network("walk")
    doors = streets.entrances(walk, streets.shapes(creative))
    return links_within(near_costs(walk, doors, doors, limit=link_minutes), limit=link_minutes)


def space_chains(streets: Streets, spaces: gpd.GeoDataFrame, rule: LinkRule) -> Chains:
    """Find the best chains between creative spaces (rows of the table creative) by walking.

    Parameters
    ----------
    streets : street tables.
    spaces : creative spaces.
    rule : how a walk links.
    """
    return Chains.of(chance_links(streets, spaces, rule))


def chance_links(streets: Streets, spaces: gpd.GeoDataFrame, rule: LinkRule) -> csr_array:
    """Return the link probabilities between creative spaces by walking, the same both ways, shape (n, n).

    Parameters
    ----------
    streets, spaces, rule : see `space_chains`.
    """
    walk = streets.network("walk")
    doors = streets.entrances(walk, streets.shapes(spaces))
    return both_ways(place_links(walk, doors, doors, rule))


def place_links(walk: StreetNetwork, places: Entrances, spaces: Entrances, rule: LinkRule) -> csr_array:
    """Return the link probabilities from places to spaces by walking, shape (places, spaces).

    Parameters
    ----------
    walk : walking network in minutes.
    places, spaces : their entrances on it.
    rule : how a walk links.
    """
    return linked(near_costs(walk, places, spaces, limit=rule.limit()), rule=rule)


def nearest_other(walk: StreetNetwork, doors: Entrances, *, try_first: float) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest other place of each place, however far.

    Parameters
    ----------
    walk : walking network, the same both ways.
    doors : entrances of the places.
    try_first : a limit, in the network's unit, within which most places have one; only the others are searched farther.

    Returns
    -------
    index of the nearest other place, -1 for none; and the cost to it, infinite for none; both of shape (n_places,).
    """
    which, cost = np.full(doors.n_places, -1), np.full(doors.n_places, np.inf)
    for limit in (try_first, 4 * try_first, np.inf):
        waiting = np.flatnonzero(which < 0)
        if not len(waiting):
            break
        walks = near_costs(walk, doors.of(which < 0), doors, limit=limit)
        # of each place's walks the shortest, of equals the first, but none to itself
        order = np.lexsort((walks.b, walks.cost, walks.a))
        order = order[(waiting[walks.a] != walks.b)[order] & np.isfinite(walks.cost[order])]
        places, best = np.unique(walks.a[order], return_index=True)
        which[waiting[places]], cost[waiting[places]] = walks.b[order[best]], walks.cost[order[best]]
    return which, cost


def links_of(creative: pd.DataFrame, links: pd.DataFrame) -> Links:
    """Turn the table links into arrays over the spaces given.

    Parameters
    ----------
    creative : rows of the table creative, which the links are numbered by; both ends of each link are among them.
    links : the table of that name.
    """
    number = {space: row for row, space in enumerate(creative["space_id"])}
    return Links(
        links["a"].map(number).to_numpy(dtype=int),
        links["b"].map(number).to_numpy(dtype=int),
        links["minutes"].to_numpy(dtype=float),
        len(creative),
    )


def connectivity_of(parts: np.ndarray) -> float:
    """Return C = sum_c (n_c / N)^2, the chance that two spaces picked at random are joined by links (METHOD 7).

    Parameters
    ----------
    parts : component number of each space.
    """
    if len(parts) == 0:
        return 0.0
    return float(np.sum((np.bincount(parts) / len(parts)) ** 2))


def efficiency(links: Links) -> float:
    """Return the global efficiency per minute (Latora and Marchiori 2001): the mean of 1/d over all pairs of spaces.

    d is the time along links; pairs that no links join count 0.
    """
    n = links.n_spaces
    if n < 2:
        return 0.0
    graph, found = links.graph(), 0.0
    for rows in row_blocks(n, n):
        minutes = dijkstra(graph, directed=False, indices=rows)
        apart = rows[:, None] != np.arange(n)
        found += (1 / np.maximum(minutes[apart], SHORTEST_MINUTES)).sum()
    return float(found / (n * (n - 1)))


@dataclass(frozen=True)
class Thinned:
    """Figures of the network with some spaces left out, one of each a draw, shape (draws,)."""

    connectivity: np.ndarray
    isolated_share: np.ndarray
    links_per_space: np.ndarray


def thin_out(links: Links, share: float, draws: int, *, seed: int) -> Thinned:
    """Leave out a share of the spaces at random, again and again, and compute the figures on what is left.

    Parameters
    ----------
    links : the whole network.
    share : of the spaces that go, 0-1; at least one space stays.
    draws : number of draws; none without spaces.
    seed : seed of the draws.
    """
    n = links.n_spaces
    stay = max(1, n - round(share * n))
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws if n else 0):
        left = links.of(np.isin(np.arange(n), rng.choice(n, size=stay, replace=False)))
        found.append((connectivity_of(left.parts()), float(np.mean(left.degree() == 0)), len(left.a) / stay))
    return Thinned(*np.array(found, dtype=float).reshape(-1, 3).T)
