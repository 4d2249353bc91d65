"""Names on the drawn map, and the ground around sites."""

import json
import math

import geopandas as gpd
import made_up
import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString, Point, box

from creative_nodes.common import NAME_COLUMNS, messages
from creative_nodes.common.errors import InputError
from creative_nodes.common.geo import buffer_metres, reproject
from creative_nodes.report.city import onmap
from creative_nodes.report.draw import paper, placenames
from creative_nodes.report.draw.packed import steps, written
from creative_nodes.settings import City

EPSG = 32648
AREA = box(105.80, 21.00, 105.86, 21.05)
CITY = City.model_construct(country="VN", languages=[])
NEAR = box(105.82, 21.02, 105.83, 21.03)


def named(tmp_path, *things):
    """Write a table places of (tags, geometry) and read what is named of it."""
    rows = {"osm_id": [f"way/{i}" for i in range(len(things))], "tags": [json.dumps(tags) for tags, _ in things]}
    frame = gpd.GeoDataFrame(rows, geometry=[shape for _, shape in things], crs=4326)
    frame.to_parquet(tmp_path / "places.parquet")
    return placenames.read_named(tmp_path / "places.parquet")


def test_a_street_that_only_touches_the_edge_of_the_map_is_not_named(tmp_path):
    cut = buffer_metres(AREA.envelope, placenames.MARGIN_M, EPSG)
    (lon, lat), far = max(cut.exterior.coords), 0.01
    touching = LineString([(lon, lat), (lon + far, lat)])
    assert touching.intersection(cut).geom_type == "Point"
    both = MultiLineString([touching, [(lon - far, lat), (lon - 2 * far, lat)]])
    told = placenames.place_names(
        named(tmp_path, ({"name": "Hồ", "natural": "water"}, NEAR)),
        streets(("Phố Một", "primary", touching), ("Phố Hai", "primary", both)),
        AREA,
        EPSG,
        near=NEAR,
    )
    assert set(told["name"]) == {"Hồ", "Phố Hai"}


def streets(*things):
    columns = {"name": [name for name, _, _ in things], "highway": [kind for _, kind, _ in things]}
    return gpd.GeoDataFrame(columns, geometry=[line for _, _, line in things], crs=4326)


def told(found, no_streets=None, **options):
    """Collect the names of the map."""
    ways = streets() if no_streets is None else no_streets
    return placenames.place_names(found, ways, AREA, EPSG, **{"near": NEAR, **options})


def test_a_line_beside_one_that_is_left_out_is_kept():
    """The second runs beside the first, the third beside the second alone."""
    apart = 0.9 * placenames.BESIDE_M
    lines = [LineString([(0, k * apart), (1000 - k, k * apart)]) for k in range(3)]
    kept = placenames._runs(np.array([lines[2], lines[0], lines[1]], dtype=object))
    assert [line.wkt for line in kept] == [lines[0].wkt, lines[2].wkt]


def metres(lon, lat):
    return reproject(Point(lon, lat), 4326, EPSG)


def test_the_first_kind_that_fits_takes_a_thing_and_what_is_nameless_or_of_no_kind_is_left_out(tmp_path):
    at = Point(105.83, 21.02)
    found = named(
        tmp_path,
        ({"name": "A", "railway": "station", "historic": "building"}, at),
        ({"railway": "station"}, at),
        ({"name": "Shop", "shop": "books"}, at),
        ({"name": "Ward 1", "boundary": "administrative", "admin_level": "8"}, at.buffer(0.01)),
        ({"name": "A line of it", "boundary": "administrative", "admin_level": "8"}, LineString([at, (105.84, 21.02)])),
        ({"name": "A level elsewhere", "admin_level": "8"}, at.buffer(0.01)),
    )
    assert [(row.name, placenames.KINDS[row.kind].name) for row in found.itertuples(index=False)] == [
        ("A", "station"),
        ("Ward 1", "quarter"),
    ]


def test_a_table_without_the_columns_is_told_by_name(tmp_path):
    gpd.GeoDataFrame({"osm_id": ["way/1"]}, geometry=[AREA], crs=4326).to_parquet(tmp_path / "places.parquet")
    with pytest.raises(InputError, match="lacks column tags"):
        placenames.read_named(tmp_path / "places.parquet")


def test_an_area_is_named_from_the_zoom_at_which_it_measures_its_pixels():
    # OSM wiki, "Zoom levels": a pixel measures 156543.03 m * cos(latitude) / 2^zoom
    pixel = 156543.03 * math.cos(math.radians(21.0)) / 2**13
    assert placenames.first_zoom(np.array([60 * pixel]), np.array([60.0]), 21.0)[0] == pytest.approx(13.0, abs=0.25)
    assert placenames.first_zoom(np.array([0.0]), np.array([60.0]), 21.0)[0] == math.inf


