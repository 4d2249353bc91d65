"""Rasters of every making: the same persons from each, or the reason why not."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine, from_origin

from creative_nodes.common.errors import InputError
from creative_nodes.people.grid import Grid, grid_over
from creative_nodes.people.raster import from_raster

CELL = 100.0
CRS = "EPSG:32631"


@pytest.fixture
def area(towns: ModuleType) -> shapely.Geometry:
    found: shapely.Geometry = towns.to_degrees(shapely.Polygon([(0, -1000), (1500, -1000), (1500, 450), (0, 700)]))
    return found


@pytest.fixture
def grid(towns: ModuleType, area: shapely.Geometry) -> Grid:
    return grid_over(area, buffer_m=200, cell_m=100, epsg=towns.EPSG)


@pytest.fixture
def north_west(grid: Grid) -> tuple[float, float]:
    return grid.west - 10 * CELL, grid.north + 10 * CELL


@pytest.fixture
def persons(grid: Grid) -> np.ndarray:
    """Persons by cell of a raster larger than the grid, more of them to the north-east."""
    rows, columns = grid.rows + 20, grid.columns + 20
    values: np.ndarray = np.add.outer(np.arange(rows)[::-1] * 3, np.arange(columns) * 2).astype("float64")
    return values


def _write(path: Path, bands: list[np.ndarray], transform: Affine, *, nodata: float | None = None) -> Path:
    first = bands[0]
    profile = {"height": first.shape[0], "width": first.shape[1], "count": len(bands), "dtype": first.dtype}
    with rasterio.open(path, "w", driver="GTiff", **profile, crs=CRS, transform=transform, nodata=nodata) as file:
        for number, band in enumerate(bands, start=1):
            file.write(band, number)
    return path


def test_every_direction_and_scale_gives_the_same_people(tmp_path, grid, area, persons, north_west):
    west, north = north_west
    rows, columns = persons.shape
    plain = from_origin(west, north, CELL, CELL)
    expected = from_raster(_write(tmp_path / "plain.tif", [persons], plain), grid, area)
    south, east = north - rows * CELL, west + columns * CELL
    made = {
        "south up": ([persons[::-1]], Affine(CELL, 0, west, 0, CELL, south)),
        "mirrored": ([persons[:, ::-1]], Affine(-CELL, 0, east, 0, -CELL, north)),
        "both": ([persons[::-1, ::-1]], Affine(-CELL, 0, east, 0, CELL, south)),
    }
    for name, (bands, transform) in made.items():
        found = from_raster(_write(tmp_path / f"{name}.tif", bands, transform), grid, area)
        np.testing.assert_allclose(found.cells, expected.cells, rtol=1e-9, err_msg=name)
    scaled = _write(tmp_path / "scaled.tif", [(persons * 100 - 500).astype("int32") * 1 + 100_000], plain)
    with rasterio.open(scaled, "r+") as file:
        file.scales, file.offsets = (0.01,), (-995.0,)
    np.testing.assert_allclose(from_raster(scaled, grid, area).cells, expected.cells, rtol=1e-9)


def test_bands_are_added_up_as_config_says_and_never_by_guess(tmp_path, grid, area, persons, north_west):
    transform = from_origin(*north_west, CELL, CELL)
    expected = from_raster(_write(tmp_path / "one.tif", [persons], transform), grid, area)
    path = _write(tmp_path / "two.tif", [persons * 0.4, persons * 0.6], transform)
    with pytest.raises(InputError, match=r"two\.tif: .*2 bands.*people\.raster\.bands"):
        from_raster(path, grid, area)
    np.testing.assert_allclose(from_raster(path, grid, area, bands=[1, 2]).cells, expected.cells, rtol=1e-9)
    assert from_raster(path, grid, area, bands=[1]).source_sum == pytest.approx(0.4 * expected.source_sum)
    with pytest.raises(InputError, match="there is no band 3"):
        from_raster(path, grid, area, bands=[3])


@pytest.mark.parametrize("dtype", ["uint16", "int32", "uint8"])
def test_the_largest_integer_is_refused_until_it_is_declared(tmp_path, grid, area, persons, north_west, dtype):
    transform, most = from_origin(*north_west, CELL, CELL), np.iinfo(dtype).max
    values = np.minimum(persons, 200).astype(dtype)
    values[12:14, 12] = most
    with pytest.raises(InputError, match=rf"odd\.tif: .* 2 cells of {most:,}.*-a_nodata {most}"):
        from_raster(_write(tmp_path / "odd.tif", [values], transform), grid, area)
    found = from_raster(_write(tmp_path / "declared.tif", [values], transform, nodata=most), grid, area)
    assert found.source_sum < 1e6


@pytest.mark.parametrize("value", [65535.0, 3.4e38, 1e20])
def test_more_people_than_any_city_has_are_refused(tmp_path, grid, area, persons, north_west, value):
    values = persons.copy()
    values[12, 12] = value
    with pytest.raises(InputError, match=r"1 cells with more than 5 persons per m²"):
        from_raster(_write(tmp_path / "odd.tif", [values], from_origin(*north_west, CELL, CELL)), grid, area)


def test_a_turned_raster_and_no_raster_are_refused(tmp_path, grid, area, persons, north_west):
    turned = from_origin(*north_west, CELL, CELL) @ Affine.rotation(10)
    with pytest.raises(InputError, match=r"turned.*gdalwarp"):
        from_raster(_write(tmp_path / "turned.tif", [persons], turned), grid, area)
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(InputError, match=r"text\.tif: not a readable raster"):
        from_raster(tmp_path / "text.tif", grid, area)
    (tmp_path / "folder.tif").mkdir()
    with pytest.raises(InputError, match=r"folder\.tif: not a readable raster"):
        from_raster(tmp_path / "folder.tif", grid, area)
