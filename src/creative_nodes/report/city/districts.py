"""The district that a site lies in, from the administrative boundaries of the map data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow.compute as pc
import shapely

from creative_nodes.common import WGS84_EPSG
from creative_nodes.report.draw.basemap import need_columns

LEVEL = "6"  # of admin_level: a district in China, a district (until 2025) or a ward in Viet Nam


def read_districts(path: str | Path) -> gpd.GeoDataFrame:
    """Read the named districts among the rows of the table places, and no others.

    Returns
    -------
    columns name and geometry (areas, EPSG:4326), in the order of the table; empty where the map data have none.

    Raises
    ------
    InputError : the table lacks a column.
    """
    need_columns(Path(path), ["tags", "geometry"])
    wanted = pc.match_substring(pc.field("tags"), '"boundary": "administrative"')
    rows = gpd.read_parquet(path, columns=["tags", "geometry"], filters=wanted)
    tags = [json.loads(text) for text in rows["tags"]]
    areal = shapely.get_dimensions(rows.geometry.to_numpy()) == 2
    kept = [
        bool(area and one.get("admin_level") == LEVEL and one.get("name"))
        for one, area in zip(tags, areal, strict=True)
    ]
    names = [str(one["name"]) for one, keep in zip(tags, kept, strict=True) if keep]
    return gpd.GeoDataFrame({"name": names}, geometry=rows.geometry.to_numpy()[kept], crs=WGS84_EPSG)


def districts_of(at: Sequence[tuple[float, float]], districts: gpd.GeoDataFrame | None) -> list[str]:
    """Name the district that each point lies in, the smallest of several; empty where there is none.

    Parameters
    ----------
    at : (longitude, latitude) of each point, EPSG:4326.
    districts : as `read_districts` gives them; none: no point has a district.
    """
    if districts is None or districts.empty or not len(at):
        return [""] * len(at)
    shapes: Any = districts.geometry.to_numpy()
    smallest_first = np.argsort(shapely.area(shapes), kind="stable")
    point, area = shapely.STRtree(shapes[smallest_first]).query(shapely.points(np.array(at)), predicate="intersects")
    names, found = districts["name"].to_numpy(dtype=object)[smallest_first], [""] * len(at)
    for i, k in sorted(zip(point.tolist(), area.tolist(), strict=True), reverse=True):
        found[i] = str(names[k])
    return found
