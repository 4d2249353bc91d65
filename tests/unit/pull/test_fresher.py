"""Fresher tags: what takes the place of what, what joins, and what a bad file is told."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pytest
import shapely

from creative_nodes.common import InputError, tables
from creative_nodes.pull.fresher import freshen, read_fresher
from creative_nodes.pull.tables import PLACES

EPSG = 32648
AREA = shapely.box(105.84, 21.02, 105.86, 21.04)
HERE, FAR = shapely.Point(105.85, 21.03), shapely.Point(105.99, 21.03)


def feature(osm_id: str, shape: Any = HERE, **tags: Any) -> dict[str, Any]:
    """Write an object as Overpass Turbo does."""
    geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "id": osm_id, "properties": {"@id": osm_id, **tags}, "geometry": geometry}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "timestamp": "2025-09-12T09:03:30Z", "features": list(features), **more}


@pytest.fixture
def written(tmp_path):
    def go(data: Any, name: str = "fresh.geojson") -> Any:
        path = tmp_path / name
        path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return path

    return go


def places(*rows: tuple[str, dict[str, str], str]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "osm_id": [osm_id for osm_id, *_ in rows],
            "tags": [json.dumps(tags) for _, tags, _ in rows],
            "edited": [edited for *_, edited in rows],
            "source": "",
        },
        geometry=[shapely.Point(105.851, 21.031)] * len(rows),
        crs=4326,
    )
    return frame


def run(old: gpd.GeoDataFrame, *files: Any, snapshot: str = "unknown") -> Any:
    found = freshen(old, list(files), snapshot=snapshot, area=AREA, edge_buffer_m=500, epsg=EPSG)
    tables.check(found.places, PLACES, where="test")
    told = {row.osm_id: (json.loads(row.tags), row.edited, row.source) for row in found.places.itertuples()}
    return told, found


def test_all_tags_are_replaced_and_the_shape_stays(written):
    """A tag that is gone is gone, one that is new is there, and the file and its day are told."""
    old = places(("way/1", {"building": "yes", "shop": "toys"}, ""), ("way/2", {"building": "yes"}, ""))
    fresh = read_fresher(written(collection(feature("way/1", building="warehouse", start_date="1932"))))
    told, found = run(old, fresh)
    assert told["way/1"] == (
        {"building": "warehouse", "start_date": "1932"},
        "2025-09-12",
        "fresh.geojson, 2025-09-12",
    )
    assert told["way/2"] == ({"building": "yes"}, "", "")
    assert found.places.geometry.tolist() == old.geometry.tolist()
    assert found.counts == {"fresh.geojson": {"in place of older tags": 1, "new": 0, "older": 0, "outside": 0}}
    assert found.lines() == ["fresh.geojson: 1 in place of older tags, 0 new, 0 older, 0 outside"]
    assert old["source"].tolist() == ["", ""]  # what was read stays as it was


@pytest.mark.parametrize(
    ("edited", "snapshot", "fresher"),
    [
        ("2025-09-12", "2026-01-01", True),  # the object's own day decides
        ("2025-09-13", "2018-01-01", False),
        ("", "2018-01-01", True),
        ("", "2026-01-01", False),
        ("", "unknown", True),
    ],
)
def test_the_later_day_wins(written, edited, snapshot, fresher):
    fresh = read_fresher(written(collection(feature("way/1", building="warehouse"))))
    told, found = run(places(("way/1", {"building": "yes"}, edited)), fresh, snapshot=snapshot)
    assert told["way/1"][0] == {"building": "warehouse" if fresher else "yes"}
    assert found.counts["fresh.geojson"]["older"] == (not fresher)


def test_of_two_files_the_later_wins_whatever_their_order(written):
    one = read_fresher(written(collection(feature("way/1", name="one")), "one.geojson"), date="2024-01-01")
    two = read_fresher(written(collection(feature("way/1", name="two")), "two.geojson"))
    for files in ((one, two), (two, one)):
        told, _ = run(places(("way/1", {}, "")), *files)
        assert told["way/1"][0] == {"name": "two"}


def test_what_is_new_joins_inside_the_area_read_but_no_street(written):
    square = shapely.box(105.85, 21.03, 105.851, 21.031)
    fresh = read_fresher(
        written(
            collection(
                feature("way/9", square, building="factory"),
                feature("node/9", highway="bus_stop", name="Nhà máy"),
                feature("way/8", shapely.LineString([(105.85, 21.03), (105.86, 21.03)]), highway="residential"),
                feature("way/7", FAR, building="factory"),
                feature("way/6", None, building="factory"),
            )
        )
    )
    told, found = run(places(("way/1", {}, "")), fresh)
    assert list(told) == ["node/9", "way/1", "way/9"]
    assert found.places.geometry.iloc[2].equals(square)
    assert found.counts["fresh.geojson"] == {"in place of older tags": 0, "new": 2, "older": 0, "outside": 3}


def test_without_a_file_nothing_changes():
    old = places(("way/1", {"building": "yes"}, "2020-01-01"))
    assert run(old)[1].places.equals(old)


def test_a_wreck_of_a_ring_is_mended(written):
    """A ring that crosses itself is two triangles."""
    corners = [[105.85, 21.03], [105.86, 21.04], [105.86, 21.03], [105.85, 21.04], [105.85, 21.03]]
    bow = {"type": "Polygon", "coordinates": [corners]}
    one = feature("way/9", building="factory") | {"geometry": bow}
    (read,) = read_fresher(written(collection(one))).objects
    assert read.shape.is_valid
    assert read.shape.area == pytest.approx(2 * 0.01 * 0.005 / 2)


ONE = feature("way/1", name="a")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("{", ["is not valid JSON", "Overpass Turbo"]),
        ("[" * 100_000, ["is not valid JSON"]),
        ("[]", ["no GeoJSON FeatureCollection"]),
        (collection(), ["holds no features"]),
        (collection(ONE, timestamp=""), ["of which day", "date"]),
        (collection(ONE, 7), ["feature 2", "no GeoJSON feature"]),
        (collection(ONE, {"properties": {"name": "b"}, "geometry": None}), ["feature 2", "no OSM id", "@id"]),
        (collection(feature("way/0")), ["feature 1", "no OSM id", "'way/0'"]),
        (collection(ONE, feature("way/1")), ["feature 2", "way/1 stands twice", "feature 1"]),
        (collection(feature("way/1", levels=3)), ["feature 1", "tag levels is 3, not a text"]),
        (collection(feature("way/1", shapely.Point(1e6, 2e6))), ["feature 1", "beyond 180"]),
        (collection(ONE | {"geometry": {"type": "Polygon", "coordinates": []}}), ["feature 1", "geometry is empty"]),
        (collection(ONE | {"geometry": {"type": "Blob"}}), ["feature 1", "cannot be read"]),
    ],
)
def test_what_is_wrong_is_named(written, data, words):
    with pytest.raises(InputError) as told:
        read_fresher(written(data))
    for word in ("fresh.geojson", *words):
        assert word in str(told.value)


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_fresher(tmp_path / "none.geojson")
    with pytest.raises(InputError, match="cannot be read"):
        read_fresher(tmp_path)
    (tmp_path / "old.geojson").write_bytes(b'{"a": "\xe0"}')
    with pytest.raises(InputError, match="not UTF-8"):
        read_fresher(tmp_path / "old.geojson")
