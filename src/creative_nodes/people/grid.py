"""The grid that residents are spread on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from rasterio.transform import Affine, from_origin

from creative_nodes.common import WGS84_EPSG, InputError, buffer_metres, reproject

MOST_CELLS = 20_000_000  # some 2 GB while they are filled


@dataclass(frozen=True)
class Grid:
    """A north-up grid of square cells in the metric CRS."""

    west: float
    north: float
    cell_m: float
    rows: int
    columns: int
    epsg: int

    @property
    def transform(self) -> Affine:
        """Affine transform from (column, row) to metres."""
        return from_origin(self.west, self.north, self.cell_m, self.cell_m)

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y of every cell centre in metres, each of shape (rows, columns)."""
        x = self.west + (np.arange(self.columns) + 0.5) * self.cell_m
        y = self.north - (np.arange(self.rows) + 0.5) * self.cell_m
        xs, ys = np.meshgrid(x, y)
        return xs, ys

    def add_up(self, x: np.ndarray, y: np.ndarray, amount: np.ndarray) -> np.ndarray:
        """Add amounts at points (metres) to their cells; returns shape (rows, columns)."""
        column = np.floor((x - self.west) / self.cell_m).astype(int)
        row = np.floor((self.north - y) / self.cell_m).astype(int)
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        flat = np.bincount(
            row[inside] * self.columns + column[inside], weights=amount[inside], minlength=self.rows * self.columns
        )
        return flat.reshape(self.rows, self.columns)

    def inside(self, area: shapely.Geometry) -> np.ndarray:
        """Return which cell centres lie in an area (EPSG:4326), shape (rows, columns)."""
        shape = reproject(area, WGS84_EPSG, self.epsg)
        shapely.prepare(shape)
        xs, ys = self.centres()
        found: np.ndarray = shapely.contains_xy(shape, xs, ys)
        return found

    def outline(self) -> shapely.Geometry:
        """Return the outline of the grid, EPSG:4326."""
        south, east = self.north - self.rows * self.cell_m, self.west + self.columns * self.cell_m
        # bent sides: a straight line in the metric CRS is none in degrees
        box = shapely.segmentize(shapely.box(self.west, south, east, self.north), 10 * self.cell_m)
        outline: shapely.Geometry = reproject(box, self.epsg, WGS84_EPSG)
        return outline


def grid_over(area: shapely.Geometry, *, buffer_m: float, cell_m: float, epsg: int) -> Grid:
    """Lay a grid over the buffered study area, its lines at multiples of the cell size.

    Parameters
    ----------
    area : study area, EPSG:4326.
    buffer_m : metres around it.
    cell_m : metres.
    epsg : metric CRS.

    Raises
    ------
    InputError : more than `MOST_CELLS` cells.
    """
    west, south, east, north = shapely.bounds(reproject(buffer_metres(area, buffer_m, epsg), WGS84_EPSG, epsg))
    west, north = np.floor(west / cell_m) * cell_m, np.ceil(north / cell_m) * cell_m
    rows, columns = int(np.ceil((north - south) / cell_m)), int(np.ceil((east - west) / cell_m))
    if rows * columns > MOST_CELLS:
        raise InputError(
            f"the grid of residents would have {rows * columns:,} cells of {cell_m:g} m, over {MOST_CELLS:,}; take "
            "a larger cell or a smaller study area",
            where="people_grid.cell_m",
        )
    return Grid(float(west), float(north), cell_m, rows, columns, epsg)


@dataclass(frozen=True)
class Spread:
    """Residents on the grid, and what their source says of the study area.

    Attributes
    ----------
    cells : persons, shape (rows, columns) of the grid.
    source_sum : persons in the study area by the source's own cells; those on the rim count by the share inside.
    covered : share of the study area where the source has a figure, 0-1.
    """

    cells: np.ndarray
    source_sum: float
    covered: float


def kept_total(cells: np.ndarray, expected: float, inside: np.ndarray, *, what: str, where: str) -> np.ndarray:
    """Scale residents so that their sum over the study area is the source's own.

    Parameters
    ----------
    cells : persons, shape (rows, columns) of the grid.
    expected : persons in the study area by the source.
    inside : cells in the study area, same shape.
    what, where : the source and its file, for errors.

    Raises
    ------
    InputError : the source holds nobody there.
    """
    got = float(cells[inside].sum())
    if expected <= 0 or got <= 0:
        raise InputError(
            f"the population {what} holds nobody in the study area; check that it covers the city and that its "
            "figures are persons",
            where=where,
        )
    return np.asarray(cells * (expected / got))
