"""Residents on the grid: totals kept, and people where the raster or the floor area puts them (METHOD section 4)."""

import dataclasses
import math
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import Geod, Transformer
from rasterio.transform import Affine, from_origin

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.people import raster
from creative_nodes.people import spread as people
from creative_nodes.people.settings import People, PeopleGrid, PopulationTable, Total, told_passed_over
from creative_nodes.report.tables import TABLES

ONE_PER_MILLE = 1e-3


@pytest.fixture
def area(towns: ModuleType) -> shapely.Geometry:
    """A slanted study area of about 7 km², whose rim cuts cells of any grid."""
    found: shapely.Geometry = towns.to_degrees(
        shapely.Polygon([(137, -1411), (2903, 211), (2260, 1980), (901, 1433), (-313, 660)])
    )
    return found


@pytest.fixture
def grid(towns: ModuleType, area: shapely.Geometry) -> people.Grid:
    return people.grid_over(area, buffer_m=500, cell_m=100, epsg=towns.EPSG)


def _write(
    path: Path, values: np.ndarray, transform: Affine, crs: str | None = "EPSG:32631", nodata: float | None = None
) -> Path:
    profile = {"driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": "float64"}
    with rasterio.open(path, "w", **profile, crs=crs, transform=transform, nodata=nodata) as file:
        file.write(values, 1)
    return path


def _brute_force(values: np.ndarray, transform: Affine, crs: str, area: shapely.Geometry, *, pieces: int) -> float:
    """Add up the persons inside an area: every cell cut into pieces x pieces points of equal weight."""
    to_degrees = Transformer.from_crs(crs, 4326, always_xy=True)
    shapely.prepare(area)

    def inside(columns: np.ndarray, rows: np.ndarray, where: shapely.Geometry) -> np.ndarray:
        c, r = (one.ravel() for one in np.meshgrid(columns, rows))
        x, y = transform.a * c + transform.b * r + transform.c, transform.d * c + transform.e * r + transform.f
        found: np.ndarray = shapely.contains_xy(where, *to_degrees.transform(x, y))
        return found.reshape(len(rows), len(columns))

    # cells with no corner within the area's bounds, two cells wider, hold none of it
    side = 2 * abs(transform.a) / (1 if to_degrees.source_crs.is_geographic else 100_000)
    around = shapely.box(*(np.array(area.bounds) + np.array([-side, -side, side, side])))
    n_rows, n_columns = values.shape
    corners = inside(np.arange(n_columns + 1.0), np.arange(n_rows + 1.0), around)
    near = corners[1:, 1:] | corners[1:, :-1] | corners[:-1, 1:] | corners[:-1, :-1]
    offset = (np.arange(pieces) + 0.5) / pieces
    total = 0.0
    for row in np.flatnonzero(near.any(axis=1)):
        columns = np.flatnonzero(near[row])
        within = inside((columns[:, None] + offset).ravel(), row + offset, area)
        share = within.reshape(pieces, len(columns), pieces).mean(axis=(0, 2))
        total += float(np.nansum(values[row, columns] * share))
    return total


def _inside(grid: people.Grid, area: shapely.Geometry) -> np.ndarray:
    """Return which cells have their centre in the area, worked out from the grid's corner and cell size."""
    columns, rows = np.meshgrid(np.arange(grid.columns), np.arange(grid.rows))
    x, y = grid.west + (columns + 0.5) * grid.cell_m, grid.north - (rows + 0.5) * grid.cell_m
    lon, lat = Transformer.from_crs(grid.epsg, 4326, always_xy=True).transform(x, y)
    found: np.ndarray = shapely.contains_xy(area, lon, lat)
    return found


# ---------------------------------------------------------------- grid


def test_grid_covers_the_buffered_area_on_round_lines(towns: ModuleType, area: Any, grid: people.Grid) -> None:
    assert (grid.west % 100, grid.north % 100, grid.cell_m) == (0, 0, 100)
    west, south, east, north = -313 - 500, -1411 - 500, 2903 + 500, 1980 + 500
    right, bottom = grid.west + grid.columns * 100, grid.north - grid.rows * 100
    for line, rim, sign in ((grid.west, west, 1), (right, east, -1)):
        assert 0 <= sign * (rim + towns.EAST - line) < 110
    for line, rim, sign in ((bottom, south, 1), (grid.north, north, -1)):
        assert 0 <= sign * (rim + towns.NORTH - line) < 110


def test_points_are_added_to_their_cells() -> None:
    grid = people.Grid(west=1000, north=5000, cell_m=100, rows=2, columns=3, epsg=32631)
    x, y = np.array([1000.0, 1150, 1160, 1299, 1300, 999]), np.array([4999.0, 4850, 4801, 4950, 4950, 4950])
    found = grid.add_up(x, y, np.array([1.0, 2, 4, 8, 16, 32]))
    assert found.tolist() == [[1, 0, 8], [0, 6, 0]]
    xs, ys = grid.centres()
    assert xs[0].tolist() == [1050, 1150, 1250]
    assert ys[:, 0].tolist() == [4950, 4850]


# ---------------------------------------------------------------- rasters


