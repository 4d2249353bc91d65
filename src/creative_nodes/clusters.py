"""Clusters of creative spaces by network distance, tested against chance (METHOD section 6)."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN

from creative_nodes import tables
from creative_nodes.config import ClusterSettings
from creative_nodes.config import Network as NetworkSettings
from creative_nodes.connectivity import space_links
from creative_nodes.geo import WGS84_EPSG, reproject
from creative_nodes.travel import times
from creative_nodes.travel.network import Network
from creative_nodes.travel.streets import Streets

NOISE = -1
QUARTERS = frozenset({"suburb", "quarter", "neighbourhood", "village", "town", "borough", "city_block"})
TINY = 1e-9  # scikit-learn reads a stored zero as a neighbour only when it is stored


def dbscan(pairs: csr_array, settings: ClusterSettings) -> np.ndarray:
    """Run DBSCAN on a sparse matrix of network distances (metres, zeros stored as `TINY`).

    Returns
    -------
    cluster number of each space, -1 for none.
    """
    if pairs.shape[0] == 0:
        return np.array([], dtype=int)
    model = DBSCAN(eps=settings.eps_m, min_samples=settings.min_spaces, metric="precomputed")
    return np.asarray(model.fit(_with_diagonal(pairs)).labels_)


def _with_diagonal(pairs: csr_array) -> csr_array:
    n = pairs.shape[0]
    coo = pairs.tocoo()
    off = coo.row != coo.col
    row = np.concatenate([coo.row[off], np.arange(n)])
    col = np.concatenate([coo.col[off], np.arange(n)])
    data = np.concatenate([np.maximum(coo.data[off], TINY), np.full(n, TINY)])
    return csr_array((data, (row, col)), shape=(n, n))


def near_pairs(metres: np.ndarray, *, within_m: float) -> csr_array:
    """Keep the pairs of spaces within a distance, as a symmetric sparse matrix."""
    both = np.minimum(metres, metres.T)
    row, col = np.nonzero(both <= within_m)
    return csr_array((np.maximum(both[row, col], TINY), (row, col)), shape=both.shape)


@dataclass(frozen=True)
class _Streets:
    """Streets on which points are placed at random, and the distances between their junctions up to eps."""

    network: Network
    usable: np.ndarray
    between: csr_array


def _node_distances(network: Network, nodes: np.ndarray, within_m: float) -> csr_array:
    """Return the distances up to `within_m` from the given nodes, block by block (nodes x nodes, metres)."""
    graph = network.graph()
    rows, cols, data = [], [], []
    by_x = np.argsort(network.xy[:, 0], kind="stable")
    xs = network.xy[by_x, 0]
    key = np.floor(network.xy[nodes] / (4 * within_m)).astype(np.int64)
    for block in pd.DataFrame(key).groupby([0, 1]).indices.values():
        sources = nodes[block]
        low, high = network.xy[sources].min(axis=0) - within_m, network.xy[sources].max(axis=0) + within_m
        strip = by_x[np.searchsorted(xs, low[0]) : np.searchsorted(xs, high[0], side="right")]
        local = np.sort(strip[(network.xy[strip, 1] >= low[1]) & (network.xy[strip, 1] <= high[1])])
        found = dijkstra(graph[local][:, local], indices=np.searchsorted(local, sources), limit=within_m)
        row, col = np.nonzero(np.isfinite(found))
        rows.append(sources[row])
        cols.append(local[col])
        data.append(found[row, col])
    n = network.n_nodes
    return csr_array(
        (np.maximum(np.concatenate(data), TINY), (np.concatenate(rows), np.concatenate(cols))), shape=(n, n)
    )


def _random_pairs(streets: _Streets, n: int, within_m: float, rng: np.random.Generator) -> csr_array:
    """Place n points at random along the streets and return their distances up to `within_m`."""
    network = streets.network
    length = network.length_m[streets.usable]
    edge = streets.usable[rng.choice(len(length), size=n, p=length / length.sum())]
    along = rng.random(n) * network.length_m[edge]
    points = shapely.line_interpolate_point(network.lines[edge], along / network.length_m[edge], normalized=True)
    close = cKDTree(shapely.get_coordinates(points)).query_pairs(within_m, output_type="ndarray")
    if not len(close):
        return csr_array((n, n))
    a, b = close[:, 0], close[:, 1]
    # by either end of the one's edge to either end of the other's
    ends = ((network.u[edge], along), (network.v[edge], network.length_m[edge] - along))
    best = np.where(edge[a] == edge[b], np.abs(along[a] - along[b]), np.inf)
    for node_a, part_a in ends:
        for node_b, part_b in ends:
            middle = np.asarray(streets.between[node_a[a], node_b[b]]).ravel()
            middle = np.where(middle == 0, np.inf, middle)
            best = np.minimum(best, part_a[a] + middle + part_b[b])
    kept = best <= within_m
    both = np.concatenate([a[kept], b[kept]]), np.concatenate([b[kept], a[kept]])
    return coo_array((np.tile(np.maximum(best[kept], TINY), 2), both), shape=(n, n)).tocsr()


def largest_by_chance(
    network: Network, area: shapely.Geometry, n: int, settings: ClusterSettings, *, seed: int
) -> np.ndarray:
    """Return the size of the largest cluster in each random placement of n spaces along the streets.

    Parameters
    ----------
    network : walking network in metres.
    area : study area in the metric CRS; points are placed on streets inside it.
    n : number of spaces to place.
    settings : eps, least spaces and number of simulations.
    seed : seed of the placements.
    """
    inside = shapely.contains_xy(area, network.xy[:, 0], network.xy[:, 1])
    usable = np.flatnonzero(inside[network.u] & inside[network.v] & (network.length_m > 0))
    if n == 0 or len(usable) == 0:
        return np.zeros(settings.simulations, dtype=int)
    nodes = np.unique(np.concatenate([network.u[usable], network.v[usable]]))
    streets = _Streets(network, usable, _node_distances(network, nodes, settings.eps_m))
    rng = np.random.default_rng(seed)
    sizes = []
    for _ in range(settings.simulations):
        labels = dbscan(_random_pairs(streets, n, settings.eps_m, rng), settings)
        sizes.append(np.bincount(labels[labels != NOISE]).max() if (labels != NOISE).any() else 0)
    return np.array(sizes)


def pseudo_p(size: int, by_chance: np.ndarray) -> float:
    """Return (1 + simulations with a cluster as large) / (1 + simulations)."""
    return float((1 + np.sum(by_chance >= size)) / (1 + len(by_chance)))


def _best_known(members: gpd.GeoDataFrame) -> str:
    """Return the name of the best-known member: in the registry, then core, then best attested."""
    named = members[members["name"] != ""]
    if named.empty:
        return ""
    order = pd.DataFrame(
        {
            "registry": named["registry_id"] == "",
            "tier": named["tier"].map({"core": 0, "intermediate": 1, "supporting": 2}),
            "confidence": -named["confidence"],
            "space_id": named["space_id"],
        }
    )
    return str(named.loc[order.sort_values(order.columns.tolist()).index[0], "name"])


def clusters_frame(
    spaces: gpd.GeoDataFrame,
    labels: np.ndarray,
    by_chance: np.ndarray,
    settings: ClusterSettings,
    *,
    quarters: gpd.GeoDataFrame,
    epsg: int,
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Describe the clusters and tell which space belongs to which.

    Parameters
    ----------
    spaces : creative spaces inside the study area.
    labels : cluster number of each, -1 for none.
    by_chance : largest cluster of each random placement.
    settings : the p-value up to which a cluster is kept.
    quarters : named quarters (columns name, geometry, EPSG:4326); a cluster is named after the nearest.
    epsg : metric CRS.

    Returns
    -------
    the table clusters, and the cluster_id of each space (empty for none).
    """
    shapes = reproject(spaces.geometry.to_numpy(), WGS84_EPSG, epsg)
    centres = reproject(quarters.geometry.to_numpy(), WGS84_EPSG, epsg)
    found = []
    for label in np.unique(labels[labels != NOISE]):
        members = np.flatnonzero(labels == label)
        # the hull of the members, grown a little so that two points make a shape
        hull = shapely.buffer(shapely.convex_hull(shapely.union_all(shapely.centroid(shapes[members]))), 30)
        quarter = ""
        if len(centres):
            quarter = str(quarters["name"].iloc[int(np.argmin(shapely.distance(hull.centroid, centres)))])
        p_value = pseudo_p(len(members), by_chance)
        found.append(
            {
                "label": label,
                "name": ", ".join(part for part in (_best_known(spaces.iloc[members]), quarter) if part),
                "n_spaces": len(members),
                "p_value": p_value,
                "kept": p_value <= settings.max_p_value,
                "geometry": hull,
            }
        )
    if not found:
        return tables.empty("clusters"), [""] * len(spaces)
    frame = pd.DataFrame(found).sort_values(["n_spaces", "label"], ascending=[False, True]).reset_index(drop=True)
    frame.insert(0, "cluster_id", [f"k{number}" for number in range(1, len(frame) + 1)])
    kept = frame[frame["kept"]]
    ids = dict(zip(kept["label"], kept["cluster_id"], strict=True))
    geometry = reproject(frame["geometry"].to_numpy(), epsg, WGS84_EPSG)
    out = gpd.GeoDataFrame(frame.drop(columns=["label", "geometry"]), geometry=geometry, crs=WGS84_EPSG)
    return out, [ids.get(label, "") for label in labels]


