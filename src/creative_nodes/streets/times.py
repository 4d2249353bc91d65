"""Shortest costs (metres or minutes) between places along a network.

A place's entrance lies somewhere on an edge, so the cost between two places is the least, over their entrances, of
leg + way to an end of the edge + network + way from an end of the edge + leg. Two entrances on one edge are also joined
directly. A place is never a shortcut: its entrances start or end trips, nobody travels through it.

The searches are scipy's Dijkstra with a limit (docs/ENGINES.md tells why). Each of them passes over all nodes of its
graph, so where a few neighbours reach only a part of the city, they are searched on that part alone; where they reach
most of it, nodes are numbered so that neighbours lie near each other in memory, too. Both are equal to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from creative_nodes.streets.arrivals import Arrivals, along_one_edge, legs
from creative_nodes.streets.network import Entrances, StreetNetwork, cheapest

MAX_MATRIX = 6_000_000  # numbers held at once: about 48 MB
FEW = 8  # neighbours searched on one part of the streets
MANY = 16  # sources from which on it pays to number the nodes anew; so many are searched at once
PART = 0.5  # share of the nodes above which a part is no smaller work than the whole


def with_sources(network: StreetNetwork, sources: Entrances) -> csr_array:
    """Return the graph with one more node a source, from which edges lead to the streets.

    Parameters
    ----------
    network : streets of one mode.
    sources : places on that network.
    """
    place, node, cost = legs(network, sources, outward=True)
    n = network.n_nodes
    return _below(network.graph(), cheapest(n + place, node, cost, n + sources.n_places))


def _below(graph: csr_array, more: csr_array) -> csr_array:
    """Add the rows of a larger graph that a smaller one has not; both have their rows in order."""
    n = graph.shape[0]
    return csr_array(
        (
            np.concatenate([graph.data, more.data]),
            np.concatenate([graph.indices, more.indices]),
            np.concatenate([graph.indptr, graph.nnz + more.indptr[n + 1 :]]),
        ),
        shape=more.shape,
    )


def searches(
    network: StreetNetwork, sources: Entrances, *, limit: float, width: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield `node_costs` in blocks small enough for a caller that makes `width` numbers of each row.

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the costs.
    sources : places on that network.
    limit : costs above it come as infinite.
    width : numbers the caller makes of a row, beside those of the nodes.
    """
    graph, at = with_sources(network, sources), standing(network, sources)
    search = _Search(graph, network.xy, limit, at)
    for rows in chunks(sources.n_places, max(search.graph.shape[0], width)):
        yield rows, search.costs(rows)


@dataclass(eq=False)
class _Search:
    """Searches from sources, nodes of the graph behind those of the streets, which lie at `xy`; the sources at `at`.

    `wide`: whether a few neighbours were found to reach most of the city.
    """

    graph: csr_array
    xy: np.ndarray
    limit: float
    at: np.ndarray
    wide: bool = False
    position: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Make room for the new numbers of nodes; without a limit all are reached."""
        self.position = np.full(self.graph.shape[0], -1)
        self.wide = self.wide or not np.isfinite(self.limit)

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.xy)

    def costs(self, rows: np.ndarray) -> np.ndarray:
        """Return the costs from some sources to all nodes of the streets; infinite beyond the limit."""
        if self.wide or len(rows) == 1:
            return self._whole(rows)
        out = np.full((len(rows), len(self.position)), np.inf)[:, : self.n_nodes]
        for some in neighbours(self.at[rows], FEW):
            nodes = np.zeros(0, dtype=int) if self.wide else self._reached(rows[some])
            self.wide = self.wide or len(nodes) > PART * self.n_nodes
            if self.wide:
                out[some] = self._whole(rows[some])
            else:
                out[np.ix_(some, nodes)] = self._on_part(rows[some], nodes)
        return out

    def _whole(self, rows: np.ndarray) -> np.ndarray:
        """Return the costs from some sources, by searches of the whole graph."""
        if len(self.at) < MANY:
            return np.asarray(dijkstra(self.graph, indices=self.n_nodes + rows, limit=self.limit)[:, : self.n_nodes])
        graph, position = self._in_order
        out = np.empty((len(rows), len(position)))
        for first in range(0, len(rows), MANY):
            found = dijkstra(graph, indices=self.n_nodes + rows[first : first + MANY], limit=self.limit)
            # no number is out of range, so that "clip" only spares the check
            found.take(position, axis=1, out=out[first : first + MANY], mode="clip")
        return out[:, : self.n_nodes]

    @cached_property
    def _in_order(self) -> tuple[csr_array, np.ndarray]:
        """Return the graph with its nodes numbered anew, and the new number of each; sources keep theirs."""
        order = np.concatenate([along_z(self.xy), np.arange(self.n_nodes, self.graph.shape[0])])
        position = np.empty(len(order), dtype=int)
        position[order] = np.arange(len(order))
        return part_of(self.graph, order, position), position

    def _reached(self, rows: np.ndarray) -> np.ndarray:
        """Return the nodes that any of some sources reaches."""
        least = dijkstra(self.graph, indices=self.n_nodes + rows, limit=self.limit, min_only=True)
        return np.flatnonzero(np.isfinite(least[: self.n_nodes]))

    def _on_part(self, rows: np.ndarray, nodes: np.ndarray) -> np.ndarray:
        """Return the costs from some sources to some nodes that hold all they reach."""
        both = np.concatenate([nodes, self.n_nodes + rows])
        self.position[both] = np.arange(len(both))
        streets = part_of(self.graph, both, self.position)
        self.position[both] = -1
        sources = np.arange(len(nodes), len(both))
        return np.asarray(dijkstra(streets, indices=sources, limit=self.limit)[:, : len(nodes)])


def along_z(xy: np.ndarray) -> np.ndarray:
    """Return points in an order in which neighbours are near each other: along a Z curve (Morton 1966), shape (n,).

    Parameters
    ----------
    xy : points, shape (n, 2).
    """
    low, side = xy.min(axis=0, initial=np.inf), np.ptp(xy, axis=0).max() if len(xy) else 1.0
    cell = ((xy - low) / (side or 1.0) * (2**16 - 1)).astype(np.uint32)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cell = (cell | (cell << shift)) & mask
    return np.argsort(cell[:, 0] | (cell[:, 1] << 1), kind="stable")


def standing(network: StreetNetwork, places: Entrances) -> np.ndarray:
    """Return where each place meets the streets, shape (n places, 2); missing for one without an entrance.

    Parameters
    ----------
    network : streets of one mode.
    places : on that network.
    """
    place, first = np.unique(places.place, return_index=True)
    out = np.full((places.n_places, 2), np.nan)
    out[place] = network.xy[network.u[places.edge[first]]]
    return out


def neighbours(xy: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield the numbers of points in groups of neighbours; missing points are left out.

    Parameters
    ----------
    xy : points, shape (n, 2).
    size : points in a group, at most.
    """
    there = np.flatnonzero(~np.isnan(xy[:, 0]))
    x, y = xy[there].T
    across = max(1, round(np.sqrt(len(there) / size)))
    by_x = np.argsort(x, kind="stable")
    for column in np.array_split(by_x, across) if len(there) else ():
        by_y = column[np.argsort(y[column], kind="stable")]
        yield from np.split(there[by_y], range(size, len(by_y), size))


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


