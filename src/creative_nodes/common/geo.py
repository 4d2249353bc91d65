"""Coordinate reference systems: every length and area is measured in a metric CRS, never in EPSG:4326."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely import Geometry

WGS84_EPSG = 4326
UTM_NORTH_EPSG = 32600
UTM_SOUTH_EPSG = 32700
METRES_PER_KM = 1000.0
M2_PER_KM2 = METRES_PER_KM**2


def utm_epsg(lon: float, lat: float) -> int:
    """Return the EPSG code of the WGS 84 UTM zone of a point (degrees, EPSG:4326)."""
    zone = int((lon + 180) // 6) % 60 + 1
    return (UTM_NORTH_EPSG if lat >= 0 else UTM_SOUTH_EPSG) + zone


@lru_cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def reproject(geometry: Any, source: int, target: int) -> Any:
    """Project a geometry or an array of geometries.

    Parameters
    ----------
    geometry : shapely geometry, or numpy array of them.
    source, target : EPSG codes; x is east or longitude, y is north or latitude.
    """
    transformer = _transformer(source, target)

    def move(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return shapely.transform(geometry, move)


def reproject_xy(x: np.ndarray, y: np.ndarray, source: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Project coordinate arrays; x is east or longitude, y is north or latitude."""
    moved = _transformer(source, target).transform(x, y)
    return np.asarray(moved[0], dtype=float), np.asarray(moved[1], dtype=float)


def metric_epsg(area: Geometry, epsg: int | None) -> int:
    """Return the metric CRS of a study area (EPSG:4326): the given code, else the UTM zone of its centroid."""
    centre = shapely.centroid(area)
    return epsg if epsg is not None else utm_epsg(shapely.get_x(centre), shapely.get_y(centre))


def buffer_metres(area: Geometry, distance_m: float, epsg: int) -> Any:
    """Grow an area (EPSG:4326) by metres, measured in the metric CRS `epsg`; the result is in EPSG:4326."""
    grown = shapely.buffer(reproject(area, WGS84_EPSG, epsg), distance_m)
    return reproject(grown, epsg, WGS84_EPSG)


def projected(frame: Any, epsg: int) -> np.ndarray:
    """Return the geometry of a table (a GeoDataFrame in EPSG:4326) in the metric CRS, as an array."""
    moved: np.ndarray = reproject(frame.geometry.to_numpy(), WGS84_EPSG, epsg)
    return moved
