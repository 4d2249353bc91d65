"""Shortest costs (metres or minutes) between places along a network.

A place's entrance lies somewhere on an edge, so the cost between two places is the least, over their entrances, of
leg + way to an end of the edge + network + way from an end of the edge + leg. Two entrances on one edge are also joined
directly. A place is never a shortcut: its entrances start or end trips, nobody travels through it.

The searches are scipy's Dijkstra with a limit. For reach from every street node the city is cut into blocks, and each
block searches the streets within the limit around it: exact, and memory stays small.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from creative_nodes.travel.network import Entrances, Network, cheapest

AT_JUNCTION = 1e-9  # share of an edge below which an entrance lies at its end
MAX_MATRIX = 6_000_000  # numbers held at once: about 48 MB


def _legs(network: Network, entrances: Entrances, *, outward: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (place, node, cost) between places and the ends of their edges, both ends."""
    forward, backward = network.forward[entrances.edge], network.backward[entrances.edge]
    leg = entrances.leg_m * network.leg_cost_per_m
    # leaving towards v or arriving from u follows the edge forward
    to_u, to_v = entrances.share, 1 - entrances.share
    # towards v and away from u one follows the edge forward; against a oneway edge one may not
    at_u = _part(to_u, backward if outward else forward)
    at_v = _part(to_v, forward if outward else backward)
    place = np.concatenate([entrances.place, entrances.place])
    node = np.concatenate([network.u[entrances.edge], network.v[entrances.edge]])
    cost = np.concatenate([at_u + leg, at_v + leg])
    open_ = np.isfinite(cost)
    return place[open_], node[open_], cost[open_]