def _raster(towns: ModuleType, kind: str) -> tuple[np.ndarray, Affine, str, int]:
    """Return values, transform, CRS and how finely to cut its cells for the brute-force sum."""
    rng = np.random.default_rng(5)
    if kind == "degrees, 1 km":
        west, north = Transformer.from_crs(32631, 4326, always_xy=True).transform(towns.EAST - 4321, towns.NORTH + 5432)
        return rng.uniform(0, 20_000, (12, 11)), from_origin(west, north, 1 / 120, 1 / 120), "EPSG:4326", 300
    if kind == "metres, 100 m":
        return rng.uniform(0, 300, (60, 60)), from_origin(497_540, 23_370, 100, 100), "EPSG:32631", 30
    if kind == "metres, 100 m, on the lines of the grid":
        return rng.uniform(0, 300, (60, 60)), from_origin(497_500, 23_300, 100, 100), "EPSG:32631", 30
    if kind == "finer, 25 m":
        return rng.uniform(0, 20, (230, 220)), from_origin(498_010, 23_020, 25, 25), "EPSG:32631", 8
    if kind == "finer, degrees":
        west, north = Transformer.from_crs(32631, 4326, always_xy=True).transform(towns.EAST - 2000, towns.NORTH + 3000)
        return rng.uniform(0, 20, (190, 200)), from_origin(west, north, 1 / 3600, 1 / 3600), "EPSG:4326", 10
    assert kind == "the next UTM zone, 250 m"
    east, north = Transformer.from_crs(32631, 32632, always_xy=True).transform(towns.EAST - 2500, towns.NORTH + 4000)
    return rng.uniform(0, 2000, (30, 28)), from_origin(east, north, 250, 250), "EPSG:32632", 80


