"""Residents on a grid: from a population raster or table, else the city total spread over buildings and streets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import rasterio
import rasterio.features
import rasterio.warp
import shapely
from rasterio.transform import Affine, from_origin
from rasterio.windows import Window

from creative_nodes import tables
from creative_nodes.config import People, PeopleGrid, PopulationTable, Total
from creative_nodes.errors import InputError
from creative_nodes.geo import WGS84_EPSG, buffer_metres, reproject
from creative_nodes.hexagons import cell_shapes
from creative_nodes.messages import Message, mark, told, written

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
SUM_TOLERANCE = 1e-3  # the sum over the study area and the source's own sum over it agree to this share
MIN_COVER = 0.999  # share of the study area that a raster must reach over
NEARLY_ALL = 0.99  # share of the study area with figures below which the source line says so
OVERLAP_TOLERANCE = 1e-3  # share of the ground that polygons may hold twice, for outlines drawn without care


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


def _kept_total(cells: np.ndarray, expected: float, inside: np.ndarray, *, what: str, where: str) -> np.ndarray:
    """Scale residents so that their sum over the study area is the source's own."""
    got = float(cells[inside].sum())
    if expected <= 0 or got <= 0:
        raise InputError(
            f"the population {what} holds nobody in the study area; check that it covers the city and that its "
            "figures are persons",
            where=where,
        )
    return np.asarray(cells * (expected / got))


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
    cells = _kept_total(density * grid.cell_m**2, expected, _inside(grid, area), what="raster", where=where)
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
    near = shapely.intersects(shapes, _outline(grid))
    if not near.any():
        raise InputError("the population table does not cover the study area", where=where)
    residents, shapes = residents[near], reproject(shapes[near], WGS84_EPSG, grid.epsg)
    size = shapely.area(shapes)
    once = shapely.area(shapely.union_all(shapes))
    if size.sum() - once > OVERLAP_TOLERANCE * once:
        raise InputError(
            f"the polygons of the population table overlap by {(size.sum() - once) / 1e6:,.2f} km²; people there would "
            "count twice. Keep one level of areas and one year",
            where=where,
        )
    shape, cell, ground = _shares(shapes, grid)
    persons = residents[shape] * ground / size[shape]
    cells = np.bincount(cell, weights=persons, minlength=grid.rows * grid.columns).reshape(grid.rows, grid.columns)
    city = reproject(area, WGS84_EPSG, grid.epsg)
    part = shapely.area(shapely.intersection(shapes, city))
    expected = float((residents * part / size).sum())
    cells = _kept_total(cells, expected, _inside(grid, area), what="table", where=where)
    return Spread(cells, expected, float(min(1.0, part.sum() / shapely.area(city))))


def _outline(grid: Grid) -> shapely.Geometry:
    """Return the outline of the grid, EPSG:4326."""
    south, east = grid.north - grid.rows * grid.cell_m, grid.west + grid.columns * grid.cell_m
    # bent sides: a straight line in the metric CRS is none in degrees
    box = shapely.segmentize(shapely.box(grid.west, south, east, grid.north), 10 * grid.cell_m)
    outline: shapely.Geometry = reproject(box, grid.epsg, WGS84_EPSG)
    return outline


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
    # a street without length (two junctions on one spot) cannot be cut
    lines = shapely.segmentize(lines[shapely.length(lines) > 0], grid.cell_m / 4)
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


# how far the fallback is off where the truth is known: benchmarks/people_fallback.py, docs/BENCHMARKS.md
FALLBACK_OFF = {"hanoi": 0.74, "hcmc": 0.51}


def spread_people(
    area: shapely.Geometry,
    *,
    epsg: int,
    buffer_m: float,
    people: People,
    raster: str | Path | None = None,
    table: str | Path | None = None,
    places: str | Path,
    edges: str | Path,
    settings: PeopleGrid,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Put residents on a grid from the first source there is: raster, table, published total, none.

    Parameters
    ----------
    area : study area, EPSG:4326.
    epsg : metric CRS of the grid.
    buffer_m : metres around the study area that the grid covers too.
    people : what config gives.
    raster, table : files of the population raster and table, where they are there.
    places, edges : files of the tables places and street_edges, read for the fallback only.
    settings : the grid.

    Returns
    -------
    the table people (empty without any source), and for its provenance: `people`, where the figures come from;
    `people_messages`, what to speak it from (see `messages.written`); `people_sum`, residents of the study area in the
    table; `people_source_sum`, the same by the source's own cells; `people_difference`, how far the first is from the
    second, as a share; `people_covered`, the share of the study area where the source has a figure.

    Raises
    ------
    InputError : a source is wrong, or the two sums differ by more than 0.1 %.
    """
    grid = grid_over(area, buffer_m=buffer_m, cell_m=settings.cell_m, epsg=epsg)
    source: Message | str
    if raster and people.raster:
        spread, source, where = from_raster(raster, grid, area), people.raster.source, Path(raster).name
    elif table and people.table:
        spread, source, where = from_table(table, people.table, grid, area), people.table.source, Path(table).name
        if spread.covered < NEARLY_ALL:
            source = told(
                "{source}; it covers {share:percent} of the study area, the rest counts as empty",
                source=source,
                share=spread.covered,
            )
    elif people.total:
        tagged, streets = tables.read("places", places), tables.read("street_edges", edges)
        cells = from_total(people.total, grid, area, places=tagged, edges=streets, settings=settings)
        spread, where = Spread(cells, people.total.residents, 1.0), "people.total"
        source = told(
            "{source} ({year}), spread by floor area and streets; a rough estimate: in Hanoi and Ho Chi Minh City the "
            "same way of spreading is off WorldPop's 1 km figures by a median of {hanoi:percent} and {hcmc:percent} "
            "per hexagon of 0.7 km²",
            source=people.total.source,
            year=people.total.year,
            **FALLBACK_OFF,
        )
    else:
        return tables.empty("people"), {"people": mark("none: config gives neither a raster nor a table nor a total")}
    frame = people_frame(spread.cells, grid, area, buffer_m=buffer_m)
    note = written(people=source)
    return frame, {"people": note["people"], "people_messages": note["messages"], **_sum_check(frame, spread, where)}


def other_sources(
    area: shapely.Geometry, people: People, *, raster: str | Path | None, table: str | Path | None, **how: Any
) -> dict[str, gpd.GeoDataFrame]:
    """Put residents on a grid from every source there is but the first, by its name; for sweeps.

    Parameters
    ----------
    area, people, raster, table : as in `spread_people`.
    how : its other parameters.
    """
    given = {
        "raster": people.raster if raster else None,
        "table": people.table if table else None,
        "total": people.total,
    }
    found = {}
    for kind, source in [(kind, source) for kind, source in given.items() if source is not None][1:]:
        alone = People.model_validate({kind: source.model_dump()})
        found[source.source] = spread_people(area, people=alone, raster=raster, table=table, **how)[0]
    return found


def _sum_check(frame: gpd.GeoDataFrame, spread: Spread, where: str) -> dict[str, float]:
    """Compare the residents of the study area in the table with the source's own sum over it."""
    total = float(frame.loc[frame["inside"], "residents"].sum())
    difference = total / spread.source_sum - 1
    if abs(difference) > SUM_TOLERANCE:
        raise InputError(
            f"the grid holds {total:,.0f} residents of the study area, the source {spread.source_sum:,.0f}: "
            f"{difference:+.2%} apart. Take a smaller people_grid.cell_m",
            where=where,
        )
    return {
        "people_sum": total,
        "people_source_sum": spread.source_sum,
        "people_difference": difference,
        "people_covered": spread.covered,
    }
