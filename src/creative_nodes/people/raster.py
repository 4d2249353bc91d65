"""Residents from a raster: reprojected with the total kept."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.features
import rasterio.warp
import shapely
from rasterio.transform import Affine
from rasterio.windows import Window

from creative_nodes.common import WGS84_EPSG, InputError, reproject
from creative_nodes.people.grid import Grid, Spread, kept_total

MIN_COVER = 0.999  # share of the study area that a raster must reach over


def from_raster(path: str | Path, grid: Grid, area: shapely.Geometry) -> Spread:
    """Bring a raster of persons per cell onto the grid, its total over the study area kept.

    The raster's cells are read as densities, reprojected, and scaled so that the sum over the study area is the
    raster's own sum over it (cells on the rim counted by the share that lies inside).

    Parameters
    ----------
    path : GeoTIFF, persons per cell in band 1, any CRS and resolution.
    grid : target grid.
    area : study area, EPSG:4326.

    Raises
    ------
    InputError : no CRS, negative cells, part of the study area outside the raster, or nobody in it.
    """
    where = Path(path).name
    with rasterio.open(path) as source:
        if source.crs is None:
            raise InputError("the population raster has no CRS; give it one (gdal_edit.py -a_srs)", where=where)
        bounds = rasterio.warp.transform_bounds(
            f"EPSG:{grid.epsg}",
            source.crs,
            grid.west,
            grid.north - grid.rows * grid.cell_m,
            grid.west + grid.columns * grid.cell_m,
            grid.north,
        )
        left, bottom, right, top = bounds
        pad = 2 * max(abs(source.transform.a), abs(source.transform.e))
        window = source.window(left - pad, bottom - pad, right + pad, top + pad)
        first_row, first_col = max(0, int(window.row_off)), max(0, int(window.col_off))
        last_row = min(source.height, int(np.ceil(window.row_off + window.height)))
        last_col = min(source.width, int(np.ceil(window.col_off + window.width)))
        if first_row >= last_row or first_col >= last_col:
            raise InputError("the population raster does not cover the study area", where=where)
        window = Window(first_col, first_row, last_col - first_col, last_row - first_row)
        persons = source.read(1, window=window, masked=True).astype(float).filled(np.nan)
        transform, crs = source.window_transform(window), source.crs
    known = np.isfinite(persons)
    persons = np.where(known, persons, 0.0)
    if (persons < 0).any():
        raise InputError(
            f"the population raster has {(persons < 0).sum()} negative cells; if they stand for no data, declare the "
            f"value (gdal_edit.py -a_nodata {persons.min():g})",
            where=where,
        )
    density = np.zeros((grid.rows, grid.columns))
    rasterio.warp.reproject(
        persons / _cell_areas(transform, persons.shape, crs, grid.epsg),
        density,
        src_transform=transform,
        src_crs=crs,
        dst_transform=grid.transform,
        dst_crs=f"EPSG:{grid.epsg}",
        resampling=_resampling(transform, persons.shape, crs, grid),
    )
    cover = _cover(transform, persons.shape, crs, area)
    ground = _cell_areas(transform, persons.shape, crs, grid.epsg) * cover
    whole = shapely.area(reproject(area, WGS84_EPSG, grid.epsg))
    if ground.sum() < MIN_COVER * whole:
        raise InputError(
            f"the population raster covers only {ground.sum() / whole:.1%} of the study area; the rest would count as "
            "empty. Take a raster of the whole city",
            where=where,
        )
    expected = float((persons * cover).sum())
    cells = kept_total(density * grid.cell_m**2, expected, grid.inside(area), what="raster", where=where)
    return Spread(cells, expected, float(ground[known].sum() / ground.sum()))


def _corners(transform: Affine, shape: tuple[int, int], crs: rasterio.crs.CRS, epsg: int) -> np.ndarray:
    """Return the raster's cell corners in the metric CRS, shape (rows + 1, columns + 1, 2)."""
    columns, rows = np.meshgrid(np.arange(shape[1] + 1), np.arange(shape[0] + 1))
    x, y = transform @ (columns.ravel(), rows.ravel())
    moved = rasterio.warp.transform(crs, f"EPSG:{epsg}", x, y)
    return np.stack([np.reshape(one, columns.shape) for one in moved], axis=-1)


def _cell_areas(transform: Affine, shape: tuple[int, int], crs: rasterio.crs.CRS, epsg: int) -> np.ndarray:
    """Return the area of each raster cell in m² (shoelace formula on its corners)."""
    c = _corners(transform, shape, crs, epsg)
    diagonal, other = c[1:, 1:] - c[:-1, :-1], c[1:, :-1] - c[:-1, 1:]
    return np.asarray(np.abs(diagonal[..., 0] * other[..., 1] - diagonal[..., 1] * other[..., 0]) / 2)


def _resampling(
    transform: Affine, shape: tuple[int, int], crs: rasterio.crs.CRS, grid: Grid
) -> rasterio.warp.Resampling:
    """Average a finer raster into the grid; take a coarser one as even within its cells."""
    side = float(np.sqrt(np.median(_cell_areas(transform, shape, crs, grid.epsg))))
    return rasterio.warp.Resampling.average if side < grid.cell_m else rasterio.warp.Resampling.nearest


def _cover(transform: Affine, shape: tuple[int, int], crs: rasterio.crs.CRS, area: shapely.Geometry) -> np.ndarray:
    """Return the share of each raster cell inside an area (EPSG:4326), shape as the raster."""
    outline = gpd.GeoSeries([area], crs=WGS84_EPSG).to_crs(crs).iloc[0]
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    x0, y0 = transform @ (columns.ravel(), rows.ravel())
    x1, y1 = transform @ (columns.ravel() + 1, rows.ravel() + 1)
    boxes = shapely.box(np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1))
    shapely.prepare(outline)
    share = shapely.contains_properly(outline, boxes).astype(float)
    rim = np.flatnonzero((share == 0) & shapely.intersects(outline, boxes))
    share[rim] = shapely.area(shapely.intersection(boxes[rim], outline)) / shapely.area(boxes[rim])
    return np.asarray(share.reshape(shape))
