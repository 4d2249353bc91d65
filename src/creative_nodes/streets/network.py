"""The street network of one mode as arrays, and the entrances of places on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from creative_nodes.common import METRES_PER_KM, WGS84_EPSG, Mode, reproject
from creative_nodes.streets.ground import FERRY, NO_ENTRY, Ground, Touches, Tries, nearest, touches_of
from creative_nodes.streets.settings import Travel

PER_EDGE = ("u", "v", "length_m", "forward", "backward", "streets", "enterable", "row")
MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True)
class StreetNetwork:
    """Streets open to one mode.

    `u`, `v`: node indices of each edge, shape (edges,). `length_m`: metres. `forward`, `backward`: cost from u to v
    and from v to u in `unit`, infinite where the direction is closed. `streets`: edge geometry, EPSG:4326.
    `xy`: node coordinates in the metric CRS, shape (nodes, 2), metres. `leg_cost_per_m`: cost of a metre on foot
    between a place and the street. `enterable`: edges along which a trip may start or end, shape (edges,); nobody
    steps off a ferry in mid-river or a motorway. `ground`, `row`: all streets of the city, and which of them each edge
    is, -1 for one that is none as a whole, shape (edges,). `arc_tail`, `arc_head`, `arc_minutes`: further ways without
    a street, such as rides, each one-way between two nodes, shape (arcs,).
    """

    node_ids: np.ndarray
    xy: np.ndarray
    u: np.ndarray
    v: np.ndarray
    length_m: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    streets: np.ndarray
    epsg: int
    leg_cost_per_m: float
    unit: str
    enterable: np.ndarray
    row: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    ground: Ground | None = None
    arc_tail: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    arc_head: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    arc_minutes: np.ndarray = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        """Without a ground, no edge is part of one."""
        if self.ground is None:
            object.__setattr__(self, "row", np.full(len(self.u), -1))

    @cached_property
    def lines(self) -> np.ndarray:
        """Edge geometry in the metric CRS, shape (edges,)."""
        if self.ground is None:
            moved: np.ndarray = reproject(self.streets, WGS84_EPSG, self.epsg)
            return moved
        own = self.row < 0
        lines: np.ndarray = self.ground.lines[self.row]
        lines[own] = reproject(self.streets[own], WGS84_EPSG, self.epsg)
        return lines

    @cached_property
    def _search(self) -> tuple[shapely.STRtree, np.ndarray]:
        open_ = np.flatnonzero(self.enterable)
        return shapely.STRtree(self.lines[open_]), open_

    def _touches(self, shapes: np.ndarray) -> Touches:
        tree, open_ = self._search
        return touches_of(self.lines, open_, shapes, nearest(tree, shapes))

    def touches(self, geometry: np.ndarray, spacing_m: float) -> tuple[Tries, Touches]:
        """Find the enterable street nearest to places (metric CRS)."""
        if self.ground is None:
            tries = Tries.of(geometry, spacing_m)
            return tries, self._touches(tries.shapes)
        tries, near = self.ground.touches(geometry, spacing_m)
        edge_of = np.full(len(self.ground.streets) + 1, -1)  # the last is for none
        open_ = np.flatnonzero(self.enterable & (self.row >= 0))
        edge_of[self.row[open_]] = open_
        edge, share, leg_m = edge_of[near.edge], near.share.copy(), near.leg_m.copy()
        if len(rest := np.flatnonzero(edge < 0)):
            again = self._touches(tries.shapes[rest])
            edge[rest], share[rest], leg_m[rest] = again.edge, again.share, again.leg_m
        return tries, Touches(edge, share, leg_m)

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.xy)

    def graph(self) -> csr_array:
        """Return the directed graph as a sparse matrix (nodes x nodes); of parallel edges the cheapest counts."""
        return self._graph

    def reverse(self) -> csr_array:
        """Return the graph with every edge turned round."""
        return self._reverse

    @cached_property
    def _reverse(self) -> csr_array:
        return self._graph.T.tocsr()

    @cached_property
    def _graph(self) -> csr_array:
        tail = np.concatenate([self.u, self.v, self.arc_tail])
        head = np.concatenate([self.v, self.u, self.arc_head])
        cost = np.concatenate([self.forward, self.backward, self.arc_minutes])
        return cheapest(tail, head, cost, self.n_nodes)


def cheapest(tail: np.ndarray, head: np.ndarray, cost: np.ndarray, n: int) -> csr_array:
    """Build a sparse cost matrix, keeping the cheapest of parallel edges (scipy would add them up).

    Zero costs become the smallest positive number, because a sparse zero means "no edge".

    Parameters
    ----------
    tail, head, cost : node numbers and cost of each edge, shape (edges,); those not finite and loops are left out.
    n : number of nodes.
    """
    kept = np.isfinite(cost) & (tail != head)
    tail, head, cost = tail[kept], head[kept], np.maximum(cost[kept], np.finfo(float).tiny)
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    return csr_array((cost[first], (tail[first], head[first])), shape=(n, n))


def _speeds(edges: pd.DataFrame, table: dict[str, float], *, capped: bool) -> np.ndarray:
    """Return km/h of each edge: by class (a link road as its parent), capped by the signed limit."""
    number, classes = pd.factorize(edges["highway"])
    known = [table.get(one, table.get(one.removesuffix("_link"), table["default"])) for one in classes]
    # the last is for edges without a class, whose number is -1
    speed = np.array([*known, table["default"]], dtype=float)[number]
    if not capped:
        return np.asarray(speed)
    limit: np.ndarray = edges["maxspeed_kmh"].to_numpy(dtype=float)
    return np.where(np.isnan(limit), speed, np.minimum(speed, limit))


def _crossing_costs(edges: pd.DataFrame, ferry: np.ndarray, minutes: np.ndarray, wait: float) -> np.ndarray:
    """Return the minutes of each ferry edge: as tagged, else at the table's speed; half the wait at either bank.

    A bank is a node where the ferry meets a street, so that lines that fork in mid-river are boarded once.
    """
    ashore = np.unique(np.concatenate([edges["u"].to_numpy()[~ferry], edges["v"].to_numpy()[~ferry]]))
    banks = np.isin(edges["u"].to_numpy()[ferry], ashore).astype(int) + np.isin(edges["v"].to_numpy()[ferry], ashore)
    tagged = edges["crossing_min"].to_numpy(dtype=float)[ferry]
    return np.asarray(np.where(np.isnan(tagged), minutes[ferry], tagged) + wait * banks / 2)


def _edge_minutes(edges: pd.DataFrame, mode: Mode, travel: Travel, country: str) -> np.ndarray:
    """Return the minutes that each edge takes a mode."""
    speed = _speeds(edges, travel.speeds_kmh[country][mode], capped=mode in ("motorbike", "car"))
    cost = np.asarray(minutes(edges["length_m"].to_numpy(dtype=float), speed))
    ferry = (edges["highway"] == FERRY).to_numpy()
    cost[~ferry] *= travel.peak_factor.get(country, {}).get(mode, 1.0)
    if ferry.any():
        cost[ferry] = _crossing_costs(edges, ferry, cost, travel.ferry_wait_minutes)
    return cost


@dataclass(frozen=True)
class StreetTables:
    """The tables street_nodes and street_edges of a city, and its metric CRS."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    epsg: int


