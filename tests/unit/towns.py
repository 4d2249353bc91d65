"""Towns drawn by hand in metres, random street networks, and networkx references for both."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
import yaml
from geopandas.array import from_shapely
from pyproj import CRS, Transformer

from creative_nodes.common.words import TravelMode
from creative_nodes.reach.measure import Measured, measure_reach
from creative_nodes.reach.survey import World
from creative_nodes.settings import Config, load_config
from creative_nodes.streets.network import Entrances, StreetNetwork
from creative_nodes.streets.streets import Streets

ROOT = Path(__file__).resolve().parents[2]
EPSG = 32631
EAST, NORTH = 500_000.0, 20_000.0  # metres: where (0, 0) of the drawings lies
ORIGIN = np.array([EAST, NORTH])
WALK_M_PER_MIN = 80.0  # 4.8 km/h
_DEGREES = CRS(4326)  # made once: each table asks for it
_TO_DEGREES = Transformer.from_crs(EPSG, _DEGREES, always_xy=True)


@cache
def config() -> Config:
    """Return what ships; read once, for nothing of it can be changed in place."""
    return load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))


def travel(**changes: Any) -> Any:
    """Return the travel settings with one junction enough for an island, and other changes."""
    return config().travel.model_copy(update={"min_island_nodes": 1, **changes})


# ---------------------------------------------------------------- drawings


def to_degrees(geometry: Any) -> Any:
    """Move a drawing (metres from the origin) to EPSG:4326."""

    def move(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(_TO_DEGREES.transform(xy[:, 0] + EAST, xy[:, 1] + NORTH))

    return shapely.transform(geometry, move)


def to_metric(geometry: Any) -> Any:
    """Move a drawing to the metric CRS."""
    return shapely.transform(geometry, lambda xy: xy + ORIGIN)


def frame(rows: list[dict[str, Any]], columns: Iterable[str], **types: str) -> gpd.GeoDataFrame:
    """Make a table from rows whose `geometry` is a drawing."""
    table = pd.DataFrame([{k: v for k, v in row.items() if k != "geometry"} for row in rows], columns=list(columns))
    for name, kind in types.items():
        table[name] = table[name].astype(kind)
    shapes = to_degrees(np.array([row["geometry"] for row in rows], dtype=object))
    return gpd.GeoDataFrame(table, geometry=from_shapely(shapes, crs=_DEGREES))


def street_tables(
    points: dict[int, tuple[float, float]], pieces: list[tuple[int, int, dict[str, Any]]]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make the street tables of a drawing: junctions {id: (x, y)} and straight pieces (u, v, columns)."""
    nodes = frame(
        [{"node_id": i, "geometry": shapely.Point(xy)} for i, xy in points.items()], ["node_id"], node_id="int64"
    )
    rows = []
    for number, (u, v, columns) in enumerate(pieces):
        given = dict(columns)  # `oneway` stands for the three modes it binds
        line = shapely.LineString([points[u], points[v]])
        rows.append(
            {
                **{"u": u, "v": v, "way_id": number + 1, "length_m": line.length, "highway": "residential"},
                **{"name": "", "maxspeed_kmh": math.nan, "crossing_min": math.nan},
                **dict.fromkeys(("oneway_bike", "oneway_motorbike", "oneway_car"), given.pop("oneway", 0)),
                **dict.fromkeys(("walk", "bike", "motorbike", "car"), True),
                "geometry": line,
                **given,
            }
        )
    columns = [key for key in rows[0] if key != "geometry"] if rows else []
    return nodes, frame(rows, columns, maxspeed_kmh="float64", crossing_min="float64")


@cache
def straight_street(length_m: int = 2000, *, step_m: int = 100) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw one street along y = 0 with a junction every `step_m`; drawn once, so not to be changed in place."""
    points = {k: (float(x), 0.0) for k, x in enumerate(range(0, length_m + 1, step_m), start=1)}
    return street_tables(points, [(k, k + 1, {}) for k in range(1, len(points))])


@cache
def grid_tables(columns: int, rows: int, block_m: float = 100.0) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw a street grid; junction numbers count along the rows. Drawn once, so not to be changed in place."""
    points = {r * columns + c + 1: (c * block_m, r * block_m) for r in range(rows) for c in range(columns)}
    across = [(r * columns + c + 1, r * columns + c + 2, {}) for r in range(rows) for c in range(columns - 1)]
    along = [(r * columns + c + 1, (r + 1) * columns + c + 1, {}) for r in range(rows - 1) for c in range(columns)]
    return street_tables(points, across + along)


def streets(tables_: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], **changes: Any) -> Streets:
    return Streets(*tables_, travel=travel(**changes), country="VN", epsg=EPSG)


@cache
def one_street(*, step_m: int = 100) -> Streets:
    """Return the street of 2 km, whose networks are built once."""
    return streets(straight_street(step_m=step_m))


