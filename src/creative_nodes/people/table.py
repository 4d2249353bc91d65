"""Residents from a table of H3 cells or polygons."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import M2_PER_KM2, WGS84_EPSG, InputError, cell_shapes, reproject
from creative_nodes.people.grid import Grid, Spread, kept_total
from creative_nodes.people.settings import PopulationTable

OVERLAP_TOLERANCE = 1e-3  # share of the ground that polygons may hold twice, for outlines drawn without care


def _read_population(path: Path, table: PopulationTable) -> pd.DataFrame:
    """Read a population table; with geometry only where its polygons count."""
    kind = path.suffix.lower()
    frame: pd.DataFrame
    try:
        if kind == ".csv":
            frame = pd.read_csv(path, dtype={table.h3_column: str})
        elif kind == ".parquet":
            frame = pd.read_parquet(path) if table.h3_column else gpd.read_parquet(path)
        else:
            frame = gpd.read_file(path)
        return frame
    except FileNotFoundError:
        raise
    except Exception as error:  # each reader has errors of its own
        raise InputError(f"the population table cannot be read: {error}", where=path.name) from error


def _residents_of(frame: pd.DataFrame, table: PopulationTable, where: str) -> np.ndarray:
    """Return the residents of each row, checked."""
    for column in filter(None, (table.column, table.h3_column)):
        if column not in frame.columns:
            has = ", ".join(str(name) for name in frame.columns)
            raise InputError(f"the population table has no column {column}; it has {has}", where=where)
    residents = pd.to_numeric(frame[table.column], errors="coerce").to_numpy(dtype=float)
    odd = ~np.isfinite(residents)
    if odd.any():
        raise InputError(
            f"column {table.column} has {odd.sum()} rows without a number (first: row {np.flatnonzero(odd)[0] + 1}); "
            "write 0 where nobody lives, and leave out rows that are not known",
            where=where,
        )
    if (residents < 0).any():
        raise InputError(
            f"column {table.column} has {(residents < 0).sum()} negative rows (first: row "
            f"{np.flatnonzero(residents < 0)[0] + 1}); take them out or write what they stand for",
            where=where,
        )
    return residents


def _h3_ids(values: pd.Series, where: str) -> list[str]:
    """Return H3 ids as texts, checked: valid, each once, and no cell within another."""
    numbers = pd.api.types.is_integer_dtype(values)
    ids = [h3.int_to_str(int(one)) if numbers else str(one).strip().lower() for one in values]
    wrong = next((row for row, one in enumerate(ids) if not h3.is_valid_cell(one)), None)
    if wrong is not None:
        raise InputError(f"row {wrong + 1}: {values.iloc[wrong]!r} is not an H3 cell", where=where)
    if twice := pd.Index(ids)[pd.Index(ids).duplicated()].tolist():
        raise InputError(
            f"{len(twice)} H3 cells stand twice (first: {twice[0]}); their residents would count twice. Add them up or "
            "keep one year",
            where=where,
        )
    present, sizes = set(ids), sorted({h3.get_resolution(one) for one in ids})
    for one in ids:
        for size in sizes:
            if size < h3.get_resolution(one) and h3.cell_to_parent(one, size) in present:
                raise InputError(
                    f"H3 cell {one} lies within {h3.cell_to_parent(one, size)}, which is in the table too; keep one "
                    "resolution",
                    where=where,
                )
    return ids


def _polygons(frame: pd.DataFrame, where: str) -> np.ndarray:
    """Return the polygons of a table in EPSG:4326, checked."""
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError("the population table has no geometry; give h3_column, its column of H3 cell ids", where=where)
    if frame.crs is None:
        raise InputError("the population table has no CRS; write it with one", where=where)
    bare = (
        frame.geometry.isna() | frame.geometry.is_empty | ~frame.geom_type.isin(["Polygon", "MultiPolygon"])
    ).to_numpy()
    if bare.any():
        raise InputError(
            f"the population table has {bare.sum()} rows without a polygon (first: row {np.flatnonzero(bare)[0] + 1}); "
            "points and lines cannot be spread",
            where=where,
        )
    finite = np.isfinite(shapely.bounds(frame.geometry.to_numpy())).all(axis=1)
    if not finite.all():
        raise InputError(f"row {np.flatnonzero(~finite)[0] + 1} has coordinates that are no numbers", where=where)
    shapes: np.ndarray = shapely.make_valid(frame.geometry.to_crs(WGS84_EPSG).to_numpy())
    return shapes


def _shares(shapes: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (shape, flat cell, m²) wherever a shape (metric CRS) and a cell of the grid share ground."""
    xs, ys = grid.centres()
    half = grid.cell_m / 2
    boxes = shapely.box(xs.ravel() - half, ys.ravel() - half, xs.ravel() + half, ys.ravel() + half)
    shape, cell = shapely.STRtree(boxes).query(shapes, predicate="intersects")
    shapely.prepare(shapes)
    within = shapely.covers(shapes[shape], boxes[cell])
    ground = np.full(len(cell), grid.cell_m**2)
    ground[~within] = shapely.area(shapely.intersection(shapes[shape[~within]], boxes[cell[~within]]))
    return shape, cell, ground


def from_table(path: str | Path, table: PopulationTable, grid: Grid, area: shapely.Geometry) -> Spread:
    """Spread residents of H3 cells or polygons evenly over their ground, the total over the study area kept.

    Residents are spread by area within each cell or polygon, as those of a coarse raster are: what a source does not
    say is not made up from the map, whose streets and buildings are mapped unevenly. A polygon much larger than the
    grid's cells therefore puts people on its water and fields too.

    Parameters
    ----------
    path : (Geo)Parquet, GeoPackage, GeoJSON or CSV file.
    table : which columns count.
    grid : target grid.
    area : study area, EPSG:4326.

    Raises
    ------
    InputError : a column is missing, residents are missing or negative, H3 ids or polygons are wrong, stand twice or
        overlap, no CRS, or nobody in the study area.
    """
    path = Path(path)
    where = path.name
    frame = _read_population(path, table)
    residents = _residents_of(frame, table, where)
    shapes = cell_shapes(_h3_ids(frame[table.h3_column], where)) if table.h3_column else _polygons(frame, where)
    near = shapely.intersects(shapes, grid.outline())
    if not near.any():
        raise InputError("the population table does not cover the study area", where=where)
    residents, shapes = residents[near], reproject(shapes[near], WGS84_EPSG, grid.epsg)
    size = shapely.area(shapes)
    once = shapely.area(shapely.union_all(shapes))
    if size.sum() - once > OVERLAP_TOLERANCE * once:
        raise InputError(
            f"the polygons of the population table overlap by {(size.sum() - once) / M2_PER_KM2:,.2f} km²; people "
            "there would count twice. Keep one level of areas and one year",
            where=where,
        )
    shape, cell, ground = _shares(shapes, grid)
    persons = residents[shape] * ground / size[shape]
    cells = np.bincount(cell, weights=persons, minlength=grid.rows * grid.columns).reshape(grid.rows, grid.columns)
    city = reproject(area, WGS84_EPSG, grid.epsg)
    part = shapely.area(shapely.intersection(shapes, city))
    expected = float((residents * part / size).sum())
    cells = kept_total(cells, expected, grid.inside(area), what="table", where=where)
    return Spread(cells, expected, float(min(1.0, part.sum() / shapely.area(city))))