def _open_to(of: StreetTables, mode: Mode, *, in_metres: bool) -> tuple[np.ndarray, pd.DataFrame]:
    """Return which edges a mode may use, and what their costs are made of."""
    usable = of.edges[mode].to_numpy()
    row = np.flatnonzero(usable & (of.edges["highway"] != FERRY).to_numpy() if in_metres else usable)
    # no geometry among them: every step costs a table with one many times as long
    read = ["u", "v", "length_m", "highway", "maxspeed_kmh", "crossing_min", f"oneway_{mode}"]
    return row, of.edges[[name for name in read if name in of.edges]].iloc[row]


def _leg_minutes(travel: Travel, country: str) -> float:
    """Return the minutes of a metre on foot between a place and the street."""
    return float(minutes(1.0, travel.speeds_kmh[country]["walk"]["default"]))


def at_other_speeds(
    network: StreetNetwork, of: StreetTables, *, mode: Mode, travel: Travel, country: str
) -> StreetNetwork:
    """Return the network that `build_network` would build under other settings, from one in minutes.

    The array `streets` is the same one, which tells that places meet both alike.

    Parameters
    ----------
    network : of the mode, built from these tables with as small islands.
    of, mode, travel, country : see `build_network`.
    """
    row, edges = _open_to(of, mode, in_metres=False)
    cost = _edge_minutes(edges, mode, travel, country)[np.searchsorted(row, network.row)]
    return replace(
        network,
        forward=np.where(np.isfinite(network.forward), cost, np.inf),
        backward=np.where(np.isfinite(network.backward), cost, np.inf),
        leg_cost_per_m=_leg_minutes(travel, country),
    )


