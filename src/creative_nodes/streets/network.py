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

from creative_nodes.common import WGS84_EPSG, Mode, projected, reproject
from creative_nodes.streets.settings import Travel

POINT = 0  # of shapely.get_type_id
FERRY = "ferry"
NO_ENTRY = frozenset({FERRY, "motorway", "motorway_link"})
PER_EDGE = ("u", "v", "length_m", "forward", "backward", "streets", "enterable", "row")
METRES_PER_KM = 1000.0
MINUTES_PER_HOUR = 60.0
GROUND_CAPACITY = 4  # of a node of the search tree; with the usual 10 the nearest street takes half as long again


def _only_nearest(tree: shapely.STRtree, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number in the tree of the line nearest to each shape and the metres to it; -1 where it is not alone.

    At a junction several streets are equally near, and all that run through an area.
    """
    line, metres = np.full(len(shapes), -1), np.full(len(shapes), np.inf)
    (which, found), away = tree.query_nearest(shapes, return_distance=True, all_matches=True)
    alone = np.bincount(which, minlength=len(shapes))[which] == 1
    line[which[alone]], metres[which[alone]] = found[alone], away[alone]
    return line, metres


def _nearest(tree: shapely.STRtree, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number in the tree of a line nearest to each shape, -1 for an empty one, and the metres to it."""
    line, metres = np.full(len(shapes), -1), np.full(len(shapes), np.inf)
    (which, found), away = tree.query_nearest(shapes, return_distance=True, all_matches=False)
    line[which], metres[which] = found, away
    return line, metres


def _shares(lines: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return where along each line it is nearest to a shape, from 0 to 1."""
    # the point of the street nearest to the shape: one end of the shortest line between them
    touch = shapely.get_point(shapely.shortest_line(lines, shapes), 0)
    share: np.ndarray = shapely.line_locate_point(lines, touch, normalized=True)
    return share


@dataclass(frozen=True)
class Tries:
    """What is tried to join places to streets: the places' whole shapes, then points along their boundary.

    `shapes`: metric CRS, shape (tries,). `owner`: the place of each, shape (tries,).
    """

    shapes: np.ndarray
    owner: np.ndarray

    @classmethod
    def of(cls, geometry: np.ndarray, spacing_m: float) -> Tries:
        """Place tries on shapes (metric CRS), `spacing_m` metres apart along boundaries."""
        # a point has no boundary but itself, and most places are points: cells with residents
        spread = np.flatnonzero(shapely.get_type_id(geometry) != POINT)
        points, part = _boundary_points(geometry[spread], spacing_m)
        return cls(np.concatenate([geometry, points]), np.concatenate([np.arange(len(geometry)), spread[part]]))


@dataclass(frozen=True)
class Touches:
    """The street nearest to each try: its edge (-1 for none), the share along it, the metres to it."""

    edge: np.ndarray
    share: np.ndarray
    leg_m: np.ndarray


def _touches(lines: np.ndarray, edges: np.ndarray, shapes: np.ndarray, near: tuple[np.ndarray, np.ndarray]) -> Touches:
    """Make touches of what was found in a tree over some of the lines, `edges`."""
    line, metres = near
    share, found = np.full(len(shapes), np.nan), line >= 0
    edge = np.full(len(shapes), -1)
    edge[found] = edges[line[found]]
    share[found] = _shares(lines[edge[found]], shapes[found])
    return Touches(edge, share, metres)


@dataclass(frozen=True, eq=False)
class Ground:
    """All streets of a city as they lie, shared by the networks of every mode and speed.

    What lies nearest to a place is searched once among all of them. Where that is one street and open to a mode, it is
    the nearest of that mode too; only for the other places a network searches by itself.

    `streets`: edge geometry, EPSG:4326, in the order of the table street_edges. `enterable`: see `Network`.
    """

    streets: np.ndarray
    enterable: np.ndarray
    epsg: int
    _found: dict[tuple[int, float], tuple[np.ndarray, Tries, Touches]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, edges: gpd.GeoDataFrame, epsg: int) -> Ground:
        """Lay out the table street_edges."""
        return cls(edges.geometry.to_numpy(), ~edges["highway"].isin(NO_ENTRY).to_numpy(), epsg)

    @cached_property
    def lines(self) -> np.ndarray:
        """Edge geometry in the metric CRS."""
        moved: np.ndarray = reproject(self.streets, WGS84_EPSG, self.epsg)
        return moved

    @cached_property
    def _search(self) -> tuple[shapely.STRtree, np.ndarray]:
        open_ = np.flatnonzero(self.enterable)
        return shapely.STRtree(self.lines[open_], node_capacity=GROUND_CAPACITY), open_

    def touches(self, geometry: np.ndarray, spacing_m: float) -> tuple[Tries, Touches]:
        """Find the one street nearest to places (metric CRS), none where several are; kept for a read-only array."""
        key = (id(geometry), spacing_m)
        if key in self._found:
            return self._found[key][1:]
        tries = Tries.of(geometry, spacing_m)
        tree, open_ = self._search
        found = _touches(self.lines, open_, tries.shapes, _only_nearest(tree, tries.shapes))
        if not geometry.flags.writeable:
            # the array is kept too, so that its id is not given to another
            self._found[key] = (geometry, tries, found)
        return tries, found


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
        return _touches(self.lines, open_, shapes, _nearest(tree, shapes))

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
    parent = edges["highway"].str.removesuffix("_link")
    speed = edges["highway"].map(table).fillna(parent.map(table)).fillna(table["default"]).to_numpy(dtype=float)
    if not capped:
        return speed
    limit: np.ndarray = edges["maxspeed_kmh"].to_numpy(dtype=float)
    return np.where(np.isnan(limit), speed, np.minimum(speed, limit))


def _crossing_costs(edges: pd.DataFrame, minutes: np.ndarray, wait: float) -> np.ndarray:
    """Return the minutes of each ferry edge: as tagged, else at the table's speed; half the wait at either bank.

    A bank is a node where the ferry meets a street, so that lines that fork in mid-river are boarded once.
    """
    ferry = (edges["highway"] == FERRY).to_numpy()
    ashore = np.unique(np.concatenate([edges["u"].to_numpy()[~ferry], edges["v"].to_numpy()[~ferry]]))
    banks = np.isin(edges["u"].to_numpy()[ferry], ashore).astype(int) + np.isin(edges["v"].to_numpy()[ferry], ashore)
    tagged = edges["crossing_min"].to_numpy(dtype=float)[ferry]
    return np.where(np.isnan(tagged), minutes[ferry], tagged) + wait * banks / 2


def _edge_minutes(edges: pd.DataFrame, mode: Mode, travel: Travel, country: str) -> np.ndarray:
    """Return the minutes that each edge takes a mode."""
    speed = _speeds(edges, travel.speeds_kmh[country][mode], capped=mode in ("motorbike", "car"))
    cost = np.asarray(minutes(edges["length_m"].to_numpy(dtype=float), speed))
    ferry = (edges["highway"] == FERRY).to_numpy()
    cost[~ferry] *= travel.peak_factor.get(country, {}).get(mode, 1.0)
    cost[ferry] = _crossing_costs(edges, cost, travel.ferry_wait_minutes)
    return cost


def build_network(
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    *,
    mode: Mode,
    travel: Travel,
    country: str,
    epsg: int,
    in_metres: bool = False,
    islands: bool = False,
    ground: Ground | None = None,
) -> StreetNetwork:
    """Build the network of one mode.

    Pieces of street with fewer junctions than `travel.min_island_nodes` that lead nowhere else (both ways, for
    vehicles) are left out, so that no place is joined to a street it cannot leave by.

    Parameters
    ----------
    nodes, edges : the tables street_nodes and street_edges.
    mode : whose access, oneway rule and speeds count.
    travel : access rules and speed tables.
    country : picks the speed table.
    epsg : metric CRS.
    in_metres : costs are metres along the street instead of minutes; ferries are left out, because a crossing is
        not a neighbourhood.
    islands : keep the small pieces too.
    ground : the same edges, laid out once for several networks.
    """
    usable = edges[mode].to_numpy()
    row = np.flatnonzero(usable & (edges["highway"] != FERRY).to_numpy() if in_metres else usable)
    edges = edges.iloc[row]
    ids = np.unique(np.concatenate([edges["u"].to_numpy(), edges["v"].to_numpy()]))
    nodes = nodes.set_index("node_id").loc[ids]
    length = edges["length_m"].to_numpy(dtype=float)
    cost = length if in_metres else _edge_minutes(edges, mode, travel, country)
    oneway = np.zeros(len(edges), dtype=int) if mode == "walk" else edges[f"oneway_{mode}"].to_numpy()
    whole = StreetNetwork(
        node_ids=ids,
        xy=shapely.get_coordinates(projected(nodes, epsg)),
        u=np.searchsorted(ids, edges["u"].to_numpy()),
        v=np.searchsorted(ids, edges["v"].to_numpy()),
        length_m=length,
        forward=np.where(oneway == -1, np.inf, cost),
        backward=np.where(oneway == 1, np.inf, cost),
        streets=edges.geometry.to_numpy(),
        epsg=epsg,
        leg_cost_per_m=1.0 if in_metres else float(minutes(1.0, travel.speeds_kmh[country]["walk"]["default"])),
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
    """Return which edges lie on an island of at least `min_nodes`, shape (edges,); the largest island always does."""
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
    """Return the minutes that metres take at a speed in km/h."""
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


def _boundary_points(geometry: np.ndarray, spacing_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Place points along the boundary of areas and along lines; a point stands for itself.

    Returns the points and the index of the place each belongs to.
    """
    # twice, because a collection may hold a multipolygon, and the boundary of one polygon may be several rings
    whole, place = shapely.get_parts(geometry, return_index=True)
    whole, again = shapely.get_parts(whole, return_index=True)
    area = shapely.get_dimensions(whole) == 2
    whole[area] = shapely.boundary(whole[area])
    parts, part = shapely.get_parts(whole, return_index=True)
    part_of = place[again][part]
    length = shapely.length(parts)
    count = np.where(length > 0, np.ceil(length / spacing_m).astype(int), 1)
    row = np.repeat(np.arange(len(parts)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along = step * length[row] / count[row]
    points = parts[row]
    is_line = shapely.get_dimensions(points) == 1
    points[is_line] = shapely.line_interpolate_point(points[is_line], along[is_line])
    return points, part_of[row]


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
    n = len(geometry)
    tries, near = network.touches(geometry, spacing_m)
    which = np.flatnonzero((near.edge >= 0) & (near.leg_m <= within_m))
    edge, share, leg = near.edge[which], near.share[which], near.leg_m[which]
    place = tries.owner[which]
    found = pd.DataFrame({"place": place, "edge": edge, "share": share, "leg": leg})
    found = found.sort_values(["place", "edge", "share", "leg"]).drop_duplicates(["place", "edge", "share"])
    return Entrances(
        place=found["place"].to_numpy(),
        edge=found["edge"].to_numpy(),
        share=found["share"].to_numpy(),
        leg_m=found["leg"].to_numpy(),
        n_places=n,
        gap_m=near.leg_m[:n],
    )
