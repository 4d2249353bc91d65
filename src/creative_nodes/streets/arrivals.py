"""Between places and the streets: the ways to the ends of the edges they lie on, and along an edge they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from creative_nodes.streets.network import Entrances, StreetNetwork

AT_JUNCTION = 1e-9  # share of an edge below which an entrance lies at its end


def end_costs(network: StreetNetwork, entrances: Entrances, *, outward: bool) -> np.ndarray:
    """Return the cost between places and the ends u and v of their entrances' edges, shape (2, entrances).

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the costs.
    entrances : places on that network.
    outward : from the places, instead of to them.
    """
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


def legs(network: StreetNetwork, entrances: Entrances, *, outward: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (place, node, cost) between places and the ends of their edges that are open.

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the costs.
    entrances : places on that network.
    outward : from the places, instead of to them.
    """
    place = np.concatenate([entrances.place, entrances.place])
    node = np.concatenate([network.u[entrances.edge], network.v[entrances.edge]])
    cost = np.concatenate(end_costs(network, entrances, outward=outward))
    open_ = np.isfinite(cost)
    return place[open_], node[open_], cost[open_]


@dataclass(frozen=True)
class Arrivals:
    """Entrances as ends of trips, ordered by place.

    `node`: ends u and v of each entrance's edge, shape (2, entrances). `cost`: from there to the place, same shape.
    `first`, `count`: where the entrances of each place begin, and how many they are, shape (n places,).
    """

    node: np.ndarray
    cost: np.ndarray
    first: np.ndarray
    count: np.ndarray

    @classmethod
    def of(cls, network: StreetNetwork, entrances: Entrances) -> Arrivals:
        """Order the entrances by place."""
        order = np.argsort(entrances.place, kind="stable")
        edge = entrances.edge[order]
        count = np.bincount(entrances.place, minlength=entrances.n_places)
        node = np.stack([network.u[edge], network.v[edge]])
        return cls(node, end_costs(network, entrances, outward=False)[:, order], np.cumsum(count) - count, count)

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
        pair, entrance = written_out(self.first[place], self.count[place])
        each = (reached[row[pair], self.node[:, entrance]] + self.cost[:, entrance]).min(axis=0)
        out = np.full(len(place), np.inf)
        np.minimum.at(out, pair, each)
        return out

    def near(self, position: np.ndarray, places: np.ndarray) -> Arrivals:
        """Return some of the places on a part of the network; `position`: new numbers of nodes, -1 when left out."""
        _, entrance = written_out(self.first[places], self.count[places])
        node, cost = renumbered(position, self.node[:, entrance], self.cost[:, entrance])
        count = self.count[places]
        return Arrivals(node, cost, np.cumsum(count) - count, count)


def renumbered(position: np.ndarray, node: np.ndarray, *costs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return new numbers of nodes, and the costs from them: infinite from nodes that are left out.

    Parameters
    ----------
    position : new number of each node, -1 when it is left out, shape (nodes,).
    node : node numbers to change.
    costs : from those nodes, each of the same shape.
    """
    at = position[node]
    return np.maximum(at, 0), *(np.where(at < 0, np.inf, cost) for cost in costs)


def written_out(first: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Write out runs of indices: returns the number of each one's run, and the index.

    Parameters
    ----------
    first, count : where each run begins, and how long it is, shape (runs,).
    """
    run = np.repeat(np.arange(len(count)), count)
    return run, np.arange(len(run)) - np.repeat(np.cumsum(count) - count - first, count)


def along_one_edge(network: StreetNetwork, sources: Entrances, targets: Entrances) -> csr_array:
    """Return the direct costs between places that meet the same edge (sources x targets).

    Parameters
    ----------
    network : streets of one mode; its unit is the unit of the costs.
    sources, targets : places on that network.
    """
    order = np.argsort(targets.edge, kind="stable")
    on = targets.edge[order]
    first = np.searchsorted(on, sources.edge)
    a, b = written_out(first, np.searchsorted(on, sources.edge, side="right") - first)
    b = order[b]
    edge, gone = sources.edge[a], targets.share[b] - sources.share[a]
    along = np.where(gone >= 0, network.forward[edge], network.backward[edge])
    with np.errstate(invalid="ignore"):
        ride = np.where(gone == 0, 0.0, np.abs(gone) * along)
    cost = ride + (sources.leg_m[a] + targets.leg_m[b]) * network.leg_cost_per_m
    # self-pairs are kept, so cheapest() cannot be used as it is
    kept = np.isfinite(cost)
    places = np.stack([sources.place[a[kept]], targets.place[b[kept]]])
    by_pair = np.lexsort(places[::-1])
    places, cost = places[:, by_pair], cost[kept][by_pair]
    begins = np.flatnonzero(np.diff(places, prepend=-1, axis=1).any(axis=0))
    values = np.maximum(np.minimum.reduceat(cost, begins), np.finfo(float).tiny)
    return coo_array((values, tuple(places[:, begins])), shape=(sources.n_places, targets.n_places)).tocsr()
