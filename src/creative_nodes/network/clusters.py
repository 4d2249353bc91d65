"""Clusters of creative spaces by network distance, tested against chance (METHOD section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from creative_nodes.common import NAME_COLUMNS, WGS84_EPSG, reproject, tables
from creative_nodes.locate import has_han
from creative_nodes.network.chains import network_sizes
from creative_nodes.network.colocation import colocate
from creative_nodes.network.connectivity import chance_links, links_within, nearest_other
from creative_nodes.network.density import NOISE, TINY, find_clusters, near_pairs, sizes
from creative_nodes.network.naming import Naming, naming_of, quarter_of
from creative_nodes.network.settings import ClusterSettings, NetworkSettings
from creative_nodes.network.tables import CLUSTERS
from creative_nodes.streets import StreetNetwork, Streets, near_costs

BLOCK = 4  # side of a search block, in limits: large blocks search few streets twice
MAX_MATRIX = 6_000_000  # numbers held at once: about 48 MB
PAIRS_AT_ONCE = 500_000  # of points placed at random: about 100 MB


def _near_nodes(network: StreetNetwork, nodes: np.ndarray, within_m: float) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield the distances up to `within_m` from the given nodes, block by block, so that memory stays small.

    Yields
    ------
    sources : some of the nodes, rising.
    column : column of every node of the network in the distances, -1 for those too far from all sources.
    metres : shape (sources, columns), infinite beyond the limit.
    """
    graph = network.graph()
    by_x = np.argsort(network.xy[:, 0], kind="stable")
    xs = network.xy[by_x, 0]
    key = np.floor(network.xy[nodes] / (BLOCK * within_m)).astype(np.int64)
    for block in pd.DataFrame(key).groupby([0, 1]).indices.values():
        sources = np.sort(nodes[block])
        low, high = network.xy[sources].min(axis=0) - within_m, network.xy[sources].max(axis=0) + within_m
        strip = by_x[np.searchsorted(xs, low[0]) : np.searchsorted(xs, high[0], side="right")]
        local = np.sort(strip[(network.xy[strip, 1] >= low[1]) & (network.xy[strip, 1] <= high[1])])
        column = np.full(network.n_nodes, -1)
        column[local] = np.arange(len(local))
        piece = graph[local][:, local]
        size = max(1, MAX_MATRIX // len(local))
        for some in np.split(sources, range(size, len(sources), size)):
            yield some, column, dijkstra(piece, indices=column[some], limit=within_m)


def _between_points(
    network: StreetNetwork, edge: np.ndarray, along: np.ndarray, pairs: np.ndarray, within_m: float
) -> np.ndarray:
    """Return the distance along streets between points on edges, for the pairs given.

    Parameters
    ----------
    network : walking network in metres, the same both ways.
    edge, along : where each point lies: its edge, and metres from the edge's start.
    pairs : indices of two points a row, shape (pairs, 2).
    within_m : distances above it come as infinite.
    """
    a, b = pairs.T
    length = network.length_m[edge]
    ends = ((network.u[edge], along), (network.v[edge], length - along))
    best = np.where(edge[a] == edge[b], np.abs(along[a] - along[b]), np.inf)
    # by either end of the one's edge to either end of the other's
    leaves = np.concatenate([nodes[a] for nodes, _ in ends])
    first = np.concatenate([part[a] for _, part in ends])
    pair = np.tile(np.arange(len(a)), 2)
    order = np.argsort(leaves, kind="stable")
    leaves, first, pair = leaves[order], first[order], pair[order]
    for sources, column, metres in _near_nodes(network, np.unique(leaves), within_m):
        start, stop = np.searchsorted(leaves, sources), np.searchsorted(leaves, sources, side="right")
        row = np.repeat(np.arange(len(sources)), stop - start)
        which = np.concatenate([np.arange(*span) for span in zip(start, stop, strict=True)])
        for nodes, last in ends:
            at = column[nodes[b[pair[which]]]]
            middle = np.where(at >= 0, metres[row, at], np.inf)
            np.minimum.at(best, pair[which], first[which] + middle + last[b[pair[which]]])
    return np.where(best <= within_m, best, np.inf)


def _random_placements(
    network: StreetNetwork, usable: np.ndarray, n: int, within_m: float, simulations: int, rng: np.random.Generator
) -> Iterator[csr_array]:
    """Place n points at random along the streets, again and again; yield their distances up to `within_m`."""
    length = network.length_m[usable]
    drawn: list[tuple[np.ndarray, ...]] = []
    for number in range(simulations):
        edge = usable[rng.choice(len(length), size=n, p=length / length.sum())]
        along = rng.random(n) * network.length_m[edge]
        points = shapely.line_interpolate_point(network.lines[edge], along / network.length_m[edge], normalized=True)
        near = cKDTree(shapely.get_coordinates(points)).query_pairs(within_m, output_type="ndarray")
        drawn.append((edge, along, near.reshape(-1, 2)))
        if number == simulations - 1 or sum(len(close) for _, _, close in drawn) >= PAIRS_AT_ONCE:
            yield from _distances(network, drawn, within_m)
            drawn = []


def _distances(network: StreetNetwork, drawn: list[tuple[np.ndarray, ...]], within_m: float) -> Iterator[csr_array]:
    """Yield the distances of several placements from one search, for every street is searched from once."""
    n = len(drawn[0][0])
    edge, along = (np.concatenate([one[k] for one in drawn]) for k in (0, 1))
    pairs = np.concatenate([close + number * n for number, (_, _, close) in enumerate(drawn)])
    metres = _between_points(network, edge, along, pairs, within_m)
    borders = np.cumsum([len(close) for _, _, close in drawn])[:-1]
    for (_, _, close), apart in zip(drawn, np.split(metres, borders), strict=True):
        kept = np.isfinite(apart)
        a, b = close[kept].T
        both = np.concatenate([a, b]), np.concatenate([b, a])
        yield coo_array((np.tile(np.maximum(apart[kept], TINY), 2), both), shape=(n, n)).tocsr()


def largest_by_chance(
    network: StreetNetwork, area: shapely.Geometry, n: int, settings: ClusterSettings, *, seed: int
) -> np.ndarray:
    """Return the size (see `sizes`) of the largest cluster in each random placement of n spaces along the streets.

    Parameters
    ----------
    network : walking network in metres.
    area : study area in the metric CRS; points are placed on streets inside it.
    n : number of spaces to place.
    settings : method of clustering and number of simulations.
    seed : seed of the placements.
    """
    inside = shapely.contains_xy(area, network.xy[:, 0], network.xy[:, 1])
    usable = np.flatnonzero(inside[network.u] & inside[network.v] & (network.length_m > 0))
    if n == 0 or len(usable) == 0:
        return np.zeros(settings.simulations)
    rng = np.random.default_rng(seed)
    placed = _random_placements(network, usable, n, settings.within_m, settings.simulations, rng)
    return np.array([sizes(pairs, find_clusters(pairs, settings), settings).max(initial=0) for pairs in placed])


def pseudo_p(size: float, by_chance: np.ndarray) -> float:
    """Return (1 + simulations with a cluster as large) / (1 + simulations).

    Parameters
    ----------
    size : of the cluster.
    by_chance : size of the largest cluster of each simulation, shape (simulations,).
    """
    return float((1 + np.sum(by_chance >= size - TINY)) / (1 + len(by_chance)))


def _best_known(members: gpd.GeoDataFrame, documented: frozenset[str]) -> pd.Series | None:
    """Return the best-known member with a name: in the registry, on Wikipedia, core, best attested, in this order."""
    named = members[members["name"] != ""]
    if named.empty:
        return None
    order = pd.DataFrame(
        {
            "registry": named["registry_id"] == "",
            "documented": [documented.isdisjoint(ids) for ids in named["osm_ids"]],
            "tier": named["tier"].map({"core": 0, "intermediate": 1, "supporting": 2}),
            "confidence": -named["confidence"],
            "space_id": named["space_id"],
        }
    )
    best: pd.Series = named.loc[order.sort_values(order.columns.tolist()).index[0]]
    return best


def _in_language(row: pd.Series, column: str) -> str:
    """Return a name in a language; one in another script (a Chinese name tagged as English) is none."""
    name = str(row[column])
    return name if column == "name" or has_han(name) == (column == "name_zh") else ""


def _names(member: pd.Series | None, quarter: pd.Series | None) -> dict[str, str]:
    """Name a cluster by a member and a quarter, in each language the member has a name in."""
    found = {}
    for column in NAME_COLUMNS:
        first = "" if member is None else _in_language(member, column)
        second = ""
        # a cluster of nameless spaces goes by its quarter
        if quarter is not None and (first or member is None):
            signed = quarter["name"] if has_han(quarter["name"]) == (column == "name_zh") else ""
            second = _in_language(quarter, column) or signed
        found[column] = ", ".join(part for part in (first, second) if part)
    return found


def clusters_frame(
    spaces: gpd.GeoDataFrame,
    labels: np.ndarray,
    large: np.ndarray,
    by_chance: np.ndarray,
    settings: ClusterSettings,
    *,
    naming: Naming,
    epsg: int,
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Describe the clusters and tell which space belongs to which.

    Parameters
    ----------
    spaces : creative spaces inside the study area.
    labels : cluster number of each, -1 for none.
    large : size of each cluster, see `sizes`.
    by_chance : largest cluster of each random placement.
    settings : the p-value up to which a cluster is kept, and how near a quarter must be to name it.
    naming : quarters and documented objects.
    epsg : metric CRS.

    Returns
    -------
    the table clusters, and the cluster_id of each space (empty for none).
    """
    shapes = reproject(spaces.geometry.to_numpy(), WGS84_EPSG, epsg)
    quarters = reproject(naming.quarters.geometry.to_numpy(), WGS84_EPSG, epsg)
    found = []
    for label in np.unique(labels[labels != NOISE]):
        members = np.flatnonzero(labels == label)
        # the hull of the members, grown a little so that two points make a shape
        hull = shapely.buffer(shapely.convex_hull(shapely.union_all(shapely.centroid(shapes[members]))), 30)
        row = quarter_of(hull.centroid, quarters, settings)
        quarter = None if row is None else naming.quarters.iloc[row]
        p_value = pseudo_p(large[label], by_chance)
        found.append(
            {
                "label": label,
                **_names(_best_known(spaces.iloc[members], naming.documented), quarter),
                "n_spaces": len(members),
                "p_value": p_value,
                "kept": p_value <= settings.max_p_value,
                "geometry": hull,
            }
        )
    if not found:
        return tables.empty(CLUSTERS), [""] * len(spaces)
    frame = pd.DataFrame(found).sort_values(["n_spaces", "label"], ascending=[False, True]).reset_index(drop=True)
    frame.insert(0, "cluster_id", [f"k{number}" for number in range(1, len(frame) + 1)])
    kept = frame[frame["kept"]]
    ids = dict(zip(kept["label"], kept["cluster_id"], strict=True))
    geometry = reproject(frame["geometry"].to_numpy(), epsg, WGS84_EPSG)
    out = gpd.GeoDataFrame(frame.drop(columns=["label", "geometry"]), geometry=geometry, crs=WGS84_EPSG)
    return out, [ids.get(label, "") for label in labels]


@dataclass(frozen=True)
class Connected:
    """What connecting gives, by table: spaces with their cluster, clusters, links, nearest spaces, co-location."""

    creative: gpd.GeoDataFrame
    clusters: gpd.GeoDataFrame
    links: pd.DataFrame
    nearest: pd.DataFrame
    colocation: pd.DataFrame


def connect_spaces(
    creative: gpd.GeoDataFrame,
    heritage: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    streets: Streets,
    *,
    area: shapely.Geometry,
    clusters: ClusterSettings,
    network: NetworkSettings,
    seed: int,
) -> Connected:
    """Cluster and link the creative spaces of the study area, and compare them with its industrial heritage.

    Parameters
    ----------
    creative : the table creative as located (cluster_id empty).
    heritage : the table heritage.
    places : the table places, for the names of quarters.
    streets : street tables.
    area : study area, EPSG:4326.
    clusters, network : settings.
    seed : seed of the random placements and relabellings.
    """
    inside = creative[creative["inside"]]
    # two networks with entrances of their own: ferries take minutes and have no metres
    walk, timed = streets.network("walk", in_metres=True), streets.network("walk")
    doors, timed_doors = (streets.entrances(one, streets.shapes(inside)) for one in (walk, timed))
    metres = near_costs(walk, doors, doors, limit=clusters.within_m)
    pairs = near_pairs(metres, within_m=clusters.within_m)
    labels = find_clusters(pairs, clusters)
    large = sizes(pairs, labels, clusters)
    by_chance = largest_by_chance(walk, reproject(area, WGS84_EPSG, streets.epsg), len(inside), clusters, seed=seed)
    frame, ids = clusters_frame(inside, labels, large, by_chance, clusters, naming=naming_of(places), epsg=streets.epsg)
    limit = network.link_minutes
    links = links_within(near_costs(timed, timed_doors, timed_doors, limit=limit), limit=limit)
    nearest, minutes = nearest_other(timed, timed_doors, try_first=limit)
    named = inside["space_id"].to_numpy(dtype=object)
    out = creative.copy()
    out.loc[inside.index, "cluster_id"] = ids
    return Connected(
        creative=out,
        clusters=frame,
        links=pd.DataFrame({"a": named[links.a], "b": named[links.b], "minutes": links.minutes}),
        nearest=pd.DataFrame(
            {
                "space_id": named,
                "nearest_id": np.where(nearest >= 0, np.append(named, "")[nearest], ""),
                "minutes": np.where(np.isfinite(minutes), minutes, np.nan),
                "network": network_sizes(chance_links(streets, inside, network.rule())),
            }
        ),
        colocation=colocate(heritage, creative, streets, walk, area=area, settings=clusters, seed=seed),
    )
