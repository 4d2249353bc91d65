"""Shortest costs (metres or minutes) between places along a network.

A place's entrance lies somewhere on an edge, so the cost between two places is the least, over their entrances, of
leg + way to an end of the edge + network + way from an end of the edge + leg. Two entrances on one edge are also joined
directly. A place is never a shortcut: its entrances start or end trips, nobody travels through it.

The searches are scipy's Dijkstra with a limit (docs/ENGINES.md tells why). Where they reach much of the city, nodes are
numbered so that neighbours lie near each other in memory, too: a quarter to a third less time, and equal to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from creative_nodes.streets.arrivals import Arrivals, along_one_edge, legs
from creative_nodes.streets.network import Entrances, StreetNetwork, cheapest

MAX_MATRIX = 6_000_000  # numbers held at once: about 48 MB
MUCH = 0.2  # share of the nodes that a source reaches, from which on it pays to number them anew
AT_ONCE = 16  # sources searched at once then


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
    search, n = _Search(with_sources(network, sources), network.xy), network.n_nodes
    much: bool | None = None
    for rows in chunks(sources.n_places, max(search.graph.shape[0], width)):
        found = np.empty((len(rows), search.graph.shape[0]))
        # the first few sources tell of the rest
        first = AT_ONCE if much is None else 0
        if much is None:
            found[:first] = dijkstra(search.graph, indices=n + rows[:first], limit=limit)
            much = bool(np.count_nonzero(np.isfinite(found[:first])) > MUCH * found[:first].size)
        if much:
            search.near(n + rows[first:], limit, found[first:])
        elif first < len(rows):
            found[first:] = dijkstra(search.graph, indices=n + rows[first:], limit=limit)
        yield rows, found[:, :n]


@dataclass(frozen=True, eq=False)
class _Search:
    """Searches of a graph whose first nodes lie at `xy`; the others are sources."""

    graph: csr_array
    xy: np.ndarray

    def near(self, nodes: np.ndarray, limit: float, out: np.ndarray) -> None:
        """Write the costs from some nodes to all, searched where neighbours lie near each other in memory."""
        graph, position = self._in_order
        for first in range(0, len(nodes), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            # no number is out of range, so that "clip" only spares the check
            dijkstra(graph, indices=position[nodes[some]], limit=limit).take(
                position, axis=1, out=out[some], mode="clip"
            )

    @cached_property
    def _in_order(self) -> tuple[csr_array, np.ndarray]:
        """Return the graph with its nodes numbered anew, and the new number of each."""
        order = np.concatenate([along_z(self.xy), np.arange(len(self.xy), self.graph.shape[0])])
        position = np.empty(len(order), dtype=int)
        position[order] = np.arange(len(order))
        return csr_array(self.graph[order][:, order]), position


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