def chunks(n_rows: int, width: int) -> Iterator[np.ndarray]:
    """Yield row numbers in blocks that hold at most MAX_MATRIX numbers, at least one row each.

    Parameters
    ----------
    n_rows : rows in all.
    width : numbers a row holds.
    """
    size = max(1, MAX_MATRIX // max(width, 1))
    for first in range(0, n_rows, size):
        yield np.arange(first, min(first + size, n_rows))


def node_costs(
    network: StreetNetwork, sources: Entrances, *, limit: float = np.inf
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the costs from sources to every street node, block by block.

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the costs.
    sources : places on that network.
    limit : costs above it come as infinite.

    Yields
    ------
    rows : indices of the sources of this block, shape (k,).
    costs : shape (k, n nodes); infinite when out of reach.
    """
    yield from searches(network, sources, limit=limit)


def cost_rows(
    network: StreetNetwork, sources: Entrances, targets: Entrances, *, limit: float = np.inf
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield blocks of the cost matrix from sources to targets.

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the costs.
    sources, targets : places on that network.
    limit : costs above it come as infinite.

    Yields
    ------
    rows : indices of the sources of this block, shape (k,).
    costs : shape (k, n targets); infinite when out of reach.
    """
    direct = along_one_edge(network, sources, targets)
    arrivals = Arrivals.of(network, targets)
    width = 2 * max(arrivals.node.shape[1], targets.n_places)
    for rows, reached in searches(network, sources, limit=limit, width=width):
        costs = arrivals.costs(reached)
        near = direct[rows].tocoo()
        np.minimum.at(costs, (near.row, near.col), near.data)
        costs[costs > limit] = np.inf
        yield rows, costs


def costs_between(
    network: StreetNetwork, sources: Entrances, targets: Entrances, *, limit: float = np.inf
) -> np.ndarray:
    """Return the whole cost matrix (sources x targets), infinite when out of reach.

    Parameters
    ----------
    network, sources, targets, limit : see `cost_rows`.
    """
    out = np.full((sources.n_places, targets.n_places), np.inf)
    for rows, costs in cost_rows(network, sources, targets, limit=limit):
        out[rows] = costs
    return out


def cost_to_nearest(network: StreetNetwork, sources: Entrances, targets: Entrances) -> np.ndarray:
    """Return each source's cost to its nearest target, shape (n sources,); infinite when none can be reached.

    One search from all targets together against the direction of travel, however many there are.

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the costs.
    sources, targets : places on that network.
    """
    n = network.n_nodes
    place, node, cost = legs(network, targets, outward=False)
    # reversed graph: from a hub to the targets' streets, then upstream
    reverse = _below(network.reverse(), cheapest(np.full(len(place), n), node, cost, n + 1))
    to_node = dijkstra(reverse, indices=np.array([n]))[0]
    source, start, leg = legs(network, sources, outward=True)
    out = np.full(sources.n_places, np.inf)
    np.minimum.at(out, source, to_node[start] + leg)
    direct = along_one_edge(network, sources, targets).tocoo()
    np.minimum.at(out, direct.row, direct.data)
    return out
