"""Amounts (residents, say) within reach of places and of every street node.

They are added up edge by edge: one that is reached to its last place counts as a whole, and only the few at the rim are
looked at place by place. For reach from every street node the city is cut into blocks, and each block searches the
streets within the limit around it: exact, and memory stays small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from creative_nodes.streets.arrivals import Arrivals, along_one_edge, end_costs, renumbered, written_out
from creative_nodes.streets.near import part_of, touches
from creative_nodes.streets.network import Entrances, StreetNetwork
from creative_nodes.streets.times import chunks, searches

FEW = 16  # rows counted at once: more would together reach most of a city, and fill more memory than is near
FARTHEST = 1e300  # stands for an infinite limit: a cost beyond it is infinite, and not within
BLOCK_TO_LIMIT = 1.01  # side of a block over the limit: lengths are rounded, and the next block must hold all in reach


@dataclass(frozen=True)
class _OnEdges:
    """Amounts of places with one entrance each, gathered by edge.

    `node`: ends u and v of each edge that holds something, shape (2, edges). `low`, `high`: the least and the most that
    a place on it costs from there. `held`: its sums, shape (edges, kinds). `first`, `count`: its places.
    `cost`: from the ends to each place, shape (2, places). `amounts`: what each place holds, shape (places, kinds).
    """

    node: np.ndarray
    low: np.ndarray
    high: np.ndarray
    held: np.ndarray
    first: np.ndarray
    count: np.ndarray
    cost: np.ndarray
    amounts: np.ndarray

    @classmethod
    def of(cls, network: StreetNetwork, entrances: Entrances, amounts: np.ndarray) -> _OnEdges:
        """Gather amounts, one row an entrance, by edge."""
        order = np.argsort(entrances.edge, kind="stable")
        edge, first, count = np.unique(entrances.edge[order], return_index=True, return_counts=True)
        cost = end_costs(network, entrances, outward=False)[:, order]
        amounts = amounts[order]
        low, high, held = cost, cost, amounts
        if len(first):
            low, high = np.minimum.reduceat(cost, first, axis=1), np.maximum.reduceat(cost, first, axis=1)
            held = np.add.reduceat(amounts, first, axis=0)
        return cls(np.stack([network.u[edge], network.v[edge]]), low, high, held, first, count, cost, amounts)

    def near(self, position: np.ndarray, edges: np.ndarray) -> _OnEdges:
        """Return some of the edges on a part of the network; `position`: new numbers of nodes, -1 when left out."""
        node, low, high = renumbered(position, self.node[:, edges], self.low[:, edges], self.high[:, edges])
        run, place = written_out(self.first[edges], self.count[edges])
        _, cost = renumbered(position, self.node[:, edges[run]], self.cost[:, place])
        count = self.count[edges]
        first = np.cumsum(count) - count
        return _OnEdges(node, low, high, self.held[edges], first, count, cost, self.amounts[place])

    def within(self, reached: np.ndarray, limits: Sequence[float]) -> np.ndarray:
        """Return the amounts within limits (rows x limits x kinds) from the costs to nodes (rows x nodes)."""
        out = np.empty((len(reached), len(limits), self.amounts.shape[1]))
        for first in range(0, len(reached), FEW):
            some = slice(first, first + FEW)
            self._within(reached[some], limits, out[some])
        return out

    def _within(self, reached: np.ndarray, limits: Sequence[float], out: np.ndarray) -> None:
        """Write the amounts within limits, for so few rows that together they reach a part of the city."""
        met = np.asarray((reached <= max(limits)).any(axis=0))
        near = np.flatnonzero(met[self.node].any(axis=0))
        at, low, high = reached.take(self.node[:, near], axis=1), self.low[:, near], self.high[:, near]
        begun = (at + low).min(axis=1)
        # from one end or the other all is reached; where it takes both, the places are looked at one by one
        at += high
        done, held = at.min(axis=1), self.held[near]
        for k, limit in enumerate(limits):
            whole = done <= limit
            row, edge = np.nonzero((begun <= limit) & ~whole)
            out[:, k] = _one_by_one(whole, held) + self._at_the_rim(reached, row, near[edge], limit)

    def _at_the_rim(self, reached: np.ndarray, row: np.ndarray, edge: np.ndarray, limit: float) -> np.ndarray:
        """Add up, place by place, the pairs of a row and an edge that is reached in part."""
        pair, place = written_out(self.first[edge], self.count[edge])
        at = reached[row, self.node[:, edge]]
        near = (at[:, pair] + self.cost[:, place]).min(axis=0) <= limit
        return _sums_of(row[pair[near]], place[near], self.amounts, len(reached))


def _sums(chosen: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Add up amounts (places x kinds) by row of a mask (rows x places)."""
    # not the matrix product: it turns the mask into numbers first, and its sums may depend on the number of threads
    out = np.empty((len(chosen), amounts.shape[1]))
    for kind, column in enumerate(np.ascontiguousarray(amounts.T)):
        out[:, kind] = np.einsum("rp,p->r", chosen, column)
    return out


