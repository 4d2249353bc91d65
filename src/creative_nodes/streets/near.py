"""Costs between places near each other, pair by pair: neither time nor memory grow with places times places.

Sources are taken in groups of neighbours. One search from a whole group tells which streets any of them reaches within
the limit; only those are then searched from each source. This is exact on any network, oneway streets and ferries too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from creative_nodes.streets.arrivals import Arrivals, along_one_edge
from creative_nodes.streets.network import Entrances, StreetNetwork
from creative_nodes.streets.times import chunks, with_sources

GROUP = 64  # sources searched on the same streets: more would search them farther than each needs


@dataclass(frozen=True, eq=False)
class Near:
    """Pairs of places within a limit, ordered by `a`, then `b`; each pair once.

    Attributes
    ----------
    a, b : from which source to which target, shape (pairs,).
    cost : from the one to the other, shape (pairs,).
    shape : sources x targets.
    """

    a: np.ndarray
    b: np.ndarray
    cost: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def of(cls, a: np.ndarray, b: np.ndarray, cost: np.ndarray, shape: tuple[int, int]) -> Near:
        """Order pairs, and keep the least cost of each."""
        key = a.astype(np.int64) * shape[1] + b
        order = np.argsort(key, kind="stable")
        key, cost = key[order], cost[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        least = np.minimum.reduceat(cost, first) if len(first) else cost
        a, b = np.divmod(key[first], max(shape[1], 1))
        return cls(a, b, least, shape)

    def where(self, kept: np.ndarray) -> Near:
        """Return some of the pairs; `kept` is a mask over them."""
        return Near(self.a[kept], self.b[kept], self.cost[kept], self.shape)

    def either_way(self) -> Near:
        """Return the pairs of two different places both ways round, each at the cheaper direction's cost."""
        apart = self.where(self.a != self.b)
        a, b = np.concatenate([apart.a, apart.b]), np.concatenate([apart.b, apart.a])
        return Near.of(a, b, np.tile(apart.cost, 2), self.shape)

    def dense(self) -> np.ndarray:
        """Return the matrix of costs, infinite where there is no pair."""
        out = np.full(self.shape, np.inf)
        out[self.a, self.b] = self.cost
        return out


def near_costs(network: StreetNetwork, sources: Entrances, targets: Entrances, *, limit: float) -> Near:
    """Return the pairs of a source and a target within a limit, with their costs; see `times.cost_rows`.

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the costs.
    sources, targets : places on that network.
    limit : costs above it are left out.
    """
    direct = along_one_edge(network, sources, targets).tocoo()
    short = direct.data <= limit
    found = [(direct.row[short], direct.col[short], direct.data[short])]
    found += _by_the_streets(network, sources, targets, limit)
    a, b, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Near.of(a, b, cost, (sources.n_places, targets.n_places))


def _groups(network: StreetNetwork, sources: Entrances) -> Iterator[np.ndarray]:
    """Yield the numbers of neighbouring sources, GROUP at a time; those without an entrance are left out."""
    place, first = np.unique(sources.place, return_index=True)
    x, y = network.xy[network.u[sources.edge[first]]].T
    across = max(1, round(np.sqrt(len(place) / GROUP)))
    by_x = np.argsort(x, kind="stable")
    for column in np.array_split(by_x, across) if len(place) else ():
        by_y = column[np.argsort(y[column], kind="stable")]
        yield from np.split(place[by_y], range(GROUP, len(by_y), GROUP))


def _by_the_streets(
    network: StreetNetwork, sources: Entrances, targets: Entrances, limit: float
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield sources, targets and costs by way of the streets, group by group."""
    graph, n = with_sources(network, sources), network.n_nodes
    arrivals = Arrivals.of(network, targets)
    entrance = np.repeat(np.arange(targets.n_places), arrivals.count)
    touching = touches(arrivals.node, entrance, n, targets.n_places)
    position = np.full(graph.shape[0], -1)
    for group in _groups(network, sources):
        reached = dijkstra(graph, indices=n + group, limit=limit, min_only=True)
        nodes = np.flatnonzero(np.isfinite(reached[:n]))
        places = np.unique(touching[nodes].indices)
        if not len(places):
            continue
        both = np.concatenate([nodes, n + group])
        position[both] = np.arange(len(both))
        streets, ends = part_of(graph, both, position), arrivals.near(position, places)
        position[both] = -1
        for rows in chunks(len(group), max(len(both), 2 * ends.node.shape[1])):
            costs = ends.costs(dijkstra(streets, indices=len(nodes) + rows, limit=limit))
            row, column = np.nonzero((costs <= limit) & np.isfinite(costs))
            yield group[rows[row]], places[column], costs[row, column]


def part_of(graph: csr_array, nodes: np.ndarray, position: np.ndarray) -> csr_array:
    """Return the graph of some nodes, renumbered; the work does not grow with the whole graph.

    Parameters
    ----------
    graph : costs along edges.
    nodes : the nodes to keep.
    position : new number of each node, -1 when it is left out, shape (all nodes,).
    """
    rows = graph[nodes]
    column = position[rows.indices]
    kept = column >= 0
    starts = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    return csr_array((rows.data[kept], column[kept], starts), shape=(len(nodes), len(nodes)))


def touches(node: np.ndarray, owner: np.ndarray, n_nodes: int, n_owners: int) -> csr_array:
    """Return which owners (edges, places) touch each node (nodes x owners).

    Parameters
    ----------
    node : both ends of what each owner has, shape (2, ends).
    owner : whose they are, shape (ends,).
    n_nodes, n_owners : how many there are.
    """
    ones = np.ones(node.size, dtype=bool)
    return coo_array((ones, (node.ravel(), np.tile(owner, 2))), shape=(n_nodes, n_owners)).tocsr()
