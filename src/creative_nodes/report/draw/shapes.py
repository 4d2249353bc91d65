"""Shapes as the map draws them: simplified in the metric CRS, rounded to about a metre, EPSG:4326."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import WGS84_EPSG, reproject
from creative_nodes.report.draw.basemap import DECIMALS, rounded

SITE_TOLERANCE_M = 2
INSET = 0.84  # of a cell's size: an outline drawn that far in belongs to one cell, and not to its neighbour
HULL_MARGIN_M = 60


def points(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return a point on each shape: longitude, latitude, to a metre."""
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    return np.round(np.column_stack([shapely.get_x(inside), shapely.get_y(inside)]), DECIMALS) + 0.0


def middles(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return the middle of each shape, which need not lie on it: longitude, latitude, to a metre."""
    centre = shapely.centroid(frame.geometry.to_numpy())
    return np.round(np.column_stack([shapely.get_x(centre), shapely.get_y(centre)]), DECIMALS) + 0.0


def site_shapes(sites: gpd.GeoDataFrame, epsg: int) -> tuple[BaseGeometry, ...]:
    """Simplify site outlines; a point has none, its marker shows it.

    Parameters
    ----------
    sites : rows with geometry, EPSG:4326.
    epsg : metric CRS that is simplified in.
    """
    shapes = reproject(sites.geometry.to_numpy(), WGS84_EPSG, epsg)
    drawn = shapely.simplify(shapes, SITE_TOLERANCE_M)
    back = reproject(drawn, epsg, WGS84_EPSG)
    flat = shapely.get_dimensions(back) == 0
    return tuple(shapely.Polygon() if flat[i] else rounded(shape) for i, shape in enumerate(back))


def hull_shapes(clusters: gpd.GeoDataFrame, epsg: int) -> tuple[BaseGeometry, ...]:
    """Draw a soft outline round each cluster: its convex hull, grown by metres.

    Parameters
    ----------
    clusters : rows with geometry, EPSG:4326.
    epsg : metric CRS that is measured in.
    """
    if clusters.empty:
        return ()
    hulls = shapely.convex_hull(reproject(clusters.geometry.to_numpy(), WGS84_EPSG, epsg))
    grown = shapely.simplify(shapely.buffer(hulls, HULL_MARGIN_M), SITE_TOLERANCE_M)
    return tuple(rounded(shape) for shape in reproject(grown, epsg, WGS84_EPSG))


def cut_shapes(cells: gpd.GeoDataFrame, area: BaseGeometry) -> tuple[BaseGeometry, ...]:
    """Return what of each cell lies in the study area, for that is what was counted.

    Parameters
    ----------
    cells : rows with geometry, EPSG:4326.
    area : study area, EPSG:4326.
    """
    shapely.prepare(area)
    shapes = cells.geometry.to_numpy()
    parts = np.where(shapely.covers(area, shapes), shapes, shapely.intersection(shapes, area))
    return tuple(rounded(shape) for shape in parts)


def inset(cells: Sequence[BaseGeometry]) -> BaseGeometry:
    """Draw a line a little inside each cell (EPSG:4326), all of them as one geometry."""

    def shrunk(cell: BaseGeometry) -> BaseGeometry:
        middle = shapely.get_coordinates(shapely.centroid(cell))
        smaller: BaseGeometry = shapely.transform(cell, lambda xy: middle + INSET * (xy - middle))
        return smaller

    lines = shapely.boundary(np.array([shrunk(cell) for cell in cells], dtype=object))
    return rounded(shapely.MultiLineString(list(shapely.get_parts(lines))))