KINDS = [
    "degrees, 1 km",
    "metres, 100 m",
    "metres, 100 m, on the lines of the grid",
    "finer, 25 m",
    "finer, degrees",
    "the next UTM zone, 250 m",
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_total_over_the_study_area_is_kept(
    towns: ModuleType, tmp_path: Path, area: Any, grid: people.Grid, kind: str
) -> None:
    values, transform, crs, pieces = _raster(towns, kind)
    path = _write(tmp_path / "people.tif", values, transform, crs)
    cells = people.from_raster(path, grid, area).cells
    assert cells.shape == (grid.rows, grid.columns)
    assert (cells >= 0).all()
    expected = _brute_force(values, transform, crs, area, pieces=pieces)
    assert cells[_inside(grid, area)].sum() == pytest.approx(expected, rel=ONE_PER_MILLE)


@pytest.mark.parametrize("kind", KINDS)
def test_people_stay_where_the_raster_has_them(
    towns: ModuleType, tmp_path: Path, area: Any, grid: people.Grid, kind: str
) -> None:
    # a slope from west to east and a hill: compare the totals of the quarters of the study area
    values, transform, crs, pieces = _raster(towns, kind)
    columns, rows = np.meshgrid(np.linspace(0, 1, values.shape[1]), np.linspace(0, 1, values.shape[0]))
    values = 100 * (0.2 + columns**2 + np.exp(-40 * ((columns - 0.6) ** 2 + (rows - 0.5) ** 2)))
    cells = people.from_raster(_write(tmp_path / "people.tif", values, transform, crs), grid, area).cells
    x, y = grid.centres()
    for east in (False, True):
        for north in (False, True):
            quarter = towns.to_degrees(
                shapely.box(
                    1100 if east else -9e3, 300 if north else -9e3, 9e3 if east else 1100, 9e3 if north else 300
                )
            )
            expected = _brute_force(values, transform, crs, shapely.intersection(area, quarter), pieces=pieces // 2)
            mine = _inside(grid, area) & ((x > towns.EAST + 1100) == east) & ((y > towns.NORTH + 300) == north)
            assert cells[mine].sum() == pytest.approx(expected, rel=0.03)


def test_a_raster_on_the_lines_of_the_grid_is_taken_as_it_is(
    towns: ModuleType, tmp_path: Path, grid: people.Grid
) -> None:
    # a study area of whole cells: nothing moves at all
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    grid = people.grid_over(area, buffer_m=300, cell_m=100, epsg=towns.EPSG)
    values = np.random.default_rng(2).integers(0, 400, (40, 40)).astype(float)
    path = _write(tmp_path / "people.tif", values, from_origin(498_500, 22_500, 100, 100))
    cells = people.from_raster(path, grid, area).cells
    row, column = int((22_500 - grid.north) / 100), int((grid.west - 498_500) / 100)
    expected = values[row : row + grid.rows, column : column + grid.columns]
    np.testing.assert_allclose(cells, expected, rtol=1e-5, atol=1e-5)


def test_a_coarse_cell_is_spread_evenly(towns: ModuleType, tmp_path: Path) -> None:
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    grid = people.grid_over(area, buffer_m=1, cell_m=100, epsg=towns.EPSG)
    values = np.zeros((9, 9))
    values[4, 4] = 5000.0
    path = _write(tmp_path / "people.tif", values, from_origin(496_000, 25_000, 1000, 1000))
    cells = people.from_raster(path, grid, area).cells
    np.testing.assert_allclose(cells[_inside(grid, area)], 50.0, rtol=1e-5)


def test_nodata_holds_nobody(towns: ModuleType, tmp_path: Path, area: Any, grid: people.Grid) -> None:
    values, transform, crs, pieces = _raster(towns, "metres, 100 m")
    holes = np.random.default_rng(3).random(values.shape) < 0.3
    path = _write(tmp_path / "people.tif", np.where(holes, -99999.0, values), transform, crs, nodata=-99999)
    cells = people.from_raster(path, grid, area).cells
    expected = _brute_force(np.where(holes, 0, values), transform, crs, area, pieces=pieces)
    assert cells[_inside(grid, area)].sum() == pytest.approx(expected, rel=ONE_PER_MILLE)


def test_nan_holds_nobody(towns: ModuleType, tmp_path: Path, area: Any, grid: people.Grid) -> None:
    values, transform, crs, pieces = _raster(towns, "metres, 100 m")
    values[::4] = math.nan
    cells = people.from_raster(_write(tmp_path / "people.tif", values, transform, crs), grid, area).cells
    expected = _brute_force(np.nan_to_num(values), transform, crs, area, pieces=pieces)
    assert cells[_inside(grid, area)].sum() == pytest.approx(expected, rel=ONE_PER_MILLE)


def test_a_raster_without_crs_is_refused(tmp_path: Path, area: Any, grid: people.Grid) -> None:
    path = _write(tmp_path / "naked.tif", np.ones((60, 60)), from_origin(497_500, 23_400, 100, 100), crs=None)
    with pytest.raises(InputError, match=r"naked\.tif.*no CRS"):
        people.from_raster(path, grid, area)


def test_negative_residents_are_refused(tmp_path: Path, area: Any, grid: people.Grid) -> None:
    values = np.ones((60, 60))
    values[30, 30] = -3
    path = _write(tmp_path / "below.tif", values, from_origin(497_500, 23_400, 100, 100))
    with pytest.raises(InputError, match=r"below\.tif.*negative"):
        people.from_raster(path, grid, area)


@pytest.mark.parametrize(
    ("transform", "crs"),
    [
        (from_origin(600_000, 23_400, 100, 100), "EPSG:32631"),
        (from_origin(498_000, 900_000, 100, 100), "EPSG:32631"),
        (from_origin(105.8, 21.0, 0.01, 0.01), "EPSG:4326"),
    ],
)
def test_a_raster_elsewhere_is_refused(
    tmp_path: Path, area: Any, grid: people.Grid, transform: Affine, crs: str
) -> None:
    path = _write(tmp_path / "away.tif", np.ones((60, 60)), transform, crs)
    with pytest.raises(InputError, match=r"away\.tif.*does not cover the study area"):
        people.from_raster(path, grid, area)


def test_a_raster_without_anybody_is_refused(tmp_path: Path, area: Any, grid: people.Grid) -> None:
    path = _write(tmp_path / "empty.tif", np.zeros((60, 60)), from_origin(497_500, 23_400, 100, 100))
    with pytest.raises(InputError, match=r"empty\.tif.*nobody"):
        people.from_raster(path, grid, area)


def test_a_raster_of_half_the_city_is_refused(tmp_path: Path, area: Any, grid: people.Grid) -> None:
    # from x = 1540 m eastward: the west of the study area lies outside
    path = _write(tmp_path / "half.tif", np.ones((60, 60)), from_origin(501_540, 23_370, 100, 100))
    with pytest.raises(InputError, match=r"half\.tif.*covers only \d\d\.\d% of the study area"):
        people.from_raster(path, grid, area)


def test_where_a_raster_has_no_figure_is_told(towns: ModuleType, tmp_path: Path) -> None:
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    grid = people.grid_over(area, buffer_m=100, cell_m=100, epsg=towns.EPSG)
    values = np.ones((40, 40))
    values[:, :17] = -9.0  # west of x = 200 m
    path = _write(tmp_path / "sea.tif", values, from_origin(498_500, 22_500, 100, 100), nodata=-9)
    assert people.from_raster(path, grid, area).covered == pytest.approx(0.8, abs=1e-4)


def test_only_the_window_around_the_city_is_read(
    towns: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    grid = people.grid_over(area, buffer_m=500, cell_m=100, epsg=towns.EPSG)
    path = _write(tmp_path / "country.tif", np.ones((800, 900)), from_origin(460_000, 60_000, 100, 100))
    seen = []

    class Spy(rasterio.io.DatasetReader):  # type: ignore[misc]
        def read(self, *args: Any, **how: Any) -> Any:
            found = super().read(*args, **how)
            seen.append(found.shape)
            return found

    monkeypatch.setattr(raster.rasterio, "open", Spy)
    people.from_raster(path, grid, area)
    assert len(seen) == 1
    assert max(seen[0]) <= 26


# ---------------------------------------------------------------- fallback

HOUSE = {"building": "house"}


def _settings(towns: ModuleType, **changes: Any) -> Any:
    return towns.config().people_grid.model_copy(update=changes)


def _spread(towns: ModuleType, places: Any, *, streets: Any = None, total: float = 100_000, **changes: Any) -> Any:
    """Spread a total over 3 km by 3 km of street grid; returns cells, grid and study area."""
    area = towns.to_degrees(shapely.box(0, 0, 3000, 3000))
    grid = people.grid_over(area, buffer_m=300, cell_m=100, epsg=towns.EPSG)
    _, edges = streets or towns.grid_tables(31, 31)
    cells = people.from_total(
        Total(residents=total, year=2020, source="made up"),
        grid,
        area,
        places=places,
        edges=edges,
        settings=_settings(towns, **changes),
    )
    assert cells.shape == (grid.rows, grid.columns)
    assert (cells >= 0).all()
    assert cells[_inside(grid, area)].sum() == pytest.approx(total, rel=ONE_PER_MILLE)
    return cells, grid


def _at(towns: ModuleType, spread: Any, x: float, y: float) -> float:
    """Return the residents of the cell at a point of the drawing."""
    cells, grid = spread
    column, row = int((x + towns.EAST - grid.west) // 100), int((grid.north - y - towns.NORTH) // 100)
    return float(cells[row, column])


def _houses(towns: ModuleType, *quarters: tuple[tuple[int, int, int, int], dict[str, str], float]) -> Any:
    """Put a house in the middle of every block of the quarters (west, south, east, north), with tags and width."""
    rows = []
    for (west, south, east, north), tags, width in quarters:
        for x in range(west + 50, east, 100):
            for y in range(south + 50, north, 100):
                rows.append((tags, shapely.box(x - width / 2, y - width / 2, x + width / 2, y + width / 2)))
    return towns.places(*rows)


WEST, EAST = (0, 0, 1500, 3000), (1500, 0, 3000, 3000)


def test_the_fallback_keeps_the_total(towns: ModuleType) -> None:
    _spread(towns, _houses(towns, (WEST, HOUSE, 40), ((1500, 0, 2000, 500), HOUSE | {"building:levels": "9"}, 60)))


def test_without_buildings_people_live_along_the_streets(towns: ModuleType) -> None:
    # the west has the grid, the east a single street
    points = {r * 16 + c + 1: (c * 100.0, r * 100.0) for r in range(31) for c in range(16)}
    pieces = [(a, a + 1, {}) for a in points if a % 16]
    pieces += [(a, a + 16, {}) for a in points if a + 16 in points]
    points |= {9001: (1540.0, 1550.0), 9002: (2940.0, 1550.0)}
    streets = towns.street_tables(points, [*pieces, (9001, 9002, {})])
    spread = _spread(towns, towns.places(), streets=streets)
    assert _at(towns, spread, 2250, 1550) > 0
    assert _at(towns, spread, 2250, 2550) == 0
    # 100 m of street, of 31 and 16 streets in the west and one in the east
    metres = 31 * 1500 + 16 * 3000 + 1400
    assert _at(towns, spread, 2250, 1550) == pytest.approx(100_000 * 100 / metres, rel=0.05)


def test_motorways_and_streets_closed_on_foot_hold_nobody(towns: ModuleType) -> None:
    points = {
        1: (50.0, 550.0),
        2: (2950.0, 550.0),
        3: (50.0, 1550.0),
        4: (2950.0, 1550.0),
        5: (50, 2550),
        6: (2950, 2550),
    }
    pieces = [(1, 2, {}), (3, 4, {"highway": "trunk"}), (5, 6, {"walk": False})]
    spread = _spread(towns, towns.places(), streets=towns.street_tables(points, pieces))
    assert _at(towns, spread, 1500, 550) == pytest.approx(100_000 / 29, rel=0.02)
    assert _at(towns, spread, 1500, 1550) == 0
    assert _at(towns, spread, 1500, 2550) == 0


def _mean(towns: ModuleType, spread: Any, west: float, south: float, east: float, north: float) -> float:
    """Return the mean residents of the cells whose centre lies in a box of the drawing."""
    cells, grid = spread
    x, y = grid.centres()
    x, y = x - towns.EAST, y - towns.NORTH
    return float(cells[(x > west) & (x < east) & (y > south) & (y < north)].mean())


@pytest.mark.parametrize("more", [(HOUSE | {"building:levels": "6"}, 84.85), (HOUSE | {"building:levels": "12"}, 60)])
def test_twice_the_floor_makes_more_people(towns: ModuleType, more: tuple[dict[str, str], float]) -> None:
    # twice the footprint or twice the storeys, where all buildings are mapped; the streets are the same
    spread = _spread(towns, _houses(towns, (WEST, HOUSE | {"building:levels": "6"}, 60), (EAST, *more)))
    west, east = _mean(towns, spread, 600, 600, 900, 2400), _mean(towns, spread, 2100, 600, 2400, 2400)
    # 21,600 m² and 43,200 m² of floor, and 200 m of street that count as 8,000 m², half and half
    assert east / west == pytest.approx((43_200 + 8_000) / (21_600 + 8_000), rel=0.01)


@pytest.mark.parametrize("width", [20, 30, 40, 50, 60, 80])
def test_more_mapped_floor_never_makes_fewer_people(towns: ModuleType, width: int) -> None:
    # two storeys; the streets are the same in both halves of the town
    spread = _spread(towns, _houses(towns, (WEST, HOUSE, 10), (EAST, HOUSE, width)))
    west, east = _mean(towns, spread, 600, 600, 900, 2400), _mean(towns, spread, 2100, 600, 2400, 2400)
    assert east >= 0.995 * west


def test_by_floor_alone_people_follow_the_floor(towns: ModuleType) -> None:
    # enough floor that the quarter counts as mapped all over, and no share by street
    levels = {"building:levels": "6"}, {"building:levels": "9"}
    houses = _houses(towns, (WEST, HOUSE | levels[0], 60), (EAST, HOUSE | levels[1], 60))
    spread = _spread(towns, houses, street_weight=0.0)
    # away from the rim, where every cell around is mapped alike
    assert _at(towns, spread, 2250, 1550) / _at(towns, spread, 750, 1550) == pytest.approx(1.5, rel=1e-6)


def test_by_street_alone_buildings_make_no_difference(towns: ModuleType) -> None:
    with_houses, _ = _spread(towns, _houses(towns, (WEST, HOUSE, 60)), street_weight=1.0)
    without, _ = _spread(towns, towns.places())
    np.testing.assert_allclose(with_houses, without, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["industrial", "warehouse", "factory", "office", "school", "hospital", "retail", "no"])
def test_other_buildings_hold_nobody(towns: ModuleType, kind: str) -> None:
    halls = _houses(towns, (WEST, {"building": kind, "building:levels": "9"}, 80))
    np.testing.assert_allclose(_spread(towns, halls)[0], _spread(towns, towns.places())[0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["yes", "house", "apartments", "residential"])
def test_homes_hold_people(towns: ModuleType, kind: str) -> None:
    # one large house: its cell holds more than the cell beside
    homes = towns.places(({"building": kind, "building:levels": "10"}, shapely.box(1510, 1510, 1590, 1590)))
    spread = _spread(towns, homes)
    assert _at(towns, spread, 1550, 1550) > _at(towns, spread, 1550, 550)


def test_levels_that_are_no_number_count_as_the_default(towns: ModuleType) -> None:
    odd, _ = _spread(towns, _houses(towns, (WEST, HOUSE | {"building:levels": "nhiều"}, 40)))
    plain, _ = _spread(towns, _houses(towns, (WEST, HOUSE, 40)))
    four, _ = _spread(towns, _houses(towns, (WEST, HOUSE | {"building:levels": "4"}, 40)))
    default, _ = _spread(towns, _houses(towns, (WEST, HOUSE, 40)), default_levels=4)
    np.testing.assert_allclose(odd, plain)
    np.testing.assert_allclose(four, default)


def test_a_quarter_without_mapped_buildings_still_has_people(towns: ModuleType) -> None:
    # the same streets everywhere, buildings mapped in the west only: the east is not left empty
    spread = _spread(towns, _houses(towns, (WEST, HOUSE, 45)))
    west, east = _at(towns, spread, 450, 1550), _at(towns, spread, 2550, 1550)
    assert east > 0
    assert 0.4 < west / east < 2.5


def test_a_town_without_streets_has_nobody_and_says_so(towns: ModuleType, tmp_path: Path) -> None:
    """As a box of a table of many that the map does not reach: it must not stop the page of all the others."""
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    grid = people.grid_over(area, buffer_m=300, cell_m=100, epsg=towns.EPSG)
    _, edges = towns.street_tables({1: (5000, 0), 2: (5100, 0)}, [(1, 2, {})])
    total = Total(residents=10, year=2020, source="made up")
    settings = _settings(towns)
    assert people.from_total(total, grid, area, places=towns.places(), edges=edges, settings=settings) is None

    tables.write(towns.places(), TABLES["places"], tmp_path / "places.parquet", provenance={})
    tables.write(edges, TABLES["street_edges"], tmp_path / "edges.parquet", provenance={})
    files = people.PeopleFiles(tmp_path / "places.parquet", tmp_path / "edges.parquet")
    given = People.model_validate({"total": {"residents": 4321, "year": 2020, "source": "made up"}})
    shared = {"epsg": towns.EPSG, "buffer_m": 300, "files": files, "settings": settings}
    table, found = people.spread_people(area, people=given, **shared)
    tables.check(table, TABLES["people"], where="test")
    assert len(table) == 0
    assert found["people"].startswith("none: no street of the map lies in the study area to spread 4,321 residents")
    # nor is that a source to compare another with
    wards = towns.frame([{"pop": 50, "geometry": shapely.box(-500, -500, 1500, 1500)}], ["pop"])
    other = dataclasses.replace(files, table=_write_table(tmp_path / "t.gpkg", wards))
    both = People.model_validate(given.model_dump() | {"table": POLYGONS | {"file": str(other.table)}})
    assert people.other_sources(area, people=both, **{**shared, "files": other}) == {}


# ---------------------------------------------------------------- the table


def test_the_table_holds_the_cells_with_residents(towns: ModuleType) -> None:
    area = towns.to_degrees(shapely.box(0, 0, 500, 500))
    grid = people.grid_over(area, buffer_m=250, cell_m=100, epsg=towns.EPSG)
    cells = np.zeros((grid.rows, grid.columns))
    column = int((towns.EAST - grid.west) / 100)
    row = int((grid.north - towns.NORTH) / 100) - 1  # the cell whose south-west corner is the origin
    cells[row, column] = 12.5
    cells[row, column - 2] = 3.0  # in the buffer
    cells[0, 0] = 99.0  # the corner of the grid lies beyond the round buffer
    table = people.people_frame(cells, grid, area, buffer_m=250)
    tables.check(table, TABLES["people"], where="test")
    rows = {
        cell: (n, inside) for cell, n, inside in zip(table["cell_id"], table["residents"], table["inside"], strict=True)
    }
    assert rows == {f"{row}_{column}": (12.5, True), f"{row}_{column - 2}": (3.0, False)}
    centre = table.set_index("cell_id").geometry[f"{row}_{column}"]
    expected = towns.to_degrees(towns.at(50, 50))
    assert (centre.x, centre.y) == pytest.approx((expected.x, expected.y), abs=1e-9)


def test_a_city_without_any_source_has_an_empty_table(towns: ModuleType) -> None:
    area = towns.to_degrees(shapely.box(0, 0, 500, 500))
    table, found = people.spread_people(
        area,
        epsg=towns.EPSG,
        buffer_m=250,
        people=People.model_validate({}),
        files=people.PeopleFiles("not read", "not read"),
        settings=PeopleGrid(),
    )
    tables.check(table, TABLES["people"], where="test")
    assert len(table) == 0
    assert found == {"people": "none: config gives neither a raster nor a table nor a total"}


# ---------------------------------------------------------------- population tables

H3_TABLE = {"column": "pop", "h3_column": "cell", "year": 2025, "source": "made up"}
POLYGONS = {"column": "pop", "year": 2025, "source": "made up"}


def _table(path: Path, given: dict[str, Any]) -> PopulationTable:
    return PopulationTable.model_validate({"file": str(path), **given})


def _cells(area: shapely.Geometry, resolution: int = 9) -> list[str]:
    """Return the H3 cells around a study area, asked of h3 alone."""
    middle = area.centroid
    return sorted(h3.grid_disk(h3.latlng_to_cell(middle.y, middle.x, resolution), 20))


def _outlines(ids: list[str]) -> list[shapely.Polygon]:
    return [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(one)]) for one in ids]


def _expected(shapes: Any, residents: np.ndarray, area: Any) -> float:
    """Add up the residents of shapes (EPSG:4326) by the share of each that lies in the area, on the ellipsoid."""
    geod = Geod(ellps="WGS84")

    def size(shape: Any) -> float:
        return abs(geod.geometry_area_perimeter(shape)[0])

    return sum(n * size(one.intersection(area)) / size(one) for one, n in zip(shapes, residents, strict=True))


def _write_table(path: Path, frame: Any) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".csv":
        pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).to_csv(path, index=False)
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("kind", [".parquet", ".gpkg", ".geojson", ".csv", "plain.parquet", "numbers.parquet"])
def test_h3_tables_keep_their_total(tmp_path: Path, area: Any, grid: people.Grid, kind: str) -> None:
    ids = _cells(area)
    residents = np.random.default_rng(8).uniform(0, 900, len(ids))
    frame: Any = gpd.GeoDataFrame({"cell": ids, "pop": residents}, geometry=_outlines(ids), crs=4326)
    if kind.startswith(("plain", "numbers")):
        frame = pd.DataFrame(frame.drop(columns="geometry"))
    if kind.startswith("numbers"):
        frame["cell"] = [h3.str_to_int(one) for one in ids]
    path = _write_table(tmp_path / f"people{kind}", frame)
    spread = people.from_table(path, _table(path, H3_TABLE), grid, area)
    expected = _expected(_outlines(ids), residents, area)
    assert spread.source_sum == pytest.approx(expected, rel=ONE_PER_MILLE)
    assert spread.cells[_inside(grid, area)].sum() == pytest.approx(expected, rel=ONE_PER_MILLE)
    assert spread.covered == pytest.approx(1)
    assert (spread.cells >= 0).all()


def _wards(towns: ModuleType) -> Any:
    """Draw three wards whose outlines follow no grid line, two of them beyond the study area."""
    shapes = [
        shapely.Polygon([(-900, -1700), (1033, -1700), (777, 3000), (-900, 3000)]),
        shapely.Polygon([(1033, -1700), (3900, -1700), (3900, 411), (917, 428.6)]),
        shapely.MultiPolygon([shapely.Polygon([(917, 428.6), (3900, 411), (3900, 3000), (777, 3000)])]),
    ]
    rows = [
        {"name": name, "pop": n, "geometry": shape}
        for name, n, shape in zip("abc", (4000, 9000, 700), shapes, strict=True)
    ]
    return towns.frame(rows, ["name", "pop"]), shapes


@pytest.mark.parametrize(("kind", "epsg"), [(".gpkg", 32632), (".geojson", 4326), (".parquet", 3857)])
def test_polygon_tables_in_any_crs_keep_their_total(
    towns: ModuleType, tmp_path: Path, area: Any, grid: people.Grid, kind: str, epsg: int
) -> None:
    wards, _ = _wards(towns)
    path = _write_table(tmp_path / f"wards{kind}", wards.to_crs(epsg))
    spread = people.from_table(path, _table(path, POLYGONS), grid, area)
    expected = _expected(wards.geometry, wards["pop"].to_numpy(), area)
    assert spread.source_sum == pytest.approx(expected, rel=ONE_PER_MILLE)
    assert spread.cells[_inside(grid, area)].sum() == pytest.approx(expected, rel=ONE_PER_MILLE)


def test_residents_are_even_within_their_polygon_and_shared_on_its_edge(towns: ModuleType, tmp_path: Path) -> None:
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    grid = people.grid_over(area, buffer_m=300, cell_m=100, epsg=towns.EPSG)
    # 960 m by 1,000 m inside and beyond it; the edge at x = 440 cuts its cells 40 to 60
    west, east = shapely.box(-520, -500, 440, 1500), shapely.box(440, -500, 1440, 1500)
    wards = towns.frame([{"pop": 1920, "geometry": west}, {"pop": 8000, "geometry": east}], ["pop"])
    path = _write_table(tmp_path / "wards.gpkg", wards)
    spread = people.from_table(path, _table(path, POLYGONS), grid, area)
    # 10 and 40 persons in a cell of 100 m, and 0.4 * 10 + 0.6 * 40 on the edge
    for x, n in ((50, 10), (450, 28), (950, 40), (350, 10), (550, 40)):
        assert _at(towns, (spread.cells, grid), x, 550) == pytest.approx(n, rel=2e-3)
    assert spread.source_sum == pytest.approx(
        440 * 1000 * 1920 / (960 * 2000) + 560 * 1000 * 8000 / (1000 * 2000), rel=1e-3
    )


def test_ground_without_a_row_is_told(towns: ModuleType, tmp_path: Path) -> None:
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    path = _write_table(
        tmp_path / "wards.gpkg", towns.frame([{"pop": 100, "geometry": shapely.box(-50, -50, 700, 1050)}], ["pop"])
    )
    table, found = people.spread_people(
        area,
        epsg=towns.EPSG,
        buffer_m=250,
        people=People(table=_table(path, POLYGONS)),
        files=people.PeopleFiles("not read", "not read", table=path),
        settings=PeopleGrid(),
    )
    assert found["people_covered"] == pytest.approx(0.7, abs=1e-3)
    assert "made up; it covers 70\u00a0% of the study area" in found["people"]
    assert table.loc[table["inside"], "residents"].sum() == pytest.approx(100 * 700 * 1000 / (750 * 1100), rel=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.rename(columns={"pop": "persons"}), "no column pop; it has cell, persons"),
        (lambda f: f.rename(columns={"cell": "hex"}), "no column cell; it has hex, pop"),
        (lambda f: f.assign(pop=f["pop"].where(f.index != 3)), r"1 rows without a number \(first: row 4\)"),
        (lambda f: f.assign(pop=f["pop"].astype(str).where(f.index != 2, "many")), "without a number.*row 3"),
        (lambda f: f.assign(pop=f["pop"].where(f.index != 1, -5.0)), r"1 negative rows \(first: row 2\)"),
        (lambda f: f.assign(cell=f["cell"].where(f.index != 5, "8865a4")), "row 6: '8865a4' is not an H3 cell"),
        (lambda f: pd.concat([f, f.iloc[[4]]]), "1 H3 cells stand twice"),
        (
            lambda f: pd.concat([f, pd.DataFrame({"cell": [h3.cell_to_parent(f["cell"].iloc[0], 7)], "pop": [9.0]})]),
            "lies within .* keep one resolution",
        ),
        (lambda f: f.assign(pop=0.0), "holds nobody in the study area"),
        (lambda f: f.assign(cell=sorted(h3.grid_disk(h3.latlng_to_cell(21.0, 105.8, 9), 20))), "does not cover"),
    ],
)
def test_wrong_h3_tables_are_refused(tmp_path: Path, area: Any, grid: people.Grid, change: Any, message: str) -> None:
    ids = _cells(area)
    path = tmp_path / "cells.parquet"
    change(pd.DataFrame({"cell": ids, "pop": np.full(len(ids), 10.0)})).to_parquet(path)
    with pytest.raises(InputError, match=rf"cells\.parquet: .*{message}"):
        people.from_table(path, _table(path, H3_TABLE), grid, area)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: pd.DataFrame(f.drop(columns="geometry")), "cannot be read|no geometry"),
        (lambda f: f.set_crs(None, allow_override=True), "no CRS"),
        (lambda f: f.set_geometry(f.geometry.representative_point()), r"3 rows without a polygon \(first: row 1\)"),
        (
            lambda f: f.assign(geometry=shapely.buffer(f.geometry.to_numpy(), 0.001)),
            r"overlap by \d+\.\d\d km².*count twice",
        ),
        (lambda f: pd.concat([f, f.iloc[[0]]]), "overlap"),
    ],
)
def test_wrong_polygon_tables_are_refused(
    towns: ModuleType, tmp_path: Path, area: Any, grid: people.Grid, change: Any, message: str
) -> None:
    path = tmp_path / "wards.parquet"
    change(_wards(towns)[0]).to_parquet(path)
    with pytest.raises(InputError, match=rf"wards\.parquet: .*({message})"):
        people.from_table(path, _table(path, POLYGONS), grid, area)


