from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from creative_nodes.common.errors import InputError
from creative_nodes.pull.boundary import study_area
from creative_nodes.pull.osm_file import node_positions
from creative_nodes.pull.settings import Boundary

CORNERS = {1: (0, 0), 2: (4, 0), 3: (4, 4), 4: (0, 4), 5: (1, 1), 6: (2, 1), 7: (2, 2), 8: (1, 2)}
RING = {10: [1, 2, 3], 11: [3, 4, 1], 12: [5, 6, 7, 8, 5]}
MEMBERS = [("w", 10, "outer"), ("w", 11, "outer"), ("w", 12, "inner"), ("n", 1, "label"), ("r", 99, "subarea")]


def area_of(boundary: dict, source: Path | None, root: Path):
    if source is None:
        return study_area(Boundary(**boundary), None, city="town", cache=root, root=root)
    with node_positions(source, scratch=root) as positions:
        return study_area(Boundary(**boundary), positions, city="town", cache=root, root=root)


@pytest.mark.parametrize("kind", ["boundary", "multipolygon"])
def test_relation_with_a_hole(write_osm, tmp_path: Path, kind: str) -> None:
    town = write_osm(CORNERS, RING, {20: ({"type": kind}, MEMBERS), 21: ({"type": kind}, MEMBERS[:1])})
    area = area_of({"relation": 20}, town, tmp_path)
    expected = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    assert area.equals(expected)


def test_relation_of_two_parts(write_osm, tmp_path: Path) -> None:
    members = [("w", 10, "outer"), ("w", 11, "outer"), ("w", 13, "outer")]
    corners = {**CORNERS, 31: (6, 6), 32: (7, 6), 33: (7, 7)}
    town = write_osm(corners, {**RING, 13: [31, 32, 33, 31]}, {20: ({"type": "boundary"}, members)})
    area = area_of({"relation": 20}, town, tmp_path)
    assert area.geom_type == "MultiPolygon"
    assert area.area == pytest.approx(16.5)


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        (20, r"does not make an area: 1 of its 3 ways are missing"),
        (21, r"does not make an area: its ways do not form closed rings"),
        (22, r"is of type route, not a boundary"),
        (23, r"relation 23 is not in town\.osm"),
        (24, r"does not make an area"),
        (25, r"does not make an area"),
    ],
)
def test_broken_relation_names_the_key(write_osm, tmp_path: Path, relation: int, said: str) -> None:
    town = write_osm(
        CORNERS,
        {**RING, 14: [1, 2, 998, 997, 1]},
        {
            20: ({"type": "boundary"}, [("w", 10, "outer"), ("w", 777, "outer"), ("w", 12, "inner")]),
            21: ({"type": "boundary"}, [("w", 10, "outer")]),
            22: ({"type": "route"}, MEMBERS),
            24: ({"type": "boundary"}, []),
            25: ({"type": "boundary"}, [("w", 14, "outer")]),
        },
    )
    with pytest.raises(InputError, match=said) as error:
        area_of({"relation": relation}, town, tmp_path)
    assert str(error.value).startswith("config/cities/town.yaml: boundary.relation: ")
    assert "boundary.bbox" in str(error.value)


def test_box(tmp_path: Path) -> None:
    assert area_of({"bbox": (1, 2, 3, 4)}, None, tmp_path).bounds == (1, 2, 3, 4)


@pytest.mark.parametrize("name", ["area.geojson", "area.gpkg"])
def test_polygon_file_in_any_crs(tmp_path: Path, name: str) -> None:
    box = shapely.box(105.8, 21.0, 105.9, 21.1)
    frame = gpd.GeoDataFrame(geometry=[box], crs=4326)
    frame = frame if name.endswith("json") else frame.to_crs(32648)
    frame.to_file(tmp_path / name)
    area = area_of({"polygon": name}, None, tmp_path)
    assert area.symmetric_difference(box).area < 1e-9


def test_touching_polygons_become_one(tmp_path: Path) -> None:
    halves = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    gpd.GeoDataFrame(geometry=halves, crs=4326).to_file(tmp_path / "a.geojson")
    area = area_of({"polygon": "a.geojson"}, None, tmp_path)
    assert area.geom_type == "Polygon"
    assert area.equals(shapely.box(0, 0, 2, 1))


def test_bow_tie_is_mended(tmp_path: Path) -> None:
    tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    gpd.GeoDataFrame(geometry=[tie], crs=4326).to_file(tmp_path / "a.geojson")
    area = area_of({"polygon": "a.geojson"}, None, tmp_path)
    assert area.is_valid
    assert area.area == pytest.approx(0.5)


def test_polygon_file_with_something_else(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326).to_file(tmp_path / "point.geojson")
    (tmp_path / "text.geojson").write_text("no")
    (tmp_path / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    for name, said in [
        ("point.geojson", "polygons only, it has Point"),
        ("text.geojson", "not a readable"),
        ("none.geojson", "holds no polygon"),
        ("gone.geojson", "no such file"),
    ]:
        with pytest.raises(InputError, match=rf"town\.yaml: boundary\.polygon: .*{said}"):
            area_of({"polygon": name}, None, tmp_path)