@dataclass(frozen=True)
class Connected:
    """What connecting gives: spaces with their cluster, the clusters, and the links."""

    creative: gpd.GeoDataFrame
    clusters: gpd.GeoDataFrame
    links: pd.DataFrame


def _quarters(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the named quarters among the places, as points."""
    rows, names = [], []
    for row, tags in enumerate(tables.parse_tags(places)):
        if tags.get("place") in QUARTERS and tags.get("name"):
            rows.append(row)
            names.append(tags["name"])
    return gpd.GeoDataFrame({"name": names}, geometry=places.geometry.iloc[rows].to_numpy(), crs=WGS84_EPSG)


def connect_spaces(
    creative: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    streets: Streets,
    *,
    area: shapely.Geometry,
    clusters: ClusterSettings,
    network: NetworkSettings,
    seed: int,
) -> Connected:
    """Cluster and link the creative spaces of the study area.

    Parameters
    ----------
    creative : the table creative as located (cluster_id empty).
    places : the table places, for the names of quarters.
    streets : street tables.
    area : study area, EPSG:4326.
    clusters, network : settings.
    seed : seed of the random placements.
    """
    inside = creative[creative["inside"]]
    walk = streets.network("walk", in_metres=True)
    doors = streets.entrances(walk, streets.shapes(inside))
    metres = times.costs_between(walk, doors, doors, limit=clusters.eps_m)
    labels = dbscan(near_pairs(metres, within_m=clusters.eps_m), clusters)
    by_chance = largest_by_chance(walk, reproject(area, WGS84_EPSG, streets.epsg), len(inside), clusters, seed=seed)
    frame, ids = clusters_frame(inside, labels, by_chance, clusters, quarters=_quarters(places), epsg=streets.epsg)
    links = space_links(streets, inside, network)
    named = inside["space_id"].to_numpy(dtype=object)
    out = creative.copy()
    out.loc[inside.index, "cluster_id"] = ids
    table = pd.DataFrame({"a": named[links.a], "b": named[links.b], "minutes": links.minutes})
    return Connected(out, frame, table)