def build_network(
    of: StreetTables,
    *,
    mode: Mode,
    travel: Travel,
    country: str,
    in_metres: bool = False,
    islands: bool = False,
    ground: Ground | None = None,
) -> StreetNetwork:
    """Build the network of one mode.

    Pieces of street with fewer junctions than `travel.min_island_nodes` that lead nowhere else (both ways, for
    vehicles) are left out, so that no place is joined to a street it cannot leave by.

    Parameters
    ----------
    of : the streets of a city.
    mode : whose access, oneway rule and speeds count.
    travel : access rules and speed tables.
    country : picks the speed table.
    in_metres : costs are metres along the street instead of minutes; ferries are left out, because a crossing is
        not a neighbourhood.
    islands : keep the small pieces too.
    ground : the same edges, laid out once for several networks.
    """
    row, edges = _open_to(of, mode, in_metres=in_metres)
    ids = np.unique(np.concatenate([edges["u"].to_numpy(), edges["v"].to_numpy()]))
    node = pd.Series(np.arange(len(of.nodes)), index=of.nodes["node_id"]).loc[ids].to_numpy()
    length = edges["length_m"].to_numpy(dtype=float)
    cost = length if in_metres else _edge_minutes(edges, mode, travel, country)
    oneway = np.zeros(len(edges), dtype=int) if mode == "walk" else edges[f"oneway_{mode}"].to_numpy()
    whole = StreetNetwork(
        node_ids=ids,
        xy=shapely.get_coordinates(reproject(of.nodes.geometry.to_numpy()[node], WGS84_EPSG, of.epsg)),
        u=np.searchsorted(ids, edges["u"].to_numpy()),
        v=np.searchsorted(ids, edges["v"].to_numpy()),
        length_m=length,
        forward=np.where(oneway == -1, np.inf, cost),
        backward=np.where(oneway == 1, np.inf, cost),
        streets=of.edges.geometry.to_numpy()[row],
        epsg=of.epsg,
        leg_cost_per_m=1.0 if in_metres else _leg_minutes(travel, country),
        unit="m" if in_metres else "min",
        enterable=~edges["highway"].isin(NO_ENTRY).to_numpy(),
        row=row,
        ground=ground,
    )
    return whole if islands else _without_islands(whole, travel.min_island_nodes)


