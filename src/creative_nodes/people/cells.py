"""Cells of a raster, measured in the metric CRS."""

from __future__ import annotations

import numpy as np
import rasterio
import rasterio.warp
from rasterio.transform import Affine


def _corners(transform: Affine, shape: tuple[int, int], crs: rasterio.crs.CRS, epsg: int) -> np.ndarray:
    """Return the raster's cell corners in the metric CRS, shape (rows + 1, columns + 1, 2)."""
    columns, rows = np.meshgrid(np.arange(shape[1] + 1), np.arange(shape[0] + 1))
    x, y = transform @ (columns.ravel(), rows.ravel())
    moved = rasterio.warp.transform(crs, f"EPSG:{epsg}", x, y)
    return np.stack([np.reshape(one, columns.shape) for one in moved], axis=-1)


def cell_areas(transform: Affine, shape: tuple[int, int], crs: rasterio.crs.CRS, epsg: int) -> np.ndarray:
    """Return the area of each raster cell in m² (shoelace formula on its corners).

    Parameters
    ----------
    transform, shape, crs : of the raster.
    epsg : metric CRS.
    """
    c = _corners(transform, shape, crs, epsg)
    diagonal, other = c[1:, 1:] - c[:-1, :-1], c[1:, :-1] - c[:-1, 1:]
    return np.asarray(np.abs(diagonal[..., 0] * other[..., 1] - diagonal[..., 1] * other[..., 0]) / 2)
