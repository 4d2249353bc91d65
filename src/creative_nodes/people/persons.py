"""Persons in the cells of a raster file, whichever way it was written: scaled, in several bands, south up, mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
import rasterio.warp
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioIOError
from rasterio.transform import Affine
from rasterio.windows import Window

from creative_nodes.common import InputError
from creative_nodes.people.cells import cell_areas
from creative_nodes.people.grid import Grid

# the densest quarter there ever was, Kowloon Walled City, had some 1.3 persons per m²
MOST_PER_M2 = 5.0


def read_persons(
    path: str | Path, grid: Grid, *, bands: Sequence[int] | None = None
) -> tuple[np.ndarray, Affine, rasterio.crs.CRS]:
    """Read the part of a raster around a grid.

    Parameters
    ----------
    path : GeoTIFF, persons per cell, any CRS and resolution; scale and offset of GDAL are applied.
    grid : target grid.
    bands : numbers of the bands that are added up; a file of several needs them.

    Returns
    -------
    Persons in each cell, nan where there is no data, shape (rows, columns), from north to south and west to east; the
    transform and CRS of them.

    Raises
    ------
    InputError : the file is no raster, has no CRS, is turned, has several bands of which none is chosen, does not reach
        the grid, or has cells that no persons live in: negative, the largest integer, denser than any city.
    """
    where = Path(path).name
    try:
        with rasterio.open(path) as source:
            chosen = _bands(source, bands, where)
            window = _window(source, grid, where)
            persons = _added(source, chosen, window, where)
            transform, crs = source.window_transform(window), source.crs
    except RasterioIOError as error:
        raise InputError(f"not a readable raster ({error}); get it again", where=where) from None
    persons, transform = _north_up(persons, transform)
    _check_density(persons, transform, crs, grid, where)
    return persons, transform, crs


def _bands(source: rasterio.DatasetReader, bands: Sequence[int] | None, where: str) -> list[int]:
    there = [band for band in source.indexes if source.colorinterp[band - 1] != ColorInterp.alpha]
    if not bands and len(there) == 1:
        return there
    if not bands:
        names = ", ".join(f"{band} {source.descriptions[band - 1] or 'without a name'}" for band in there[:10])
        raise InputError(
            f"the population raster has {len(there)} bands ({names}); say in people.raster.bands which are added up, "
            "such as [1] or [1, 2]",
            where=where,
        )
    if missing := [band for band in bands if band not in source.indexes]:
        raise InputError(f"people.raster.bands: there is no band {missing[0]}, it has {source.count}", where=where)
    return list(bands)


def _window(source: rasterio.DatasetReader, grid: Grid, where: str) -> Window:
    """Return the window around the grid, two cells wider."""
    if source.crs is None:
        raise InputError("the population raster has no CRS; give it one (gdal_edit.py -a_srs)", where=where)
    if source.transform.b or source.transform.d:
        raise InputError("the population raster is turned against its axes; straighten it with gdalwarp", where=where)
    south, east = grid.north - grid.rows * grid.cell_m, grid.west + grid.columns * grid.cell_m
    left, bottom, right, top = rasterio.warp.transform_bounds(
        f"EPSG:{grid.epsg}", source.crs, grid.west, south, east, grid.north
    )
    columns, rows = ~source.transform @ (np.array([left, right]), np.array([top, bottom]))
    first_col, last_col = max(0, int(np.floor(min(columns))) - 2), min(source.width, int(np.ceil(max(columns))) + 2)
    first_row, last_row = max(0, int(np.floor(min(rows))) - 2), min(source.height, int(np.ceil(max(rows))) + 2)
    if first_row >= last_row or first_col >= last_col:
        raise InputError("the population raster does not cover the study area", where=where)
    return Window(first_col, first_row, last_col - first_col, last_row - first_row)


def _added(source: rasterio.DatasetReader, bands: Sequence[int], window: Window, where: str) -> np.ndarray:
    """Return the persons of bands, added up; nan where no band has data."""
    each = [_persons(source, band, window, where) for band in bands]
    known = np.any([np.isfinite(one) for one in each], axis=0)
    summed: np.ndarray = np.where(known, np.nansum(each, axis=0), np.nan)
    return summed


def _persons(source: rasterio.DatasetReader, band: int, window: Window, where: str) -> np.ndarray:
    raw = source.read(band, window=window, masked=True)
    if raw.dtype.kind in "iu" and (raw == np.iinfo(raw.dtype).max).any():
        most = np.iinfo(raw.dtype).max
        raise InputError(
            f"the population raster has {int((raw == most).sum()):,} cells of {most:,}, the largest number that it can "
            f"hold; if they stand for no data, declare the value (gdal_edit.py -a_nodata {most})",
            where=where,
        )
    scale, offset = source.scales[band - 1], source.offsets[band - 1]
    persons: np.ndarray = raw.astype(float).filled(np.nan) * scale + offset
    if (persons < 0).any():
        raise InputError(
            f"the population raster has {int((persons < 0).sum())} negative cells; if they stand for no data, declare "
            f"the value (gdal_edit.py -a_nodata {np.nanmin(raw):g})",
            where=where,
        )
    return persons


def _north_up(persons: np.ndarray, transform: Affine) -> tuple[np.ndarray, Affine]:
    """Turn cells that run from south to north, or from east to west."""
    if transform.e > 0:
        persons = persons[::-1]
        transform = transform @ Affine(1, 0, 0, 0, -1, len(persons))
    if transform.a < 0:
        persons = persons[:, ::-1]
        transform = transform @ Affine(-1, 0, persons.shape[1], 0, 1, 0)
    return np.ascontiguousarray(persons), transform


def _check_density(persons: np.ndarray, transform: Affine, crs: rasterio.crs.CRS, grid: Grid, where: str) -> None:
    density = persons / cell_areas(transform, persons.shape, crs, grid.epsg)
    if (crowded := density > MOST_PER_M2).any():
        value = float(persons[crowded].max())
        raise InputError(
            f"the population raster has {int(crowded.sum()):,} cells with more than {MOST_PER_M2:g} persons per m², "
            f"such as {value:g} in one; where that stands for no data, declare the value (gdal_edit.py -a_nodata "
            f"{value:g}); where the raster holds persons per km², turn them into persons per cell",
            where=where,
        )