def test_a_file_that_is_no_table_is_refused(tmp_path: Path, area: Any, grid: people.Grid) -> None:
    path = tmp_path / "cells.gpkg"
    path.write_text("not a GeoPackage")
    with pytest.raises(InputError, match=r"cells\.gpkg: .*cannot be read"):
        people.from_table(path, _table(path, H3_TABLE), grid, area)


# ---------------------------------------------------------------- which source, and its sum


def _sources(towns: ModuleType, tmp_path: Path) -> tuple[People, dict[str, Any]]:
    """Write a town of 1 km² with 100 persons a cell by the raster, 50 by the table and 1 by the total."""
    raster = _write(tmp_path / "r.tif", np.full((60, 60), 100.0), from_origin(497_500, 23_400, 100, 100))
    wards = towns.frame([{"pop": 50 * 3600, "geometry": shapely.box(-2500, -2500, 3500, 3500)}], ["pop"])
    table = _write_table(tmp_path / "t.gpkg", wards)
    given = {
        "raster": {"file": str(raster), "year": 2020, "source": "the raster"},
        "table": {"file": str(table), "column": "pop", "year": 2021, "source": "the table"},
        "total": {"residents": 100, "year": 2022, "source": "the total"},
    }
    nodes_edges = towns.grid_tables(16, 16)
    tables.write(towns.places(), TABLES["places"], tmp_path / "places.parquet", provenance={})
    tables.write(nodes_edges[1], TABLES["street_edges"], tmp_path / "edges.parquet", provenance={})
    files = {
        "raster": raster,
        "table": table,
        "places": tmp_path / "places.parquet",
        "edges": tmp_path / "edges.parquet",
    }
    return People.model_validate(given), files


