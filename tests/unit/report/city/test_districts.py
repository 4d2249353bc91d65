"""The district of a site: the smallest area of level 6 that holds it, and nothing where there is none."""

import json

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box

from creative_nodes.common.errors import InputError
from creative_nodes.report.city.districts import districts_of, read_districts


def written(folder, *places):
    """Write rows of the table places: tags and geometry."""
    frame = gpd.GeoDataFrame(
        {"osm_id": [f"way/{i}" for i in range(len(places))], "tags": [json.dumps(tags) for tags, _ in places]},
        geometry=[shape for _, shape in places],
        crs=4326,
    )
    frame.to_parquet(folder / "places.parquet")
    return folder / "places.parquet"


def level(value, name):
    return {"boundary": "administrative", "admin_level": value, "name": name}


@pytest.fixture
def districts(tmp_path):
    path = written(
        tmp_path,
        (level("6", "Quận <1>"), box(0, 0, 4, 4)),
        (level("6", "Phường 2"), box(2, 2, 3, 3)),
        (level("4", "the whole city"), box(-9, -9, 9, 9)),
        (level("6", ""), box(5, 5, 6, 6)),
        (level("6", "a line"), LineString([(0, 0), (1, 1)])),
        ({"boundary": "protected_area", "admin_level": "6", "name": "a park"}, box(0, 0, 9, 9)),
    )
    return read_districts(path)


def test_only_named_areas_of_level_six_are_districts(districts):
    assert districts["name"].tolist() == ["Quận <1>", "Phường 2"]


def test_a_point_lies_in_the_smallest_area_that_holds_it(districts):
    assert districts_of([(1, 1), (2.5, 2.5), (5.5, 5.5)], districts) == ["Quận <1>", "Phường 2", ""]


def test_without_districts_no_point_has_one(districts, tmp_path):
    none = read_districts(written(tmp_path, ({"name": "a house"}, box(0, 0, 1, 1))))
    assert len(none) == 0 and none.crs == 4326
    assert districts_of([(1, 1)], none) == districts_of([(1, 1)], None) == [""]
    assert districts_of([], districts) == []


def test_a_table_without_tags_is_named(tmp_path):
    gpd.GeoDataFrame({"osm_id": ["way/1"]}, geometry=[box(0, 0, 1, 1)], crs=4326).to_parquet(tmp_path / "odd.parquet")
    with pytest.raises(InputError, match="lacks column tags"):
        read_districts(tmp_path / "odd.parquet")