def _part(share: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Return the cost of a part of an edge; one who stands at its end is there, also where the edge is closed."""
    at_end = share < AT_JUNCTION
    with np.errstate(invalid="ignore"):
        return np.where(at_end, 0.0, share * cost)


def _with_sources(network: Network, sources: Entrances) -> csr_array:
    """Return the graph with one more node a source, from which edges lead to the streets."""
    place, node, cost = _legs(network, sources, outward=True)
    n = network.n_nodes
    graph = network.graph().tocoo()
    return cheapest(
        np.concatenate([graph.row, n + place]),
        np.concatenate([graph.col, node]),
        np.concatenate([graph.data, cost]),
        n + sources.n_places,
    )


def _same_edge(network: Network, sources: Entrances, targets: Entrances) -> csr_array:
    """Return the direct costs between places that meet the same edge (sources x targets)."""
    import pandas as pd

    a = pd.DataFrame({"edge": sources.edge, "place": sources.place, "share": sources.share, "leg": sources.leg_m})
    b = pd.DataFrame({"edge": targets.edge, "place": targets.place, "share": targets.share, "leg": targets.leg_m})
    pairs = a.merge(b, on="edge", suffixes=("_a", "_b"))
    edge, gone = pairs["edge"].to_numpy(), (pairs["share_b"] - pairs["share_a"]).to_numpy()
    along = np.where(gone >= 0, network.forward[edge], network.backward[edge])
    with np.errstate(invalid="ignore"):
        ride = np.where(gone == 0, 0.0, np.abs(gone) * along)
    cost = ride + (pairs["leg_a"] + pairs["leg_b"]).to_numpy() * network.leg_cost_per_m
    size = max(sources.n_places, targets.n_places)
    # square and with self-pairs kept, so cheapest() cannot be used as it is
    kept = np.isfinite(cost)
    rows = pd.DataFrame({"a": pairs["place_a"][kept], "b": pairs["place_b"][kept], "cost": cost[kept]})
    table = rows.groupby(["a", "b"])["cost"].min().reset_index()
    values = np.maximum(table["cost"].to_numpy(dtype=float), np.finfo(float).tiny)
    return coo_array((values, (table["a"].to_numpy(), table["b"].to_numpy())), shape=(size, size)).tocsr()


def _min_by_target(costs: np.ndarray, owner: np.ndarray, n_targets: int) -> np.ndarray:
    """Reduce columns that belong to the same target to their minimum; `owner` is sorted."""
    out = np.full((costs.shape[0], n_targets), np.inf)
    if len(owner):
        starts = np.flatnonzero(np.r_[True, np.diff(owner) > 0])
        out[:, owner[starts]] = np.minimum.reduceat(costs, starts, axis=1)
    return out


def cost_rows(
    network: Network, sources: Entrances, targets: Entrances, *, limit: float = np.inf
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
    graph = _with_sources(network, sources)
    direct = _same_edge(network, sources, targets)
    place, node, last = _legs(network, targets, outward=False)
    order = np.argsort(place, kind="stable")
    place, node, last = place[order], node[order], last[order]
    size = max(1, MAX_MATRIX // max(graph.shape[0], len(place)))
    for first in range(0, sources.n_places, size):
        rows = np.arange(first, min(first + size, sources.n_places))
        reached = dijkstra(graph, indices=network.n_nodes + rows, limit=limit)
        costs = _min_by_target(reached[:, node] + last, place, targets.n_places)
        block = direct[rows].tocoo()
        near = block.col < targets.n_places
        np.minimum.at(costs, (block.row[near], block.col[near]), block.data[near])
        costs[costs > limit] = np.inf
        yield rows, costs


def costs_between(network: Network, sources: Entrances, targets: Entrances, *, limit: float = np.inf) -> np.ndarray:
    """Return the whole cost matrix (sources x targets), infinite when out of reach; see `cost_rows`."""
    out = np.full((sources.n_places, targets.n_places), np.inf)
    for rows, costs in cost_rows(network, sources, targets, limit=limit):
        out[rows] = costs
    return out


def cost_to_nearest(network: Network, sources: Entrances, targets: Entrances) -> np.ndarray:
    """Return each source's cost to its nearest target, shape (n sources,); infinite when none can be reached.

    One search from all targets together against the direction of travel, however many there are.
    """
    n = network.n_nodes
    place, node, cost = _legs(network, targets, outward=False)
    graph = network.graph().tocoo()
    hub = np.full(len(place), n)
    # reversed graph: from a hub to the targets' streets, then upstream
    reverse = cheapest(
        np.concatenate([graph.col, hub]),
        np.concatenate([graph.row, node]),
        np.concatenate([graph.data, cost]),
        n + 1,
    )
    to_node = dijkstra(reverse, indices=np.array([n]))[0]
    source, start, leg = _legs(network, sources, outward=True)
    out = np.full(sources.n_places, np.inf)
    np.minimum.at(out, source, to_node[start] + leg)
    direct = _same_edge(network, sources, targets).tocoo()
    near = direct.row < sources.n_places
    np.minimum.at(out, direct.row[near], direct.data[near])
    return out


def total_within(
    network: Network, sources: Entrances, targets: Entrances, amounts: np.ndarray, *, limit: float
) -> np.ndarray:
    """Return the amount (residents, say) at targets within `limit` of each source, shape (n sources,)."""
    out = np.zeros(sources.n_places)
    for rows, costs in cost_rows(network, sources, targets, limit=limit):
        out[rows] = np.isfinite(costs) @ amounts
    return out


def totals_within(
    network: Network, sources: Entrances, targets: Entrances, amounts: np.ndarray, *, limits: list[float]
) -> np.ndarray:
    """Return the amounts at targets within each limit of each source, shape (n sources, n limits[, kinds])."""
    out = np.zeros((sources.n_places, len(limits), *amounts.shape[1:]))
    for rows, costs in cost_rows(network, sources, targets, limit=max(limits)):
        for k, limit in enumerate(limits):
            out[rows, k] = (costs <= limit) @ amounts
    return out


def _blocks(xy: np.ndarray, size: float) -> list[np.ndarray]:
    """Group node indices by square blocks of `size` metres."""
    key = np.floor((xy - xy.min(axis=0)) / size).astype(np.int64)
    code = key[:, 0] * (key[:, 1].max() + 1) + key[:, 1]
    order = np.argsort(code, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(code[order])) + 1)


def total_within_of_nodes(network: Network, targets: Entrances, amounts: np.ndarray, *, limit_m: float) -> np.ndarray:
    """Return the amount at targets within `limit_m` of every street node.

    Parameters
    ----------
    network : streets with costs in metres (a straight line is then never longer than the way).
    targets : places, e.g. grid cells with residents.
    amounts : what each target holds, shape (n targets,).
    limit_m : metres along the network, legs included.

    Returns
    -------
    shape (n nodes,).
    """
    if network.unit != "m":
        raise ValueError("total_within_of_nodes needs a network in metres")
    graph = network.graph()
    place, node, last = _legs(network, targets, outward=False)
    order = np.lexsort((place, node))
    place, node, last = place[order], node[order], last[order]
    out = np.zeros(network.n_nodes)
    by_x = np.argsort(network.xy[:, 0], kind="stable")
    sorted_x = network.xy[by_x, 0]
    position = np.full(network.n_nodes, -1)
    for sources in _blocks(network.xy, 2 * limit_m):
        low, high = network.xy[sources].min(axis=0) - limit_m, network.xy[sources].max(axis=0) + limit_m
        strip = by_x[np.searchsorted(sorted_x, low[0]) : np.searchsorted(sorted_x, high[0], side="right")]
        local = np.sort(strip[(network.xy[strip, 1] >= low[1]) & (network.xy[strip, 1] <= high[1])])
        position[local] = np.arange(len(local))
        inside = position[node] >= 0
        columns, owner, leg = position[node[inside]], place[inside], last[inside]
        by_owner = np.argsort(owner, kind="stable")
        columns, owner, leg = columns[by_owner], owner[by_owner], leg[by_owner]
        starts = np.flatnonzero(np.r_[True, np.diff(owner) > 0]) if len(owner) else np.array([], dtype=int)
        subgraph = graph[local][:, local]
        size = max(1, MAX_MATRIX // max(len(local), len(owner), 1))
        for first in range(0, len(sources), size):
            some = sources[first : first + size]
            if len(starts):
                reached = dijkstra(subgraph, indices=position[some], limit=limit_m)
                best = np.minimum.reduceat(reached[:, columns] + leg, starts, axis=1)
                out[some] = (best <= limit_m) @ amounts[owner[starts]]
        position[local] = -1
    return out
