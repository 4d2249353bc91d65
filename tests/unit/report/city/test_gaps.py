"""Where a node would connect most: hexagons, places and sites by network gain, and where they lie in words."""

import geopandas as gpd
import made_up
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod
from shapely.geometry import LineString, Point, box

from creative_nodes.common import messages, tables
from creative_nodes.report.city import gaps as found_gaps
from creative_nodes.report.city import view
from creative_nodes.report.city.onmap import map_data
from creative_nodes.report.city.whereabouts import WAYS, Ground, read_ground, way_words, whereabouts
from creative_nodes.report.draw import maps
from creative_nodes.report.draw.paper import Paper
from creative_nodes.report.tables import TABLES

EPSG = 32648
LON, LAT = 105.83, 21.025


@pytest.fixture(scope="module")
def made():
    made = made_up.frames()
    scales = made["scales"].copy()
    scales.loc[scales["criterion"] == "network_gain", "one"] = 0.04  # so that a gap is bridged from 0.01 spaces
    return made | {"scales": scales}


def city(made, settings):
    return view.city_page(made, made_up.PROVENANCE, settings)


@pytest.fixture(scope="module")
def page(made, settings):
    """The page of the tables as they are, in English."""
    return city(made, settings)


# ---------------------------------------------------------------- gains


def test_hexagons_are_in_classes_by_what_bridges_a_gap_half_the_anchor_and_the_anchor(page):
    told = page.gaps
    assert told.limits == pytest.approx((0.01, 0.02, 0.04))
    # of 0.001, 0.02, 0.05, 0.012, 0.006 and missing: the first is written as "under 0.01" and stays blank
    assert told.gains == (0.05, 0.02, 0.012, 0.006)
    assert told.kinds == ("gain4", "gain3", "gain2", "gain1")
    assert len(told.shapes) == 4


def test_neighbours_tell_one_gap_and_what_is_too_little_tells_none(made, settings, page):
    # the second, third and fourth strip bridge one; they touch each other in turn
    spots = page.gaps.spots
    assert [(spot.row, spot.gain) for spot in spots] == [(0, "0.05 spaces")]
    reference = made["reference"].copy()
    reference.loc[reference["place_id"] == "88435", "network_gain"] = 0.011
    spots = city(made | {"reference": reference}, settings).gaps.spots
    assert [spot.gain for spot in spots] == ["0.05 spaces", "0.01 spaces"]


def test_places_that_would_bridge_a_gap_are_drawn_and_no_others(made, page):
    places = made["reference"][made["reference"]["kind"] == "place"]
    told = page.gaps.places
    assert len(told) == int((places["network_gain"] >= 0.01).sum()) > 0
    assert min(gain for gain, _, _ in told) >= 0.01


def test_sites_are_listed_by_their_hexagon_with_what_they_add_themselves(made, page):
    told = page
    own = dict(zip(made["candidates"]["site_id"], made["candidates"]["network_gain"], strict=True))
    strips = made["reference"][made["reference"]["kind"] == "hexagon"]
    points = {card.site_id: Point(card.lon, card.lat) for card in told.sites}
    there = {
        site: strips.loc[strips.contains(point), "network_gain"].max(skipna=False) for site, point in points.items()
    }
    wanted = {site for site in points if max(np.nan_to_num(there[site]), np.nan_to_num(own[site])) >= 0.01}
    survey = {"0.02 spaces", "0.05 spaces", "0.01 spaces", "under 0.01 spaces"}
    listed = told.gaps.standing
    assert len(listed) == found_gaps.STANDING and told.gaps.more and not told.gaps.none
    assert [row.there for row in listed] == sorted((row.there for row in listed), reverse=True)
    assert {row.name for row in listed if row.list_words != "survey list"} <= {
        card.name for card in told.sites if card.site_id in wanted
    }
    assert {row.there for row in listed} <= survey
    n = int(told.gaps.more.split(" ")[0])
    assert n + len(listed) >= len(wanted)


def test_where_no_site_stands_in_a_gap_that_is_said(made, settings):
    reference = made["reference"].assign(network_gain=0.0)
    reference.loc[reference["place_id"] == "88430", "network_gain"] = 0.02
    away = {name: made[name].assign(network_gain=0.0) for name in ("candidates", "survey_candidates")}
    first = box(made_up.WEST, made_up.SOUTH, made_up.WEST + 0.001, made_up.SOUTH + 0.001)
    reference.loc[reference["place_id"] == "88430", "geometry"] = gpd.GeoSeries([first], crs=4326).iloc[0]
    told = city(made | away | {"reference": reference}, settings).gaps
    assert told.standing == () and told.none == "No candidate and no survey site stands where a node would."


@pytest.mark.parametrize("lacking", ["reference", "scales"])
def test_without_measured_places_nothing_is_told(made, settings, lacking):
    page = city(made | {lacking: tables.empty(TABLES[lacking])}, settings)
    assert page.gaps is None
    layers = maps.build(map_data(page, Paper())).shapes
    assert not [name for name in layers if name.startswith("gain")]


def test_the_headline_names_the_places_where_no_candidate_bridges_a_gap(made, settings):
    low = made | {"candidates": made["candidates"].assign(network_gain=0.001)}
    page = city(low, settings)
    assert page.answer.lead.startswith("No candidate bridges a gap")
    assert f"On this map a node would bridge a gap here: {page.gaps.spots[0].where}." in page.answer.beside[0]
    wanted = {
        "vi": "Trên bản đồ này, một hạt nhân sáng tạo sẽ nối được khoảng trống ở đây:",
        "zh": "按此地图，节点在以下位置能够弥合断档：",
    }
    for code, words in wanted.items():
        with messages.speaking(code):
            spoken = city(low, settings)
        assert f"{words}{'' if code == 'zh' else ' '}{spoken.gaps.spots[0].where}" in spoken.answer.beside[0]


