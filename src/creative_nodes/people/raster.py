"""Residents from a raster: reprojected with the total kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.features
import rasterio.warp
import shapely
from rasterio.transform import Affine

from creative_nodes.common import WGS84_EPSG, InputError, reproject
from creative_nodes.people.cells import cell_areas
from creative_nodes.people.grid import Grid, Spread, kept_total
from creative_nodes.people.persons import read_persons

MIN_COVER = 0.999  # share of the study area that a raster must reach over


def from_raster(path: str | Path, grid: Grid, area: shapely.Geometry, *, bands: Sequence[int] | None = None) -> Spread:
    """Bring a raster of persons per cell onto the grid, its total over the study area kept.

    The raster's cells are read as densities, reprojected, and scaled so that the sum over the study area is the
    raster's own sum over it (cells on the rim counted by the share that lies inside).

    Parameters
    ----------
    path : GeoTIFF, persons per cell, any CRS and resolution.
    grid : target grid.
    area : study area, EPSG:4326.
    bands : numbers of the bands that are added up; a file of several needs them.

    Raises
    ------
    InputError : the raster cannot be read (see `read_persons`), does not reach over the study area, or nobody is in it.
    """
    where = Path(path).name
    persons, transform, crs = read_persons(path, grid, bands=bands)
    known = np.isfinite(persons)
    persons = np.where(known, persons, 0.0)
    density = np.zeros((grid.rows, grid.columns))
    rasterio.warp.reproject(
        persons / cell_areas(transform, persons.shape, crs, grid.epsg),
        density,
        src_transform=transform,
        src_crs=crs,
        dst_transform=grid.transform,
        dst_crs=f"EPSG:{grid.epsg}",
        resampling=_resampling(transform, persons.shape, crs, grid),
    )
    cover = _cover(transform, persons.shape, crs, area)
    ground = cell_areas(transform, persons.shape, crs, grid.epsg) * cover
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


def _resampling(
    transform: Affine, shape: tuple[int, int], crs: rasterio.crs.CRS, grid: Grid
) -> rasterio.warp.Resampling:
    """Average a finer raster into the grid; take a coarser one as even within its cells."""
    side = float(np.sqrt(np.median(cell_areas(transform, shape, crs, grid.epsg))))
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
