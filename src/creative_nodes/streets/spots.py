"""Halts, mapped stations and entrances, and which of them are one station."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from creative_nodes.common import WGS84_EPSG, TransitKind, reproject_xy, tables
from creative_nodes.locate import fold, names_of
from creative_nodes.streets.lines import Halt
from creative_nodes.streets.settings import Transit

RAPID_TAGS: dict[str, TransitKind] = {"subway": "subway", "light_rail": "light_rail", "monorail": "monorail"}
ENTRANCES = frozenset({"subway_entrance", "train_station_entrance"})
FEED = "gtfs/"  # begins the keys of what comes from a feed
# words that tell a station apart from its name: 人民广场站, Ga Cát Linh, Jing'an Temple Station
_STATION_WORDS = re.compile(r"(?:地铁)?站$|^(?:nha\s+)?ga\s+(?=\S)|\s+(?:metro\s+|subway\s+)?station$")


@dataclass(frozen=True)
class Spot:
    """A halt or a station object, and whether it is one of the latter."""

    halt: Halt
    is_station: bool
    rapid: bool


@dataclass(frozen=True)
class Entrance:
    """Where one gets in; `group` names the station it belongs to, where that is told."""

    key: str
    lon: float
    lat: float
    group: str


def station_name(name: str) -> str:
    """Fold a station's name for comparison, without the words for a station."""
    return _STATION_WORDS.sub("", fold(name)).strip()


def _kind_of_station(tags: dict[str, str]) -> TransitKind | None:
    """Return the kind of a mapped rapid-transit station; nothing for other objects."""
    if not {"station", "halt"} & {tags.get("railway"), tags.get("public_transport")}:
        return None
    named = RAPID_TAGS.get(tags.get("station", ""))
    return named or next((kind for key, kind in RAPID_TAGS.items() if tags.get(key) == "yes"), None)


def osm_objects(
    places: gpd.GeoDataFrame, area_of: dict[str, str], rapid: Collection[TransitKind]
) -> tuple[list[Spot], list[Entrance]]:
    """Return the mapped rapid-transit stations and the entrances of any.

    Parameters
    ----------
    places : the table places.
    area_of : stop area of OSM objects, by id.
    rapid : kinds that count as rapid transit.
    """
    spots, entrances = [], []
    centre = shapely.centroid(places.geometry.to_numpy())
    columns = (places["osm_id"], tables.parse_tags(places), shapely.get_x(centre), shapely.get_y(centre))
    for osm_id, tags, lon, lat in zip(*columns, strict=True):
        kind = _kind_of_station(tags)
        if kind in rapid and kind is not None:
            halt = Halt(osm_id, kind, names_of(tags), float(lon), float(lat), area_of.get(osm_id, ""))
            spots.append(Spot(halt, True, True))
        elif tags.get("railway") in ENTRANCES:
            entrances.append(Entrance(osm_id, float(lon), float(lat), area_of.get(osm_id, "")))
    return spots, entrances


def positions_of(items: Iterable[Any], epsg: int) -> np.ndarray:
    """Return positions in the metric CRS, shape (n, 2).

    Parameters
    ----------
    items : with `lon` and `lat`, degrees.
    epsg : that CRS.
    """
    degrees = np.array([[item.lon, item.lat] for item in items], dtype=float).reshape(-1, 2)
    return np.column_stack(reproject_xy(degrees[:, 0], degrees[:, 1], WGS84_EPSG, epsg))


def _points(xy: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.points(xy), dtype=object)


def _pairs_within(xy: np.ndarray, rows: np.ndarray, within_m: float) -> np.ndarray:
    points = _points(xy[rows])
    near = shapely.STRtree(points).query(points, predicate="dwithin", distance=within_m)
    return np.column_stack([rows[near[0]], rows[near[1]]])


def group_spots(xy: np.ndarray, names: list[str], groups: list[str], rapid: np.ndarray, transit: Transit) -> np.ndarray:
    """Group halts and station objects into stations; rapid transit and stops at the street stay apart.

    One station are those of one stop area (or parent station), and those that share a name within
    `transit.group_within_m` (`group_rapid_within_m`). A nameless halt of rapid transit outside any stop area joins the
    nearest named one within that distance.

    Parameters
    ----------
    xy : metric CRS, shape (n, 2).
    names : folded name of each, empty when unnamed.
    groups : its stop area, empty when it is in none.
    rapid : which are rapid transit, shape (n,).
    transit : settings.

    Returns
    -------
    station number of each, shape (n,).
    """
    n = len(xy)
    pairs = [np.empty((0, 2), dtype=int)]
    frame: Any = pd.DataFrame({"name": names, "group": groups, "rapid": rapid})
    for (group, _), rows in frame.groupby(["group", "rapid"]).indices.items():
        if group:
            pairs.append(np.column_stack([rows[:-1], rows[1:]]))
    for (name, is_rapid), rows in frame.groupby(["name", "rapid"]).indices.items():
        if name and len(rows) > 1:
            within_m = transit.group_rapid_within_m if is_rapid else transit.group_within_m
            pairs.append(_pairs_within(xy, rows, within_m))
    bare = np.flatnonzero((frame["name"] == "") & (frame["group"] == "") & rapid)
    named = np.flatnonzero((frame["name"] != "") & rapid)
    if len(bare) and len(named):
        near = shapely.STRtree(_points(xy[named])).query_nearest(
            _points(xy[bare]), max_distance=transit.group_rapid_within_m, all_matches=False
        )
        pairs.append(np.column_stack([bare[near[0]], named[near[1]]]))
    joined = np.concatenate(pairs)
    graph = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1])


def owners(
    entrances: list[Entrance], spots: list[Spot], xy: np.ndarray, label: np.ndarray, transit: Transit, epsg: int
) -> np.ndarray:
    """Return the station number of each entrance, -1 where it has none; a feed names the station of its own.

    Parameters
    ----------
    entrances : entrances.
    spots : halts and station objects.
    xy : their positions, metric CRS, shape (n spots, 2).
    label : station number of each spot, shape (n spots,).
    transit : settings.
    epsg : that CRS.
    """
    owner = np.full(len(entrances), -1)
    of_group = {spot.halt.group: label[row] for row, spot in enumerate(spots) if spot.rapid and spot.halt.group}
    rapid = np.array([row for row, spot in enumerate(spots) if spot.rapid], dtype=int)
    if not len(rapid) or not entrances:
        return owner
    near, nearest = shapely.STRtree(_points(xy[rapid])).query_nearest(
        _points(positions_of(entrances, epsg)), max_distance=transit.entrance_within_m, all_matches=False
    )
    owner[near] = label[rapid[nearest]]
    for row, entrance in enumerate(entrances):
        if entrance.group:
            owner[row] = of_group.get(entrance.group, -1 if entrance.key.startswith(FEED) else owner[row])
    return owner
