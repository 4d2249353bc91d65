"""What a place is called by: the named quarters and wards around it, and objects that are documented."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import M2_PER_KM2, NAME_COLUMNS, WGS84_EPSG, tables
from creative_nodes.network.settings import ClusterSettings

WARD_LEVELS = frozenset(
    {"6", "7", "8", "9", "10"}
)  # admin_level of wards and communes; districts are told by their size
QUARTERS = frozenset({"suburb", "quarter", "neighbourhood", "village", "town", "borough", "city_block"})


@dataclass(frozen=True)
class Naming:
    """What clusters are named by.

    `quarters`: named quarters (columns `NAME_COLUMNS`, geometry in EPSG:4326), as points or areas. `documented`: OSM
    objects with an article on Wikipedia or an entry in Wikidata.
    """

    quarters: gpd.GeoDataFrame
    documented: frozenset[str]


def naming_of(places: gpd.GeoDataFrame) -> Naming:
    """Find quarters and documented objects among the rows of the table places.

    Parameters
    ----------
    places : that table, or some rows of it.
    """
    rows, names, documented = [], [], set()
    areal = shapely.get_dimensions(places.geometry.to_numpy()) == 2
    for row, (osm_id, tags) in enumerate(zip(places["osm_id"], tables.parse_tags(places), strict=True)):
        if "wikidata" in tags or "wikipedia" in tags:
            documented.add(osm_id)
        ward = tags.get("boundary") == "administrative" and tags.get("admin_level") in WARD_LEVELS and areal[row]
        if tags.get("name") and (ward or tags.get("place") in QUARTERS):
            rows.append(row)
            names.append([tags.get(column.replace("_", ":"), "") for column in NAME_COLUMNS])
    quarters = pd.DataFrame(names, columns=list(NAME_COLUMNS), dtype=object)
    shapes = places.geometry.iloc[rows].to_numpy()
    return Naming(gpd.GeoDataFrame(quarters, geometry=shapes, crs=WGS84_EPSG), frozenset(documented))


def quarter_of(centre: shapely.Geometry, shapes: np.ndarray, settings: ClusterSettings) -> int | None:
    """Return the index of the smallest area that holds a point, else of the nearest point in reach, else nothing.

    Parameters
    ----------
    centre : the point, metric CRS.
    shapes : of the quarters, points or areas, metric CRS.
    settings : how large and how far away a quarter may be.
    """
    areal = shapely.get_dimensions(shapes) == 2
    size = np.where(areal & shapely.intersects(shapes, centre), shapely.area(shapes) / M2_PER_KM2, np.inf)
    if size.min(initial=np.inf) <= settings.quarter_max_km2:
        return int(size.argmin())
    metres = np.where(areal, np.inf, shapely.distance(shapes, centre))
    return int(metres.argmin()) if metres.min(initial=np.inf) <= settings.quarter_within_m else None