def test_the_legend_tells_the_limits_that_are_used_in_every_language(made, settings, page):
    wanted = {"en": ("under 0.01", "under 0.02", "under 0.04", "more"), "vi": ("dưới 0,01",), "zh": ("低于0.01",)}
    for code, words in wanted.items():
        with messages.speaking(code):
            legend = maps.build(map_data(page if code == "en" else city(made, settings), Paper())).legend
        label = legend["feature_group_gains"]
        assert all(word in label for word in words), label
        assert label.count("sw-gain") == 6  # the title, four classes, the places


# ---------------------------------------------------------------- where it lies


@pytest.mark.parametrize("turn", range(8))
def test_ways_are_those_of_a_geodesic(turn):
    azimuth = 45.0 * turn
    east, north = 800 * np.sin(np.radians(azimuth + 20)), 800 * np.cos(np.radians(azimuth + 20))
    assert way_words("A", east, north) == messages.say(WAYS[turn], name="A", away=800.0)


def quarters(*made):
    rows = [{"name": n, "name_en": e, "name_vi": "", "name_zh": "", "geometry": g} for n, e, g in made]
    return gpd.GeoDataFrame(rows, columns=["name", "name_en", "name_vi", "name_zh", "geometry"], crs=4326)


def spaces(*made):
    return quarters(*made)


NOTHING = Ground(quarters(), gpd.GeoDataFrame({"name": []}, geometry=[], crs=4326))


def words(settings, lon, lat, *, ground=NOTHING, creative=None):
    return whereabouts(ground, spaces() if creative is None else creative, settings.clusters, EPSG).words(lon, lat)


def test_a_point_is_told_by_the_nearest_named_space_as_far_as_a_geodesic_says(settings):
    lon, lat, _ = Geod(ellps="WGS84").fwd(LON, LAT, 135, 700)
    creative = spaces(("Xưởng A", "Studio A", Point(LON, LAT)), ("", "", Point(lon, lat)))
    assert words(settings, lon, lat, creative=creative) == "700 m south-east of Studio A"
    with messages.speaking("vi"):
        assert words(settings, lon, lat, creative=creative) == "cách Xưởng A 700 m về phía đông nam"
    with messages.speaking("zh"):
        assert words(settings, lon, lat, creative=creative) == "Xưởng A东南方向700米"
    assert words(settings, LON, LAT, creative=creative) == "beside Studio A"


def test_a_street_near_by_and_the_quarter_with_the_area_around_it_come_first(settings):
    ward = box(LON - 0.005, LAT - 0.005, LON + 0.005, LAT + 0.005)
    district = box(LON - 0.05, LAT - 0.05, LON + 0.05, LAT + 0.05)
    street = LineString([(LON - 0.01, LAT + 0.001), (LON + 0.01, LAT + 0.001)])
    ground = Ground(
        quarters(("Quận 5", "District 5", district), ("Phường 7", "Ward 7", ward)),
        gpd.GeoDataFrame({"name": ["Trần Hưng Đạo"]}, geometry=[street], crs=4326),
    )
    assert words(settings, LON, LAT, ground=ground) == "by Trần Hưng Đạo (Ward 7, District 5)"
    assert words(settings, LON, LAT - 0.004, ground=ground) == "Ward 7, District 5"  # 550 m from the street
    with messages.speaking("zh"):
        assert words(settings, LON, LAT, ground=ground) == "Trần Hưng Đạo附近（Quận 5 Phường 7）"


def test_where_nothing_has_a_name_none_is_invented(settings):
    assert words(settings, LON, LAT) == "at 21.0250 N, 105.8300 E"
    assert words(settings, LON, LAT, ground=None) == "at 21.0250 N, 105.8300 E"


def test_quarters_and_main_streets_are_read_from_the_tables(tmp_path):
    made = made_up.frames()
    named = {
        '{"place": "quarter", "name": "Xóm Lưới", "name:en": "Net Hamlet"}': Point(LON, LAT),
        '{"boundary": "administrative", "admin_level": "8", "name": "Phường Một"}': box(LON, LAT, LON + 1, LAT + 1),
        '{"place": "city", "name": "Hà Nội"}': Point(LON, LAT),
        '{"amenity": "cafe", "name": "place"}': Point(LON, LAT),
    }
    rows = {
        "osm_id": [f"node/{i}" for i in range(4)],
        "tags": list(named),
        "edited": ["2024-01-02"] * 4,
        "source": [""] * 4,
    }
    places = gpd.GeoDataFrame(rows, geometry=list(named.values()), crs=4326)
    streets = made["street_edges"].assign(name=["A", "B", "", "D"] * 2)
    made_up.through_files(tmp_path, {"places": places, "street_edges": streets})
    ground = read_ground(tmp_path / "places.parquet", tmp_path / "street_edges.parquet")
    assert ground.quarters["name"].tolist() == ["Xóm Lưới", "Phường Một"]
    assert ground.quarters["name_en"].tolist() == ["Net Hamlet", ""]
    assert ground.streets["name"].tolist() == ["A", "B"] * 2  # primary and tertiary; a residential street is none
    assert pd.isna(tables.empty(TABLES["reference"])["network_gain"]).all()