def test_what_has_an_article_is_named_two_zooms_earlier(tmp_path):
    at = Point(105.83, 21.02)
    found = told(
        named(
            tmp_path,
            ({"name": "Plain", "tourism": "museum"}, at),
            ({"name": "Known", "tourism": "museum", "wikidata": "Q1"}, at),
        )
    )
    zoom = dict(zip(found["name"], found["zoom"], strict=True))
    assert zoom["Plain"] - zoom["Known"] == 2
    assert found["zoom"].is_monotonic_increasing


def test_the_pieces_of_a_street_become_one_name_and_its_other_carriageway_none(tmp_path):
    way = [(105.81, 21.02), (105.82, 21.02), (105.84, 21.02)]
    beside = LineString([(x, y + 0.0002) for x, y in way])  # some 22 m off
    ways = streets(
        ("Main", "primary", LineString(way[:2])), ("Main", "primary", LineString(way[1:])), ("Main", "primary", beside)
    )
    found = told(named(tmp_path, ({"name": "Q", "place": "town"}, Point(105.83, 21.02))), ways)
    lines = found[found["kind"] == "street"]
    assert lines["name"].tolist() == ["Main"]
    assert reproject(lines.geometry.iloc[0], 4326, EPSG).length == pytest.approx(
        metres(*way[0]).distance(metres(*way[2])), rel=0.01
    )


def test_small_streets_are_named_around_sites_alone(tmp_path):
    inside = LineString([(105.821, 21.025), (105.829, 21.025)])
    outside = LineString([(105.841, 21.025), (105.849, 21.025)])
    nothing = named(tmp_path, ({"shop": "x"}, Point(105.83, 21.02)))
    ways = streets(("Alley", "residential", inside), ("Lane", "residential", outside), ("Road", "primary", outside))
    assert sorted(told(nothing, ways)["name"]) == ["Alley", "Road"]


def test_a_long_water_is_named_in_each_of_its_pieces_and_outside_the_map_nothing_is(tmp_path):
    river = box(105.80, 21.01, 105.86, 21.02)  # 6.2 km by 1.1 km
    found = told(
        named(
            tmp_path,
            ({"name": "River", "natural": "water"}, river),
            ({"name": "Away", "natural": "water"}, box(107, 21, 107.1, 21.1)),
        )
    )
    assert set(found["name"]) == {"River"} and len(found) >= 3
    assert all(river.covers(point) for point in found.geometry)


def test_names_are_spoken_where_the_map_data_have_them(tmp_path):
    tags = {"name": "Chợ Cũ", "name:en": "Old Market", "name:zh": "旧市", "place": "quarter"}
    drawn = paper.Paper(names=told(named(tmp_path, (tags, Point(105.83, 21.02)))))
    said = {}
    for code in ("en", "vi", "zh"):
        with messages.speaking(code):
            said[code] = onmap.spoken_names(drawn, CITY)
    assert said == {"en": ["Old Market"], "vi": ["Chợ Cũ"], "zh": ["旧市"]}
    assert onmap.names_on_map(drawn) == [["quarter", 13.0, written(steps(Point(105.83, 21.02)))]]
    assert list(drawn.names.columns) == [*NAME_COLUMNS, "kind", "zoom", "geometry"]


def test_without_names_the_map_is_empty_not_broken(tmp_path):
    assert told(named(tmp_path, ({"shop": "x"}, AREA))).empty
    assert onmap.names_on_map(paper.Paper()) == [] and onmap.spoken_names(paper.Paper(), CITY) == []


def test_the_ground_around_a_site_holds_two_hundred_metres_to_each_side():
    ground = paper.around([Point(105.83, 21.02)], EPSG)
    west, south, east, north = reproject(ground, 4326, EPSG).bounds
    assert (east - west, north - south) == pytest.approx((400, 400), rel=0.02)
    assert paper.around([], EPSG).is_empty


def test_around_sites_small_streets_and_buildings_are_drawn_and_nothing_beyond(tmp_path):
    made = made_up.frames()
    made_up.through_files(tmp_path, {name: made[name] for name in ("places", "street_edges")})
    files = tmp_path / "places.parquet", tmp_path / "street_edges.parquet"
    lane = Point(made_up.WEST, made_up.SOUTH + 0.0185)  # the made-up town's fourth street
    ground = paper.around([Point(made_up.WEST, made_up.SOUTH), lane], EPSG)
    found = paper.read_around(*files, ground)
    drawn = paper.draw_around(found, ground, EPSG)
    assert len(drawn["near_buildings"].geoms) == 2  # of the made-up town's
    assert reproject(drawn["near_streets"], 4326, EPSG).length == pytest.approx(400, rel=0.02)
    assert ground.buffer(2e-5).covers(drawn["near_streets"])
    far = paper.around([Point(made_up.WEST + 0.5, made_up.SOUTH)], EPSG)
    assert all(shape.is_empty for shape in paper.draw_around(paper.read_around(*files, far), far, EPSG).values())
