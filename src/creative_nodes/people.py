"""Residents on a grid: from a population raster, else from the city total spread over buildings and streets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterio.features
import rasterio.warp
import shapely
from rasterio.transform import Affine, from_origin
from rasterio.windows import Window

from creative_nodes import tables
from creative_nodes.config import People, PeopleGrid, Total
from creative_nodes.errors import InputError
from creative_nodes.geo import WGS84_EPSG, buffer_metres, reproject

# building values that hold no homes; building=yes counts as mixed use
NOT_HOMES = frozenset(
    {
        "industrial",
        "warehouse",
        "factory",
        "manufacture",
        "commercial",
        "office",
        "retail",
        "supermarket",
        "hospital",
        "school",
        "university",
        "college",
        "kindergarten",
        "church",
        "temple",
        "mosque",
        "pagoda",
        "public",
        "train_station",
        "transportation",
        "garage",
        "garages",
        "parking",
        "roof",
        "shed",
        "construction",
        "stadium",
        "hangar",
        "service",
        "government",
        "kiosk",
        "museum",
        "civic",
        "fire_station",
        "power",
        "barn",
        "greenhouse",
    }
)
HIGHEST_LEVELS = 80.0
MAPPING_WINDOW = 11  # cells: how far around a cell the mapping of buildings is judged


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


def grid_over(area: shapely.Geometry, *, buffer_m: float, cell_m: float, epsg: int) -> Grid:
    """Lay a grid over the buffered study area, its lines at multiples of the cell size.

    Parameters
    ----------
    area : study area, EPSG:4326.
    buffer_m : metres around it.
    cell_m : metres.
    epsg : metric CRS.
    """
    west, south, east, north = shapely.bounds(reproject(buffer_metres(area, buffer_m, epsg), WGS84_EPSG, epsg))
    west, north = np.floor(west / cell_m) * cell_m, np.ceil(north / cell_m) * cell_m
    rows, columns = int(np.ceil((north - south) / cell_m)), int(np.ceil((east - west) / cell_m))
    return Grid(float(west), float(north), cell_m, rows, columns, epsg)


def _inside(grid: Grid, area: shapely.Geometry) -> np.ndarray:
    """Return which cell centres lie in an area (EPSG:4326), shape (rows, columns)."""
    shape = reproject(area, WGS84_EPSG, grid.epsg)
    shapely.prepare(shape)
    xs, ys = grid.centres()
    found: np.ndarray = shapely.contains_xy(shape, xs, ys)
    return found


def from_raster(path: str | Path, grid: Grid, area: shapely.Geometry) -> np.ndarray:
    """Bring a raster of persons per cell onto the grid, its total over the study area kept.

    The raster's cells are read as densities, reprojected, and scaled so that the sum over the study area is the
    raster's own sum over it (cells on the rim counted by the share that lies inside).

    Parameters
    ----------
    path : GeoTIFF, persons per cell in band 1, any CRS and resolution.
    grid : target grid.
    area : study area, EPSG:4326.

    Returns
    -------
    persons per cell, shape (rows, columns).

    Raises
    ------
    InputError : no CRS, negative cells, or nobody in the study area.
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
        persons = source.read(1, window=window, masked=True).filled(0).astype(float)
        transform, crs = source.window_transform(window), source.crs
    persons = np.nan_to_num(persons)
    if (persons < 0).any():
        raise InputError(f"the population raster has {(persons < 0).sum()} negative cells", where=where)
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
    cells = density * grid.cell_m**2
    expected = float((persons * _cover(transform, persons.shape, crs, area)).sum())
    got = float(cells[_inside(grid, area)].sum())
    if expected <= 0 or got <= 0:
        raise InputError("the population raster holds nobody in the study area", where=where)
    return np.asarray(cells * (expected / got))


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


def _floor_area(places: gpd.GeoDataFrame, grid: Grid, default_levels: float) -> np.ndarray:
    """Add up residential floor area (footprint x levels, m²) by cell."""
    tags = tables.parse_tags(places)
    homes = [i for i, t in enumerate(tags) if t.get("building", "no") not in NOT_HOMES | {"no"}]
    shapes = reproject(places.geometry.to_numpy()[homes], WGS84_EPSG, grid.epsg)
    tagged = pd.Series([tags[i].get("building:levels") for i in homes], dtype=object)
    known = pd.to_numeric(tagged, errors="coerce").astype(float)
    levels = known.fillna(default_levels).clip(1, HIGHEST_LEVELS).to_numpy()
    centre = shapely.centroid(shapes)
    return grid.add_up(shapely.get_x(centre), shapely.get_y(centre), shapely.area(shapes) * levels)