def islands(network: StreetNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Return each node's island (the streets one can go to and come back from) and the nodes of each island."""
    _, label = connected_components(network.graph(), directed=True, connection="strong")
    return label, np.bincount(label)


def on_the_main_streets(network: StreetNetwork, min_nodes: int) -> np.ndarray:
    """Return which edges lie on an island that is large enough, shape (edges,); the largest island always is.

    Parameters
    ----------
    network : built with its islands.
    min_nodes : junctions below which an island is small.
    """
    label, sizes = islands(network)
    large = sizes >= min(min_nodes, sizes.max(initial=0))
    kept: np.ndarray = (label[network.u] == label[network.v]) & large[label[network.u]]
    return kept


def cut_off(network: StreetNetwork, min_nodes: int) -> tuple[int, float]:
    """Return how many pieces of street `build_network` leaves out as islands, and their metres.

    Parameters
    ----------
    network : built with its islands.
    min_nodes : junctions below which an island is left out.
    """
    out = ~on_the_main_streets(network, min_nodes)
    ends, index = np.unique(np.concatenate([network.u[out], network.v[out]]), return_inverse=True)
    tail, head = np.split(index, 2)
    graph = csr_array((np.ones(len(tail)), (tail, head)), shape=(len(ends), len(ends)))
    pieces = connected_components(graph, directed=False)[0] if len(ends) else 0
    return int(pieces), float(network.length_m[out].sum())


def _without_islands(network: StreetNetwork, min_nodes: int) -> StreetNetwork:
    """Leave out the edges of islands with fewer nodes; the largest island always stays."""
    kept = on_the_main_streets(network, min_nodes)
    per_edge = {name: getattr(network, name)[kept] for name in PER_EDGE}
    nodes, index = np.unique(np.concatenate([per_edge["u"], per_edge["v"]]), return_inverse=True)
    per_edge["u"], per_edge["v"] = np.split(index, 2)
    return replace(network, node_ids=network.node_ids[nodes], xy=network.xy[nodes], **per_edge)


def minutes(length_m: np.ndarray | float, speed_kmh: np.ndarray | float) -> np.ndarray | float:
    """Return the minutes that a way takes.

    Parameters
    ----------
    length_m : metres.
    speed_kmh : km/h.
    """
    return length_m / (speed_kmh * METRES_PER_KM / MINUTES_PER_HOUR)


@dataclass(frozen=True)
class Entrances:
    """Where places meet the network: one row an entrance.

    `place`: index of the place. `edge`: index of the edge. `share`: position along the edge, 0 at u and 1 at v.
    `leg_m`: straight-line metres between the place and the street. `n_places`: number of places, entered or not.
    `gap_m`: metres from each place to the nearest street at all, shape (n_places,).
    """

    place: np.ndarray
    edge: np.ndarray
    share: np.ndarray
    leg_m: np.ndarray
    n_places: int
    gap_m: np.ndarray

    def of(self, chosen: np.ndarray) -> Entrances:
        """Return the entrances of some places, numbered anew; `chosen` is a mask over the places."""
        kept, number = chosen[self.place], np.cumsum(chosen) - 1
        rows = (self.edge[kept], self.share[kept], self.leg_m[kept])
        return Entrances(number[self.place[kept]], *rows, int(chosen.sum()), self.gap_m[chosen])

    def has_entrance(self) -> np.ndarray:
        """Return which places meet the network, shape (n_places,)."""
        found = np.zeros(self.n_places, dtype=bool)
        found[self.place] = True
        return found


def find_entrances(network: StreetNetwork, geometry: np.ndarray, *, within_m: float, spacing_m: float) -> Entrances:
    """Join places to the network at the points of the streets nearest to their boundary.

    Every place gets the nearest street point to its whole shape, and one more for each `spacing_m` of its boundary
    that has a street within `within_m`.

    Parameters
    ----------
    network : streets of one mode.
    geometry : shapes of the places in the metric CRS, shape (n_places,).
    within_m : metres; a street farther away is not an entrance.
    spacing_m : metres between tries along the boundary.
    """
    return entrances_of(network.touches(geometry, spacing_m), len(geometry), within_m=within_m)


def entrances_of(touched: tuple[Tries, Touches], n: int, *, within_m: float) -> Entrances:
    """Return the entrances of places from the streets nearest to their tries, see `StreetNetwork.touches`.

    Parameters
    ----------
    touched : the tries and what is nearest to each.
    n : number of places.
    within_m : see `find_entrances`.
    """
    tries, near = touched
    which = np.flatnonzero((near.edge >= 0) & (near.leg_m <= within_m))
    place, edge, share, leg = tries.owner[which], near.edge[which], near.share[which], near.leg_m[which]
    order = np.lexsort((leg, share, edge, place))
    keys = [one[order] for one in (place, edge, share)]
    # of tries that meet the same point the one with the shortest leg
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = np.any([one[1:] != one[:-1] for one in keys], axis=0)
    kept = order[begins]
    return Entrances(
        place=place[kept], edge=edge[kept], share=share[kept], leg_m=leg[kept], n_places=n, gap_m=near.leg_m[:n]
    )


def met_alike(one: Entrances, other: Entrances) -> np.ndarray:
    """Return which places meet the streets at the very same points in both, shape (n_places,).

    Parameters
    ----------
    one, other : entrances of the same places on one network, ordered by place as `find_entrances` orders them.
    """
    alike: np.ndarray = np.equal(*(np.bincount(some.place, minlength=some.n_places) for some in (one, other)))
    first, second, number = one.of(alike), other.of(alike), np.flatnonzero(alike)
    names = ("edge", "share", "leg_m")
    apart = np.any([getattr(first, name) != getattr(second, name) for name in names], axis=0)
    alike[number[first.place[apart]]] = False
    return alike


def joined(first: Entrances, second: Entrances) -> Entrances:
    """Put the entrances of more places behind those of the first, so that one search serves both.

    Parameters
    ----------
    first, second : entrances on one network.
    """
    later = replace(second, place=first.n_places + second.place)
    names = ("place", "edge", "share", "leg_m", "gap_m")
    rows = {name: np.concatenate([getattr(first, name), getattr(later, name)]) for name in names}
    return Entrances(n_places=first.n_places + second.n_places, **rows)
