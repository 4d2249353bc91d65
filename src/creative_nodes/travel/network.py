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

from creative_nodes.config import Mode, Travel
from creative_nodes.geo import WGS84_EPSG, projected, reproject

METRES_PER_KM = 1000.0
MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True)
class Network:
    """Streets open to one mode.

    `u`, `v`: node indices of each edge, shape (edges,). `length_m`: metres. `forward`, `backward`: cost from u to v
    and from v to u in `unit`, infinite where the direction is closed. `streets`: edge geometry, EPSG:4326.
    `xy`: node coordinates in the metric CRS, shape (nodes, 2), metres. `leg_cost_per_m`: cost of a metre on foot
    between a place and the street. `arc_tail`, `arc_head`, `arc_minutes`: further ways without a street, such as
    rides, each one-way between two nodes, shape (arcs,).
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
    arc_tail: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    arc_head: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    arc_minutes: np.ndarray = field(default_factory=lambda: np.empty(0))

    @cached_property
    def lines(self) -> np.ndarray:
        """Edge geometry in the metric CRS, shape (edges,)."""
        moved: np.ndarray = reproject(self.streets, WGS84_EPSG, self.epsg)
        return moved

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.xy)

    def graph(self) -> csr_array:
        """Return the directed graph as a sparse matrix (nodes x nodes); of parallel edges the cheapest counts."""
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
) -> Network:
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
    in_metres : costs are metres along the street instead of minutes.
    islands : keep the small pieces too.
    """
    edges = edges[edges[mode].to_numpy()]
    ids = np.unique(np.concatenate([edges["u"].to_numpy(), edges["v"].to_numpy()]))
    nodes = nodes.set_index("node_id").loc[ids]
    length = edges["length_m"].to_numpy(dtype=float)
    speeds = travel.speeds_kmh[country]
    walk_speed = speeds["walk"]["default"]
    if in_metres:
        cost, leg_cost = length, 1.0
    else:
        cost = minutes(length, _speeds(edges, speeds[mode], capped=mode in ("motorbike", "car")))
        leg_cost = float(minutes(1.0, walk_speed))
    oneway = edges["oneway"].to_numpy() if travel.modes[mode].oneway else np.zeros(len(edges), dtype=int)
    whole = Network(
        node_ids=ids,
        xy=shapely.get_coordinates(projected(nodes, epsg)),
        u=np.searchsorted(ids, edges["u"].to_numpy()),
        v=np.searchsorted(ids, edges["v"].to_numpy()),
        length_m=length,
        forward=np.where(oneway == -1, np.inf, cost),
        backward=np.where(oneway == 1, np.inf, cost),
        streets=edges.geometry.to_numpy(),
        epsg=epsg,
        leg_cost_per_m=leg_cost,
        unit="m" if in_metres else "min",
    )
    return whole if islands else _without_islands(whole, travel.min_island_nodes)


def islands(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Return each node's island (the streets one can go to and come back from) and the nodes of each island."""
    _, label = connected_components(network.graph(), directed=True, connection="strong")
    return label, np.bincount(label)


def _without_islands(network: Network, min_nodes: int) -> Network:
    """Leave out the edges of islands with fewer nodes; the largest island always stays."""
    label, sizes = islands(network)
    large = sizes >= min(min_nodes, sizes.max(initial=0))
    kept = (label[network.u] == label[network.v]) & large[label[network.u]]
    per_edge = {name: getattr(network, name)[kept] for name in ("u", "v", "length_m", "forward", "backward", "streets")}
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


def find_entrances(network: Network, geometry: np.ndarray, *, within_m: float, spacing_m: float) -> Entrances:
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
    tree = shapely.STRtree(network.lines)
    points, owner = _boundary_points(geometry, spacing_m)
    shapes = np.concatenate([geometry, points])
    owner = np.concatenate([np.arange(n), owner])
    (which, edge), leg = tree.query_nearest(shapes, return_distance=True, all_matches=False)
    gap = np.full(n, np.inf)
    whole = which < n
    gap[owner[which[whole]]] = leg[whole]
    near = leg <= within_m
    which, edge, leg = which[near], edge[near], leg[near]
    lines = network.lines[edge]
    # the point of the street nearest to the shape: one end of the shortest line between them
    touch = shapely.get_point(shapely.shortest_line(lines, shapes[which]), 0)
    share = shapely.line_locate_point(lines, touch, normalized=True)
    found = pd.DataFrame({"place": owner[which], "edge": edge, "share": share, "leg": leg})
    found = found.sort_values(["place", "edge", "share", "leg"]).drop_duplicates(["place", "edge", "share"])
    return Entrances(
        place=found["place"].to_numpy(),
        edge=found["edge"].to_numpy(),
        share=found["share"].to_numpy(),
        leg_m=found["leg"].to_numpy(),
        n_places=n,
        gap_m=gap,
    )