def _one_by_one(chosen: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Add up amounts (edges x kinds) by row of a mask (rows x edges), in their order.

    What is not chosen then changes no bit of a sum, nor does what is asked of other rows.
    """
    # einsum adds so where rows are next to each other in memory and more than one
    beside = np.asfortranarray(np.resize(chosen, (max(len(chosen), 2), chosen.shape[1])))
    return _sums(beside, amounts)[: len(chosen)]


def _sums_of(row: np.ndarray, place: np.ndarray, amounts: np.ndarray, n_rows: int) -> np.ndarray:
    """Add up amounts (places x kinds) by row, given pairs of a row and a place; shape (n_rows, kinds)."""
    chosen = coo_array((np.ones(len(row)), (row, place)), shape=(n_rows, len(amounts))).tocsr()
    return np.asarray(chosen @ amounts)


@dataclass(frozen=True)
class _Stock:
    """What the targets hold: places with one entrance by edge, and places with several one by one."""

    single: _OnEdges
    several: Arrivals
    amounts: np.ndarray

    @classmethod
    def of(cls, network: StreetNetwork, targets: Entrances, amounts: np.ndarray) -> _Stock:
        """Sort the targets; `amounts` has shape (n targets, kinds)."""
        several = np.bincount(targets.place, minlength=targets.n_places) > 1
        alone = _some(targets, ~several)
        many = _some(targets, several)
        kept = np.flatnonzero(several)
        many = replace(many, place=np.searchsorted(kept, many.place), n_places=len(kept))
        single = _OnEdges.of(network, alone, amounts[alone.place])
        return cls(single, Arrivals.of(network, many), amounts[kept])

    @property
    def width(self) -> int:
        """How many numbers a row `within` takes."""
        return 4 * len(self.single.first) + 2 * int(self.several.count.sum())

    def within(self, reached: np.ndarray, limits: Sequence[float]) -> np.ndarray:
        """Return the amounts within limits (rows x limits x kinds) from the costs to nodes (rows x nodes)."""
        out = self.single.within(reached, limits)
        if len(self.amounts):
            costs = self.several.costs(reached)
            for k, limit in enumerate(limits):
                out[:, k] += _sums(costs <= limit, self.amounts)
        return out


def _some(entrances: Entrances, places: np.ndarray) -> Entrances:
    """Return the entrances of some of the places."""
    kept = places[entrances.place]
    rows = {name: getattr(entrances, name)[kept] for name in ("place", "edge", "share", "leg_m")}
    return replace(entrances, **rows)


@dataclass(frozen=True, eq=False)
class Held:
    """What targets hold, and within which limits it is asked for.

    `targets`: places on the network. `amounts`: of each, shape (n targets,) or (n targets, kinds). `limits`: costs, in
    any order; a target that costs just as much counts, one that cannot be reached never.
    """

    targets: Entrances
    amounts: np.ndarray
    limits: Sequence[float]


def totals_within(
    network: StreetNetwork, sources: Entrances, targets: Entrances, amounts: np.ndarray, *, limits: Sequence[float]
) -> np.ndarray:
    """Return the amounts (residents, say) at targets within each limit of each source, from one search.

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the limits.
    sources, targets : places on that network.
    amounts : what each target holds, shape (n targets,) or (n targets, kinds).
    limits : costs, in any order; a target that costs just as much counts, one that cannot be reached never.

    Returns
    -------
    shape (n sources, n limits) or (n sources, n limits, kinds).
    """
    return totals_within_each(network, sources, [Held(targets, amounts, limits)])[0]


def totals_within_each(network: StreetNetwork, sources: Entrances, asked: Sequence[Held]) -> list[np.ndarray]:
    """Return what `totals_within` returns of each of several, equal to the bit, from one search for all.

    A way to what lies within a limit leads over nothing beyond it, so that a search to a wider limit finds the same.

    Parameters
    ----------
    network, sources : see `totals_within`.
    asked : at least one.
    """
    counts = [_Count.of(network, sources, one) for one in asked]
    farthest, width = max(max(one.limits) for one in counts), max(one.stock.width for one in counts)
    for rows, reached in searches(network, sources, limit=farthest, width=width):
        for one in counts:
            one.add(rows, reached)
    return [
        one.out.reshape(sources.n_places, len(one.limits), *np.shape(held.amounts)[1:])
        for one, held in zip(counts, asked, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _Count:
    """One of several counts from one search; `direct`: costs along common edges; `out`: sources x limits x kinds."""

    stock: _Stock
    arrivals: Arrivals
    direct: csr_array
    kinds: np.ndarray
    limits: list[float]
    out: np.ndarray

    @classmethod
    def of(cls, network: StreetNetwork, sources: Entrances, held: Held) -> _Count:
        """Prepare a count."""
        kinds, limits, targets = _by_kind(held.amounts), _finite(held.limits), held.targets
        return cls(
            _Stock.of(network, targets, kinds),
            Arrivals.of(network, targets),
            along_one_edge(network, sources, targets),
            kinds,
            limits,
            np.zeros((sources.n_places, len(limits), kinds.shape[1])),
        )

    def add(self, rows: np.ndarray, reached: np.ndarray) -> None:
        """Count for some sources, from their costs to nodes (rows x nodes)."""
        self.out[rows] = self.stock.within(reached, self.limits)
        # targets that only the direct way along their common edge brings within a limit
        near = self.direct[rows].tocoo()
        around = self.arrivals.costs_of(reached, near.row, near.col)
        for k, limit in enumerate(self.limits):
            more = (near.data <= limit) & (around > limit)
            self.out[rows, k] += _sums_of(near.row[more], near.col[more], self.kinds, len(rows))


def _finite(limits: Sequence[float]) -> list[float]:
    """Return limits that what cannot be reached, infinitely far away, is never within."""
    return [min(limit, FARTHEST) for limit in limits]


def _by_kind(amounts: np.ndarray) -> np.ndarray:
    """Return amounts as a table, one column a kind."""
    table = np.asarray(amounts, dtype=float)
    return table[:, None] if table.ndim == 1 else table


def total_within(
    network: StreetNetwork, sources: Entrances, targets: Entrances, amounts: np.ndarray, *, limit: float
) -> np.ndarray:
    """Return the amounts at targets within one limit of each source, shape (n sources[, kinds]).

    Parameters
    ----------
    network, sources, targets, amounts : see `totals_within`.
    limit : cost in the unit of the network.
    """
    return np.asarray(totals_within(network, sources, targets, amounts, limits=[limit])[:, 0])


# ---------------------------------------------------------------- from every street node


def _blocks(xy: np.ndarray, size: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Cut nodes into square blocks of `size` metres; yields the nodes of each, and of the eight blocks around it."""
    key = np.floor((xy - xy.min(axis=0, initial=np.inf)) / size).astype(np.int64) + 1
    # blocks are numbered column by column, with an empty one below and above each column
    column = int(key[:, 1].max(initial=0)) + 2
    code = key[:, 0] * column + key[:, 1]
    order = np.argsort(code, kind="stable")
    code = code[order]

    def between(low: int, high: int) -> np.ndarray:
        return order[slice(*np.searchsorted(code, [low, high + 1]))]

    for own in np.unique(code):
        beside = [(own - 1, own - 1), (own + 1, own + 1)]
        beside += [(own + step - 1, own + step + 1) for step in (-column, column)]
        yield between(own, own), np.concatenate([between(*some) for some in beside])


@dataclass(frozen=True)
class _City:
    """Streets and what they hold, from which a part can be cut out; `edges`, `places`: those that touch each node."""

    graph: csr_array
    stock: _Stock
    edges: csr_array
    places: csr_array
    position: np.ndarray

    @classmethod
    def of(cls, network: StreetNetwork, stock: _Stock) -> _City:
        """Note which edges and places touch each node."""
        n, n_edges, n_places = network.n_nodes, len(stock.single.first), len(stock.amounts)
        edges = touches(stock.single.node, np.arange(n_edges), n, n_edges)
        owner = np.repeat(np.arange(n_places), stock.several.count)
        places = touches(stock.several.node, owner, n, n_places)
        return cls(network.graph(), stock, edges, places, np.full(n, -1))

    def part(self, nodes: np.ndarray) -> tuple[csr_array, _Stock]:
        """Cut out some nodes, with all that touches them; they are numbered in the order given."""
        self.position[nodes] = np.arange(len(nodes))
        edges, places = (np.unique(touching[nodes].indices) for touching in (self.edges, self.places))
        single = self.stock.single.near(self.position, edges)
        several = self.stock.several.near(self.position, places)
        streets = part_of(self.graph, nodes, self.position)
        self.position[nodes] = -1
        return streets, _Stock(single, several, self.stock.amounts[places])


def totals_within_of_nodes(
    network: StreetNetwork, targets: Entrances, amounts: np.ndarray, *, limits_m: Sequence[float]
) -> np.ndarray:
    """Return the amounts at targets within each limit of every street node.

    Parameters
    ----------
    network : streets with costs in metres (a straight line is then never longer than the way).
    targets : places, e.g. grid cells with residents.
    amounts : what each target holds, shape (n targets,) or (n targets, kinds).
    limits_m : metres along the network, legs included.

    Returns
    -------
    shape (n nodes, n limits) or (n nodes, n limits, kinds).

    Raises
    ------
    ValueError : the network's costs are minutes.
    """
    if network.unit != "m":
        raise ValueError("reach from every street node needs a network in metres")
    kinds, limits_m = _by_kind(amounts), _finite(limits_m)
    city = _City.of(network, _Stock.of(network, targets, kinds))
    out = np.zeros((network.n_nodes, len(limits_m), kinds.shape[1]))
    for nodes, around in _blocks(network.xy, BLOCK_TO_LIMIT * max(*limits_m, 1.0)):
        streets, stock = city.part(np.concatenate([nodes, around]))
        for rows in chunks(len(nodes), max(streets.shape[0], stock.width)):
            reached = dijkstra(streets, indices=rows, limit=max(limits_m))
            out[nodes[rows]] = stock.within(reached, limits_m)
    return out.reshape(network.n_nodes, len(limits_m), *np.shape(amounts)[1:])


def total_within_of_nodes(
    network: StreetNetwork, targets: Entrances, amounts: np.ndarray, *, limit_m: float
) -> np.ndarray:
    """Return the amounts at targets within one limit of every street node, shape (n nodes[, kinds]).

    Parameters
    ----------
    network, targets, amounts : see `totals_within_of_nodes`.
    limit_m : metres along the network, legs included.
    """
    return np.asarray(totals_within_of_nodes(network, targets, amounts, limits_m=[limit_m])[:, 0])
