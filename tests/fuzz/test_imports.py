"""Imported lists, spoilt: CSV, GeoJSON, GeoPackage."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from spoiling import as_csv, read_or_told, spoilt, spoilt_rows, spoilt_tree

from creative_nodes.locate.imports import Scope, read_import
from creative_nodes.locate.settings import Import
from creative_nodes.locate.taxonomy import Taxonomies, read_taxonomy

ROOT = Path(__file__).resolve().parents[2]
HEAD = ["name", "lon", "lat", "year", "listing"]
ROWS = [HEAD, *([name, f"121.4{n}", "31.23", "1935", "yes"] for n, name in enumerate(("永安纱厂", "Kho, A", "Usine")))]
RING = [[121.47, 31.23], [121.48, 31.23], [121.48, 31.24], [121.47, 31.23]]
SHAPES = [{"type": "Polygon", "coordinates": [RING]}, {"type": "Point", "coordinates": [121.47, 31.23]}, None]
FEATURES = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"name": f"Kho {n}", "year": 1935 + n}, "geometry": shape}
        for n, shape in enumerate(SHAPES)
    ],
}


@pytest.fixture(scope="module")
def scope():
    names = ("industrial_heritage", "creative_spaces", "amenities")
    taxonomies = Taxonomies(*(read_taxonomy(ROOT / "config" / "taxonomy" / f"{name}.yaml") for name in names))
    area = shapely.box(121.42, 31.18, 121.52, 31.28)
    return Scope.of(area=area, epsg=32651, edge_buffer_m=2000, local_name="上海", taxonomies=taxonomies)


@pytest.fixture(scope="module")
def read(folder, scope):
    def go(file, data):
        (folder / file).write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
        columns = {name: name for name in (HEAD if file.endswith("csv") else ("name", "year"))}
        spec = Import.model_validate({"file": file, "columns": columns, "kind": "heritage", "source": "a book"})
        with read_or_told(file):
            read_import(folder / file, spec, scope)

    return go


@given(rows=spoilt_rows(ROWS))
def test_cells(read, rows):
    read("list.csv", as_csv(rows))


@given(text=spoilt(as_csv(ROWS)))
def test_text(read, text):
    read("list.csv", text)


@given(data=spoilt(as_csv(ROWS).encode()))
def test_bytes(read, data):
    read("list.csv", data)


@given(tree=spoilt_tree(FEATURES, most=3))
def test_values_of_features(read, tree):
    read("list.geojson", json.dumps(tree))


@given(text=spoilt(json.dumps(FEATURES)))
def test_text_of_features(read, text):
    read("list.geojson", text)


@pytest.fixture(scope="module")
def geopackage(folder):
    frame = gpd.GeoDataFrame(
        {"name": ["Kho A", "Kho B"], "year": [1935, 1936]},
        geometry=[shapely.Point(121.47, 31.23), shapely.Polygon(RING)],
        crs=4326,
    )
    frame.to_file(folder / "good.gpkg")
    return (folder / "good.gpkg").read_bytes()


def test_bytes_of_a_geopackage(read, geopackage):
    @given(data=spoilt(geopackage, most=8))
    def spoil(data):
        read("list.gpkg", data)

    spoil()