@cache
def grid(columns: int, rows: int, block_m: float = 100.0) -> Streets:
    """Return the streets of a grid, whose networks are built once."""
    return streets(grid_tables(columns, rows, block_m))


NAMES = {"name": "", "name_en": "", "name_vi": "", "name_zh": ""}


def sites(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Make rows of the table heritage; every column has a default."""
    defaults: dict[str, Any] = {
        **NAMES,
        **{"heritage_class": "warehouse", "status": "vacated", "confidence": 0.8, "tier": "high", "area_m2": 1000.0},
        **{
            "status_source": "",
            "status_date": "",
            "list": "known",
            "offered": True,
            "told_by": "register",
            "placed_to": "site",
        },
        **{"start_year": pd.NA, "listed": False, "public_land": False, "registry_id": "", "in_osm": True},
        **{"wikidata": "", "image": "", "inception": pd.NA, "ground_id": ""},
        **{"evidence": "[]", "osm_ids": []},
    }
    full = [{"site_id": f"h{k}", **defaults, **row} for k, row in enumerate(rows, start=1)]
    return frame(full, ["site_id", *defaults], start_year="Int64", inception="Int64", area_m2="float64")


def spaces(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Make rows of the table creative; every column has a default."""
    defaults: dict[str, Any] = {
        **NAMES,
        **{"domain": "visual_arts", "tier": "core", "confidence": 0.8, "cluster_id": "", "inside": True},
        **{"registry_id": "", "in_osm": True, "evidence": "[]", "osm_ids": []},
    }
    full = [{"space_id": f"c{k}", **defaults, **row} for k, row in enumerate(rows, start=1)]
    return frame(full, ["space_id", *defaults], inside="bool", confidence="float64")


def amenities(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    full = [{"osm_id": f"node/{k}", "kind": "cafe", "weight": 0.1, **row} for k, row in enumerate(rows, start=1)]
    return frame(full, ["osm_id", "kind", "weight"], weight="float64")


def people(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    full = [{"cell_id": f"0_{k}", "residents": 1.0, "inside": True, **row} for k, row in enumerate(rows)]
    return frame(full, ["cell_id", "residents", "inside"], residents="float64", inside="bool")


def places(*rows: tuple[dict[str, str], Any]) -> gpd.GeoDataFrame:
    """Make the table places from (tags, geometry)."""
    full = [
        {
            "osm_id": f"node/{k}",
            "tags": json.dumps(tags, ensure_ascii=False),
            "edited": "",
            "source": "",
            "geometry": shape,
        }
        for k, (tags, shape) in enumerate(rows, start=1)
    ]
    return frame(full, ["osm_id", "tags", "edited", "source"])


def stations(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Make rows of the table stations; every column has a default."""
    defaults: dict[str, Any] = {
        **NAMES,
        "kinds": ["subway"],
        "rapid": True,
        "n_services": 0,
        "source": "OSM",
        "osm_ids": [],
    }
    full = [{"station_id": f"s{k}", **defaults, **row} for k, row in enumerate(rows, start=1)]
    return frame(full, ["station_id", *defaults], rapid="bool", n_services="int64")


@cache
def empty_world() -> World:
    """Return a world with nothing in it; made once, so not to be changed in place."""
    return World(spaces(), amenities(), people(), stations())


def at(x: float, y: float = 0.0) -> shapely.Point:
    return shapely.Point(x, y)


# ---------------------------------------------------------------- random networks and their reference


def measured(
    sites_: gpd.GeoDataFrame, world: World, streets_: Streets, *, main_mode: TravelMode = "motorbike"
) -> Measured:
    """Measure sites by the shipped settings, homes joined within 500 m."""
    shipped = config()
    return measure_reach(
        sites_,
        world,
        streets_,
        reach=shipped.reach,
        network=shipped.network,
        candidates=shipped.candidates,
        main_mode=main_mode,
        link_within_m=500,
    )


def network(
    xy: Any, u: Any, v: Any, forward: Any, backward: Any, *, leg: float = 1.0, unit: str = "m", length: Any = None
) -> StreetNetwork:
    """Make a network of straight streets from a drawing: junctions `xy`, edges from `u` to `v` and their costs."""
    xy, u, v = np.asarray(xy, dtype=float), np.asarray(u), np.asarray(v)
    forward, backward = np.asarray(forward, dtype=float), np.asarray(backward, dtype=float)
    return StreetNetwork(
        node_ids=np.arange(len(xy)),
        xy=xy + ORIGIN,
        u=u,
        v=v,
        length_m=forward if length is None else np.asarray(length, dtype=float),
        forward=forward,
        backward=backward,
        streets=to_degrees(shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))),
        epsg=EPSG,
        leg_cost_per_m=leg,
        unit=unit,
        enterable=np.ones(len(u), dtype=bool),
    )


def random_network(
    rng: np.random.Generator, *, n_nodes: int = 12, n_edges: int = 22, directed: bool = True, metric: bool = False
) -> StreetNetwork:
    """Draw a random network with parallel edges, self-loops, zero-length and closed edges.

    `metric`: costs are lengths, never shorter than the straight line.
    """
    xy = rng.uniform(0, 600, size=(n_nodes, 2))
    xy[-1] = xy[-2]  # two junctions on one spot
    u, v = rng.integers(0, n_nodes, n_edges), rng.integers(0, n_nodes, n_edges)
    u[1], v[1] = u[0], v[0]  # a parallel edge
    u[3], v[3] = v[2], u[2]  # and one the other way round
    v[4] = u[4]  # a self-loop
    u[5], v[5] = n_nodes - 2, n_nodes - 1  # an edge without length
    straight = np.hypot(*(xy[u] - xy[v]).T)
    length = np.round(straight * rng.uniform(1, 2, n_edges) + rng.integers(1, 30, n_edges), 3)
    length[5] = 0.0
    forward, backward = length.copy(), length.copy()
    if directed:
        if not metric:
            backward = backward * rng.uniform(0.5, 2, n_edges)
        forward[rng.random(n_edges) < 0.2] = np.inf
        backward[rng.random(n_edges) < 0.3] = np.inf
    leg, unit = (1.0, "m") if metric else (0.7, "min")
    return network(xy, u, v, forward, backward, leg=leg, unit=unit, length=length)


def random_entrances(
    rng: np.random.Generator, network: StreetNetwork, n_places: int, *, at_ends: bool = False, most: int = 3
) -> Entrances:
    """Draw places with 0 to `most` entrances each, several of them on one edge; `at_ends`: some at junctions."""
    counts = rng.integers(0, most + 1, n_places)
    place = np.repeat(np.arange(n_places), counts)
    # the first half of the edges only, so that places share them
    edge = rng.integers(0, max(2, len(network.u) // 2), size=len(place))
    share = np.round(rng.uniform(0.05, 0.95, len(place)), 2)
    if at_ends:
        share = np.where(rng.random(len(place)) < 0.3, rng.integers(0, 2, len(place)), share)
    return Entrances(
        place=place,
        edge=edge,
        share=share,
        leg_m=np.round(rng.uniform(0, 20, len(place)), 2),
        n_places=n_places,
        gap_m=np.zeros(n_places),
    )


def entrances(*rows: tuple[int, int, float, float], n_places: int | None = None) -> Entrances:
    """Make entrances from (place, edge, share, leg_m)."""
    table = np.array(rows, dtype=float).reshape(-1, 4)
    n = int(table[:, 0].max()) + 1 if n_places is None else n_places
    return Entrances(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2], table[:, 3], n, np.zeros(n))


def split_graph(network: StreetNetwork, *groups: Entrances) -> nx.DiGraph:
    """Build the graph with every edge split at its entrances: an entrance at an end of an edge is that junction.

    Places stand as ("place", group, number, "out" or "in"): edges lead out of the one and into the other, so that
    nobody travels through a place.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(network.xy)))

    def add(a: Any, b: Any, cost: float) -> None:
        if math.isfinite(cost) and a != b:
            graph.add_edge(a, b, weight=min(cost, graph.get_edge_data(a, b, {"weight": math.inf})["weight"]))

    shares: dict[int, set[float]] = {edge: {0.0, 1.0} for edge in range(len(network.u))}
    for group in groups:
        for edge, share in zip(group.edge, group.share, strict=True):
            shares[int(edge)].add(float(share))

    def spot(edge: int, share: float) -> Any:
        if share == 0:
            return int(network.u[edge])
        return int(network.v[edge]) if share == 1 else ("spot", edge, share)

    for edge, stops in shares.items():
        for a, b in itertools.pairwise(sorted(stops)):
            add(spot(edge, a), spot(edge, b), (b - a) * network.forward[edge])
            add(spot(edge, b), spot(edge, a), (b - a) * network.backward[edge])
    for number, group in enumerate(groups):
        for row in range(len(group.place)):
            here = spot(int(group.edge[row]), float(group.share[row]))
            leg = float(group.leg_m[row]) * network.leg_cost_per_m
            add(("place", number, int(group.place[row]), "out"), here, leg)
            add(here, ("place", number, int(group.place[row]), "in"), leg)
    return graph


def costs_by_networkx(network: StreetNetwork, sources: Entrances, targets: Entrances) -> np.ndarray:
    """Return the cost matrix (sources x targets), infinite where there is no way."""
    graph = split_graph(network, sources, targets)
    out = np.full((sources.n_places, targets.n_places), np.inf)
    for i in range(sources.n_places):
        if ("place", 0, i, "out") in graph:
            found = nx.single_source_dijkstra_path_length(graph, ("place", 0, i, "out"))
            out[i] = [found.get(("place", 1, j, "in"), np.inf) for j in range(targets.n_places)]
    return out
