"""H3 cells over a study area, and what lies in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import h3
import numpy as np
import shapely

from creative_nodes.common.geo import WGS84_EPSG, buffer_metres, reproject

EDGE_LENGTHS = 2  # a cell that touches the area has its centre within about one edge length of it; sizes vary


def cell_shapes(ids: Iterable[str]) -> np.ndarray:
    """Return the outlines of H3 cells, EPSG:4326."""
    rings = [[(lon, lat) for lat, lon in h3.cell_to_boundary(one)] for one in ids]
    return np.array([shapely.Polygon(ring) for ring in rings], dtype=object)


@dataclass(frozen=True)
class Hexagons:
    """H3 cells over a study area.

    Attributes
    ----------
    ids : cell ids, sorted.
    shapes : whole cells, EPSG:4326.
    parts : what of each lies inside the study area, metric CRS.
    whole : which lie inside altogether.
    """

    ids: np.ndarray
    shapes: np.ndarray
    parts: np.ndarray
    whole: np.ndarray

    def holding(self, points: np.ndarray) -> np.ndarray:
        """Return the row of the part that each point (metric CRS) lies in; -1 outside the study area."""
        point, part = shapely.STRtree(self.parts).query(points, predicate="intersects")
        rows = np.full(len(points), -1)
        # a point on a shared edge goes to the last of its cells, once
        rows[point] = part
        return rows


def hexagons_over(area: shapely.Geometry, *, resolution: int, epsg: int) -> Hexagons:
    """Cover a study area (EPSG:4326) with the H3 cells that overlap it; `epsg` is the metric CRS.

    Parameters
    ----------
    area : study area, EPSG:4326.
    resolution : of H3, 0 to 15.
    epsg : the metric CRS.
    """
    margin = EDGE_LENGTHS * h3.average_hexagon_edge_length(resolution, unit="m")
    ids = np.array(sorted(h3.geo_to_cells(buffer_metres(area, margin, epsg), resolution)), dtype=object)
    shapes = cell_shapes(ids)
    inside, cells = reproject(area, WGS84_EPSG, epsg), reproject(shapes, WGS84_EPSG, epsg)
    shapely.prepare(inside)
    whole = shapely.covers(inside, cells)
    parts = np.where(whole, cells, shapely.intersection(cells, inside))
    kept = shapely.area(parts) > 0
    return Hexagons(ids[kept], shapes[kept], parts[kept], whole[kept])


def add_up(rows: np.ndarray, amount: np.ndarray, n: int) -> np.ndarray:
    """Add up amounts by row, shape (n,); what stands at row -1 lies outside and counts nowhere.

    Parameters
    ----------
    rows : row of each amount, shape (m,).
    amount : shape (m,).
    n : number of rows.
    """
    inside = rows >= 0
    total: np.ndarray = np.bincount(rows[inside], weights=amount[inside].astype(float), minlength=n)
    return total
