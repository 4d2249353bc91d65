"""Shortest costs (metres or minutes) between places along a network, and the amounts within reach.

A place's entrance lies somewhere on an edge, so the cost between two places is the least, over their entrances, of
leg + way to an end of the edge + network + way from an end of the edge + leg. Two entrances on one edge are also joined
directly. A place is never a shortcut: its entrances start or end trips, nobody travels through it.

The searches are scipy's Dijkstra with a limit (docs/ENGINES.md tells why). Amounts within reach are added up edge by
edge: one that is reached to its last place counts as a whole, and only the few at the rim are looked at place by place.
For reach from every street node the city is cut into blocks, and each block searches the streets within the limit
around it: exact, and memory stays small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from creative_nodes.streets.network import Entrances, StreetNetwork, cheapest

AT_JUNCTION = 1e-9  # share of an edge below which an entrance lies at its end
MAX_MATRIX = 6_000_000  # numbers held at once: about 48 MB
FARTHEST = 1e300  # stands for an infinite limit: a cost beyond it is infinite, and not within
BLOCK_TO_LIMIT = 1.01  # side of a block over the limit: lengths are rounded, and the next block must hold all in reach


# ---------------------------------------------------------------- between places and the ends of their edges


def _ends(network: StreetNetwork, entrances: Entrances, *, outward: bool) -> np.ndarray:
    """Return the cost between places and the ends u and v of their entrances' edges, shape (2, entrances)."""
    forward, backward = network.forward[entrances.edge], network.backward[entrances.edge]
    leg = entrances.leg_m * network.leg_cost_per_m
    # towards v and away from u one follows the edge forward; against a oneway edge one may not
    at_u = _part(entrances.share, backward if outward else forward)
    at_v = _part(1 - entrances.share, forward if outward else backward)
    return np.stack([at_u + leg, at_v + leg])