@pytest.mark.parametrize(
    ("there", "residents", "source"),
    [
        (("raster", "table"), 10_000, "the raster"),
        (("table",), 5000, "the table"),
        ((), 100, "the total (2022), spread by floor area and streets; a rough estimate"),
    ],
)
def test_the_first_source_that_is_there_counts(
    towns: ModuleType, tmp_path: Path, there: tuple[str, ...], residents: float, source: str
) -> None:
    given, files = _sources(towns, tmp_path)
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    for name in {"raster", "table"} - set(there):
        files[name] = None
    table, found = people.spread_people(
        area, epsg=towns.EPSG, buffer_m=250, people=given, settings=PeopleGrid(), files=people.PeopleFiles(**files)
    )
    inside = table.loc[table["inside"], "residents"].sum()
    assert inside == pytest.approx(residents, rel=ONE_PER_MILLE)
    assert found["people"].startswith(source)
    assert found["people_sum"] == pytest.approx(inside)
    assert found["people_source_sum"] == pytest.approx(residents, rel=ONE_PER_MILLE)
    assert abs(found["people_difference"]) < ONE_PER_MILLE
    missed = [file for name, file in (("raster", "r.tif"), ("table", "t.gpkg")) if name not in there]
    if missed[:1] == ["r.tif"]:
        assert f"; named before it, but not there: {' and '.join(missed)}" in found["people"]
    else:
        assert "not there" not in found["people"]
    # those in the buffer are in the table too, and not in the city's total
    assert table["residents"].sum() > 1.3 * inside


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({"raster": "new.tif"}, ""),
        ({"raster": "old.tif"}, r"people\.raster \(new\.tif\); people\.older_raster serves instead"),
        ({"raster": "old-33b185c2.tif"}, "older_raster serves"),
        ({"table": "t.csv"}, r"raster \(new\.tif\), people\.older_raster \(old\.tif\); people\.table serves instead"),
        ({}, r"people\.table \(t\.csv\); people\.total serves instead"),
    ],
)
def test_sources_that_are_not_there_are_told_before_a_run(there: dict[str, str], said: str) -> None:
    about = {"year": 2020, "source": "x"}
    given = People.model_validate(
        {
            "raster": {"file": "new.tif", **about},
            "older_raster": {"file": "old.tif", "url": "https://example.org/old.tif", **about},
            "table": {"file": "t.csv", "column": "n", "h3_column": "h", **about},
            "total": {"residents": 100, **about},
        }
    )
    text = told_passed_over(given, "hanoi", raster=there.get("raster"), table=there.get("table"))
    assert bool(text) == bool(said)
    assert not said or (text.startswith("config/cities/hanoi.yaml: ") and re.search(said, text))