def _street_length(edges: gpd.GeoDataFrame, grid: Grid) -> np.ndarray:
    """Add up walkable metres of street by cell, each edge cut into pieces shorter than a cell."""
    edges = edges[edges["walk"] & ~edges["highway"].isin(["trunk", "trunk_link", "motorway", "motorway_link", "ferry"])]
    lines = reproject(edges.geometry.to_numpy(), WGS84_EPSG, grid.epsg)
    lines = shapely.segmentize(lines, grid.cell_m / 4)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    middle, step = (xy[1:] + xy[:-1])[same] / 2, np.hypot(*(xy[1:] - xy[:-1])[same].T)
    return grid.add_up(middle[:, 0], middle[:, 1], step)


def from_total(
    total: Total,
    grid: Grid,
    area: shapely.Geometry,
    *,
    places: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    settings: PeopleGrid,
) -> np.ndarray:
    """Spread a published total over residential floor area, blended with street length where buildings are unmapped.

    A metre of street stands for `floor_m2_per_street_m` of floor, so that both are counted in one unit. Around each
    cell (11 cells square) the floor area mapped, beside what the streets would lead one to expect, says how far
    buildings are mapped; floor that is not mapped is put where the streets are. Cells in the buffer get the same
    residents per weight as inside.

    Returns
    -------
    persons per cell, shape (rows, columns); their sum over the study area is the total.
    """
    from scipy.ndimage import uniform_filter

    floor, street = _floor_area(places, grid, settings.default_levels), _street_length(edges, grid)
    inside = _inside(grid, area)
    if street[inside].sum() == 0:
        raise InputError("no street lies in the study area to spread residents along")
    expected = street * settings.floor_m2_per_street_m
    mapped = uniform_filter(floor, MAPPING_WINDOW) / np.maximum(uniform_filter(expected, MAPPING_WINDOW), 1e-9)
    # floor that is mapped counts as it is, floor that is not as the streets lead one to expect
    likely = floor + (1 - np.clip(mapped, 0, 1)) * expected
    weight = settings.street_weight * expected + (1 - settings.street_weight) * likely
    return np.asarray(weight * (total.residents / weight[inside].sum()))


def people_frame(cells: np.ndarray, grid: Grid, area: shapely.Geometry, *, buffer_m: float) -> gpd.GeoDataFrame:
    """Turn the grid into the table people: cells with residents within the buffered study area.

    Geometry is the cell centre, EPSG:4326.
    """
    kept = (cells > 0) & _inside(grid, buffer_metres(area, buffer_m, grid.epsg))
    row, column = np.nonzero(kept)
    xs, ys = grid.centres()
    centres = reproject(shapely.points(xs[kept], ys[kept]), grid.epsg, WGS84_EPSG)
    columns = {
        "cell_id": [f"{r}_{c}" for r, c in zip(row, column, strict=True)],
        "residents": cells[kept],
        "inside": _inside(grid, area)[kept],
    }
    if not len(row):
        return tables.empty("people")
    return gpd.GeoDataFrame(columns, geometry=centres, crs=WGS84_EPSG)


def spread_people(
    area: shapely.Geometry,
    *,
    epsg: int,
    buffer_m: float,
    people: People,
    raster: str | Path | None,
    places: str | Path,
    edges: str | Path,
    settings: PeopleGrid,
) -> tuple[gpd.GeoDataFrame, str]:
    """Put residents on a grid from the first source there is: raster, published total, none.

    Parameters
    ----------
    area : study area, EPSG:4326.
    epsg : metric CRS of the grid.
    buffer_m : metres around the study area that the grid covers too.
    people : what config gives.
    raster : file of the population raster, when it is there.
    places, edges : files of the tables places and street_edges, read for the fallback only.
    settings : the grid.

    Returns
    -------
    the table people (empty without any source), and where the figures come from.
    """
    grid = grid_over(area, buffer_m=buffer_m, cell_m=settings.cell_m, epsg=epsg)
    if raster and people.raster:
        cells, source = from_raster(raster, grid, area), people.raster.source
    elif people.total:
        tagged, streets = tables.read("places", places), tables.read("street_edges", edges)
        cells = from_total(people.total, grid, area, places=tagged, edges=streets, settings=settings)
        source = f"{people.total.source} ({people.total.year}), spread by floor area and streets"
    else:
        cells, source = np.zeros((grid.rows, grid.columns)), "none: config gives neither a raster nor a total"
    return people_frame(cells, grid, area, buffer_m=buffer_m), source