def _part(share: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Return the cost of a part of an edge; one who stands at its end is there, also where the edge is closed."""
    at_end = share < AT_JUNCTION
    with np.errstate(invalid="ignore"):
        return np.where(at_end, 0.0, share * cost)


def _legs(network: StreetNetwork, entrances: Entrances, *, outward: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (place, node, cost) between places and the ends of their edges that are open."""
    place = np.concatenate([entrances.place, entrances.place])
    node = np.concatenate([network.u[entrances.edge], network.v[entrances.edge]])
    cost = np.concatenate(_ends(network, entrances, outward=outward))
    open_ = np.isfinite(cost)
    return place[open_], node[open_], cost[open_]


@dataclass(frozen=True)
class _Arrivals:
    """Entrances as ends of trips, ordered by place.

    `node`: ends u and v of each entrance's edge, shape (2, entrances). `cost`: from there to the place, same shape.
    `first`, `count`: where the entrances of each place begin, and how many they are, shape (n places,).
    """

    node: np.ndarray
    cost: np.ndarray
    first: np.ndarray
    count: np.ndarray

    @classmethod
    def of(cls, network: StreetNetwork, entrances: Entrances) -> _Arrivals:
        """Order the entrances by place."""
        order = np.argsort(entrances.place, kind="stable")
        edge = entrances.edge[order]
        count = np.bincount(entrances.place, minlength=entrances.n_places)
        node = np.stack([network.u[edge], network.v[edge]])
        return cls(node, _ends(network, entrances, outward=False)[:, order], np.cumsum(count) - count, count)

    def costs(self, reached: np.ndarray) -> np.ndarray:
        """Return the costs to all places (rows x places) from the costs to nodes (rows x nodes)."""
        out = np.full((len(reached), len(self.count)), np.inf)
        (u, v), (from_u, from_v) = self.node, self.cost
        each = np.minimum(reached[:, u] + from_u, reached[:, v] + from_v)
        entered = np.flatnonzero(self.count)
        if len(entered) < len(u):
            each = np.minimum.reduceat(each, self.first[entered], axis=1)
        out[:, entered] = each
        return out

    def costs_of(self, reached: np.ndarray, row: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Return the costs of some pairs of a row and a place, shape (pairs,)."""
        pair, entrance = _spread(self.first[place], self.count[place])
        each = (reached[row[pair], self.node[:, entrance]] + self.cost[:, entrance]).min(axis=0)
        out = np.full(len(place), np.inf)
        np.minimum.at(out, pair, each)
        return out

    def near(self, position: np.ndarray, places: np.ndarray) -> _Arrivals:
        """Return some of the places on a part of the network; `position`: new numbers of nodes, -1 when left out."""
        _, entrance = _spread(self.first[places], self.count[places])
        node, cost = _renumber(position, self.node[:, entrance], self.cost[:, entrance])
        count = self.count[places]
        return _Arrivals(node, cost, np.cumsum(count) - count, count)


def _renumber(position: np.ndarray, node: np.ndarray, *costs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return new numbers of nodes, and the costs from them: infinite from nodes that are left out."""
    at = position[node]
    return np.maximum(at, 0), *(np.where(at < 0, np.inf, cost) for cost in costs)


def _spread(first: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Write out runs of indices: returns the number of each one's run, and the index."""
    run = np.repeat(np.arange(len(count)), count)
    return run, np.arange(len(run)) - np.repeat(np.cumsum(count) - count - first, count)


def _same_edge(network: StreetNetwork, sources: Entrances, targets: Entrances) -> csr_array:
    """Return the direct costs between places that meet the same edge (sources x targets)."""
    a = pd.DataFrame({"edge": sources.edge, "place": sources.place, "share": sources.share, "leg": sources.leg_m})
    b = pd.DataFrame({"edge": targets.edge, "place": targets.place, "share": targets.share, "leg": targets.leg_m})
    pairs = a.merge(b, on="edge", suffixes=("_a", "_b"))
    edge, gone = pairs["edge"].to_numpy(), (pairs["share_b"] - pairs["share_a"]).to_numpy()
    along = np.where(gone >= 0, network.forward[edge], network.backward[edge])
    with np.errstate(invalid="ignore"):
        ride = np.where(gone == 0, 0.0, np.abs(gone) * along)
    cost = ride + (pairs["leg_a"] + pairs["leg_b"]).to_numpy() * network.leg_cost_per_m
    # self-pairs are kept, so cheapest() cannot be used as it is
    kept = np.isfinite(cost)
    rows = pd.DataFrame({"a": pairs["place_a"][kept], "b": pairs["place_b"][kept], "cost": cost[kept]})
    table = rows.groupby(["a", "b"])["cost"].min().reset_index()
    values = np.maximum(table["cost"].to_numpy(dtype=float), np.finfo(float).tiny)
    places = (table["a"].to_numpy(), table["b"].to_numpy())
    return coo_array((values, places), shape=(sources.n_places, targets.n_places)).tocsr()


# ---------------------------------------------------------------- costs


def _with_sources(network: StreetNetwork, sources: Entrances) -> csr_array:
    """Return the graph with one more node a source, from which edges lead to the streets."""
    place, node, cost = _legs(network, sources, outward=True)
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


def _searches(
    network: StreetNetwork, sources: Entrances, *, limit: float, width: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield `node_costs` in blocks small enough for a caller that makes `width` numbers of each row."""
    graph = _with_sources(network, sources)
    n = network.n_nodes
    for rows in _chunks(sources.n_places, max(graph.shape[0], width)):
        yield rows, dijkstra(graph, indices=n + rows, limit=limit)[:, :n]


def _chunks(n_rows: int, width: int) -> Iterator[np.ndarray]:
    """Yield row numbers in blocks that hold at most MAX_MATRIX numbers, at least one row each."""
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
    yield from _searches(network, sources, limit=limit)


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
    direct = _same_edge(network, sources, targets)
    arrivals = _Arrivals.of(network, targets)
    width = 2 * max(arrivals.node.shape[1], targets.n_places)
    for rows, reached in _searches(network, sources, limit=limit, width=width):
        costs = arrivals.costs(reached)
        near = direct[rows].tocoo()
        np.minimum.at(costs, (near.row, near.col), near.data)
        costs[costs > limit] = np.inf
        yield rows, costs


def costs_between(
    network: StreetNetwork, sources: Entrances, targets: Entrances, *, limit: float = np.inf
) -> np.ndarray:
    """Return the whole cost matrix (sources x targets), infinite when out of reach; see `cost_rows`."""
    out = np.full((sources.n_places, targets.n_places), np.inf)
    for rows, costs in cost_rows(network, sources, targets, limit=limit):
        out[rows] = costs
    return out


def cost_to_nearest(network: StreetNetwork, sources: Entrances, targets: Entrances) -> np.ndarray:
    """Return each source's cost to its nearest target, shape (n sources,); infinite when none can be reached.

    One search from all targets together against the direction of travel, however many there are.
    """
    n = network.n_nodes
    place, node, cost = _legs(network, targets, outward=False)
    # reversed graph: from a hub to the targets' streets, then upstream
    reverse = _below(network.reverse(), cheapest(np.full(len(place), n), node, cost, n + 1))
    to_node = dijkstra(reverse, indices=np.array([n]))[0]
    source, start, leg = _legs(network, sources, outward=True)
    out = np.full(sources.n_places, np.inf)
    np.minimum.at(out, source, to_node[start] + leg)
    direct = _same_edge(network, sources, targets).tocoo()
    np.minimum.at(out, direct.row, direct.data)
    return out


# ---------------------------------------------------------------- amounts within reach


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
        cost = _ends(network, entrances, outward=False)[:, order]
        amounts = amounts[order]
        low, high, held = cost, cost, amounts
        if len(first):
            low, high = np.minimum.reduceat(cost, first, axis=1), np.maximum.reduceat(cost, first, axis=1)
            held = np.add.reduceat(amounts, first, axis=0)
        return cls(np.stack([network.u[edge], network.v[edge]]), low, high, held, first, count, cost, amounts)

    def near(self, position: np.ndarray, edges: np.ndarray) -> _OnEdges:
        """Return some of the edges on a part of the network; `position`: new numbers of nodes, -1 when left out."""
        node, low, high = _renumber(position, self.node[:, edges], self.low[:, edges], self.high[:, edges])
        run, place = _spread(self.first[edges], self.count[edges])
        _, cost = _renumber(position, self.node[:, edges[run]], self.cost[:, place])
        count = self.count[edges]
        first = np.cumsum(count) - count
        return _OnEdges(node, low, high, self.held[edges], first, count, cost, self.amounts[place])

    def within(self, reached: np.ndarray, limits: Sequence[float]) -> np.ndarray:
        """Return the amounts within limits (rows x limits x kinds) from the costs to nodes (rows x nodes)."""
        (u, v), (low_u, low_v), (high_u, high_v) = self.node, self.low, self.high
        at_u, at_v = reached[:, u], reached[:, v]
        begun = np.minimum(at_u + low_u, at_v + low_v)
        # from one end or the other all is reached; where it takes both, the places are looked at one by one
        done = np.minimum(at_u + high_u, at_v + high_v)
        out = np.empty((len(reached), len(limits), self.amounts.shape[1]))
        for k, limit in enumerate(limits):
            whole = done <= limit
            out[:, k] = _sums(whole, self.held) + self._at_the_rim(reached, (begun <= limit) & ~whole, limit)
        return out

    def _at_the_rim(self, reached: np.ndarray, partly: np.ndarray, limit: float) -> np.ndarray:
        """Add up, place by place, the pairs of a row and an edge that is reached in part."""
        row, edge = np.nonzero(partly)
        pair, place = _spread(self.first[edge], self.count[edge])
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


def _sums_of(row: np.ndarray, place: np.ndarray, amounts: np.ndarray, n_rows: int) -> np.ndarray:
    """Add up amounts (places x kinds) by row, given pairs of a row and a place; shape (n_rows, kinds)."""
    chosen = coo_array((np.ones(len(row)), (row, place)), shape=(n_rows, len(amounts))).tocsr()
    return np.asarray(chosen @ amounts)


@dataclass(frozen=True)
class _Stock:
    """What the targets hold: places with one entrance by edge, and places with several one by one."""

    single: _OnEdges
    several: _Arrivals
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
        return cls(single, _Arrivals.of(network, many), amounts[kept])

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
    kinds, limits = _by_kind(amounts), _finite(limits)
    stock, arrivals = _Stock.of(network, targets, kinds), _Arrivals.of(network, targets)
    direct = _same_edge(network, sources, targets)
    out = np.zeros((sources.n_places, len(limits), kinds.shape[1]))
    for rows, reached in _searches(network, sources, limit=max(limits), width=stock.width):
        out[rows] = stock.within(reached, limits)
        # targets that only the direct way along their common edge brings within a limit
        near = direct[rows].tocoo()
        around = arrivals.costs_of(reached, near.row, near.col)
        for k, limit in enumerate(limits):
            more = (near.data <= limit) & (around > limit)
            out[rows, k] += _sums_of(near.row[more], near.col[more], kinds, len(rows))
    return out.reshape(sources.n_places, len(limits), *np.shape(amounts)[1:])


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
    """Return the amounts at targets within one limit of each source, shape (n sources[, kinds])."""
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


def _part_of(graph: csr_array, nodes: np.ndarray, position: np.ndarray) -> csr_array:
    """Return the graph of some nodes, renumbered by `position`; the work does not grow with the whole graph."""
    rows = graph[nodes]
    column = position[rows.indices]
    kept = column >= 0
    starts = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    return csr_array((rows.data[kept], column[kept], starts), shape=(len(nodes), len(nodes)))


def _touching(node: np.ndarray, owner: np.ndarray, n_nodes: int, n_owners: int) -> csr_array:
    """Return which owners (edges, places) touch each node (nodes x owners); `node` has shape (2, len(owner))."""
    ones = np.ones(node.size, dtype=bool)
    return coo_array((ones, (node.ravel(), np.tile(owner, 2))), shape=(n_nodes, n_owners)).tocsr()


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
        edges = _touching(stock.single.node, np.arange(n_edges), n, n_edges)
        owner = np.repeat(np.arange(n_places), stock.several.count)
        places = _touching(stock.several.node, owner, n, n_places)
        return cls(network.graph(), stock, edges, places, np.full(n, -1))

    def part(self, nodes: np.ndarray) -> tuple[csr_array, _Stock]:
        """Cut out some nodes, with all that touches them; they are numbered in the order given."""
        self.position[nodes] = np.arange(len(nodes))
        edges, places = (np.unique(touching[nodes].indices) for touching in (self.edges, self.places))
        single = self.stock.single.near(self.position, edges)
        several = self.stock.several.near(self.position, places)
        streets = _part_of(self.graph, nodes, self.position)
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
    """
    if network.unit != "m":
        raise ValueError("reach from every street node needs a network in metres")
    kinds, limits_m = _by_kind(amounts), _finite(limits_m)
    city = _City.of(network, _Stock.of(network, targets, kinds))
    out = np.zeros((network.n_nodes, len(limits_m), kinds.shape[1]))
    for nodes, around in _blocks(network.xy, BLOCK_TO_LIMIT * max(*limits_m, 1.0)):
        streets, stock = city.part(np.concatenate([nodes, around]))
        for rows in _chunks(len(nodes), max(streets.shape[0], stock.width)):
            reached = dijkstra(streets, indices=rows, limit=max(limits_m))
            out[nodes[rows]] = stock.within(reached, limits_m)
    return out.reshape(network.n_nodes, len(limits_m), *np.shape(amounts)[1:])


def total_within_of_nodes(
    network: StreetNetwork, targets: Entrances, amounts: np.ndarray, *, limit_m: float
) -> np.ndarray:
    """Return the amounts at targets within one limit of every street node, shape (n nodes[, kinds])."""
    return np.asarray(totals_within_of_nodes(network, targets, amounts, limits_m=[limit_m])[:, 0])