def test_residents_of_files_that_are_not_there_are_none_and_it_says_why(towns: ModuleType, tmp_path: Path) -> None:
    given, files = _sources(towns, tmp_path)
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    table, found = people.spread_people(
        area,
        epsg=towns.EPSG,
        buffer_m=250,
        people=given.model_copy(update={"total": None}),
        settings=PeopleGrid(),
        files=people.PeopleFiles(files["places"], files["edges"]),
    )
    assert table.empty and found["people"] == "none: what config names is not there (r.tif and t.gpkg)"


def test_a_sum_that_does_not_fit_its_source_is_refused(
    towns: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, files = _sources(towns, tmp_path)
    right = people.from_raster
    monkeypatch.setattr(
        people, "from_raster", lambda *how: dataclasses.replace(right(*how), cells=right(*how).cells * 1.002)
    )
    area = towns.to_degrees(shapely.box(0, 0, 1000, 1000))
    with pytest.raises(InputError, match=r"r\.tif: the grid holds 10,020 residents.*10,000: \+0\.20% apart"):
        people.spread_people(
            area, epsg=towns.EPSG, buffer_m=250, people=given, settings=PeopleGrid(), files=people.PeopleFiles(**files)
        )


def test_a_street_without_length_carries_nobody(towns: ModuleType) -> None:
    # two junctions on one spot, as real extracts have them
    nodes = {1: (0, 50), 2: (1000, 50), 3: (1000, 50)}
    area = towns.to_degrees(shapely.box(-50, -100, 1050, 200))
    grid = people.grid_over(area, buffer_m=50, cell_m=100, epsg=towns.EPSG)
    total = Total(residents=1000, year=2020, source="made up")
    found = [
        people.from_total(
            total,
            grid,
            area,
            places=towns.places(),
            edges=towns.street_tables(nodes, pieces)[1],
            settings=_settings(towns),
        )
        for pieces in ([(1, 2, {})], [(1, 2, {}), (2, 3, {})])
    ]
    np.testing.assert_allclose(found[1], found[0])


def test_the_sample_town_keeps_its_residents(towns: ModuleType) -> None:
    import json

    from creative_nodes.common.geo import reproject

    folder = towns.ROOT / "tests" / "data" / "sample_town"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    with rasterio.open(folder / "population.tif") as file:
        bounds = shapely.box(*file.bounds)
    # the whole raster as the study area: everybody is counted
    area = reproject(bounds, 32631, 4326)
    grid = people.grid_over(area, buffer_m=500, cell_m=100, epsg=32631)
    cells = people.from_raster(folder / "population.tif", grid, area).cells
    assert cells.sum() == pytest.approx(truth["residents"]["raster"], rel=ONE_PER_MILLE)
