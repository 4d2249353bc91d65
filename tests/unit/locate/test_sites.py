"""Locating in a small made town, and in the sample town against its truth (METHOD section 2)."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.common.geo import reproject, reproject_xy
from creative_nodes.locate.registry import Known, read_registry
from creative_nodes.locate.setting import look_around
from creative_nodes.locate.sites import locate
from creative_nodes.locate.survey_list import survey_list
from creative_nodes.pull.read import read_osm
from creative_nodes.report.tables import TABLES
from creative_nodes.settings import load_config, load_settings

EPSG = 32648
EAST, NORTH = (float(v[0]) for v in reproject_xy(np.array([105.85]), np.array([21.03]), 4326, EPSG))
AREA_M = 5000  # the study area is a square of twice this side round the middle
BUFFER_M = 2000


def box(east, north, size=50.0):
    return shapely.box(EAST + east, NORTH + north, EAST + east + size, NORTH + north + size)


def point(east, north):
    return shapely.Point(EAST + east, NORTH + north)


def row(registry_id, name, kind="heritage", at=(0, 0), **changes):
    lon = lat = None
    if at is not None:
        x, y = reproject_xy(np.array([EAST + at[0]]), np.array([NORTH + at[1]]), EPSG, 4326)
        lon, lat = float(x[0]), float(y[0])
    given = {
        "registry_id": registry_id,
        "name": name,
        "kind": kind,
        "heritage_class": "" if kind == "creative" else "warehouse",
        "domain": "" if kind == "heritage" else "creative_hub",
        "tier": "" if kind == "heritage" else "core",
        "status": "in_use",
        "lon": lon,
        "lat": lat,
        "precision": "site",
        "source": "a book",
    }
    return Known.model_validate({**given, **changes})


EDITED = "2021-05-04"  # of every object


@pytest.fixture
def run(taxonomies, settings):
    """Locate in objects {osm_id: (shape in metres, tags)}, and check the doors."""

    def go(objects, known=(), **changes):
        shapes = np.array([shape for shape, _ in objects.values()], dtype=object)
        places = gpd.GeoDataFrame(
            {
                "osm_id": list(objects),
                "tags": [json.dumps(tags) for _, tags in objects.values()],
                "edited": EDITED,
                "source": "",
            },
            geometry=reproject(shapes, EPSG, 4326),
            crs=4326,
        )
        area = shapely.box(EAST - AREA_M, NORTH - AREA_M, EAST + AREA_M, NORTH + AREA_M)
        found = locate(
            places,
            taxonomies,
            known=list(known),
            settings=settings.model_copy(update=changes),
            area=reproject(area, EPSG, 4326),
            edge_buffer_m=BUFFER_M,
            epsg=EPSG,
        )
        for name in ("heritage", "creative", "amenities", "registry", "grounds"):
            if len(getattr(found, name)):  # empty ones have a test of their own
                tables.check(getattr(found, name), TABLES[name], where=name)
        return found

    return go


def only(frame):
    assert len(frame) == 1, frame.iloc[:, :3]
    return frame.iloc[0]


def ids(frame):
    return {osm_id for some in frame["osm_ids"] for osm_id in some}


MILL = {"building": "industrial", "name": "Nhà máy sợi", "start_date": "1905"}
GALLERY = {"tourism": "gallery", "name": "Phòng tranh"}

# ---------------------------------------------------------------- what a site is


def test_a_museum_in_an_old_power_station_is_converted_heritage_and_a_creative_space(run):
    tags = {
        "tourism": "museum",
        "name": "Bảo tàng Mỹ thuật đương đại",
        "old_name": "Nhà máy điện Yên Phụ",
        "start_date": "1932",
        "building": "yes",
    }
    found = run({"way/1": (box(0, 0), tags)})
    site, space = only(found.heritage), only(found.creative)
    assert (site["status"], site["heritage_class"], site["tier"]) == ("converted", "power_water", "high")
    assert (space["domain"], space["osm_ids"]) == ("museum_heritage", ["way/1"])


def test_an_empty_town(run):
    found = run({"node/1": (point(0, 0), {"natural": "tree"})})
    assert [len(getattr(found, name)) for name in ("heritage", "creative", "amenities", "registry")] == [0, 0, 0, 0]


def test_an_empty_town_can_be_written(run, tmp_path):
    found = run({"node/1": (point(0, 0), {"natural": "tree"})})
    for name in ("heritage", "creative", "amenities", "registry"):
        tables.write(getattr(found, name), TABLES[name], tmp_path / f"{name}.parquet", provenance={})
        assert len(tables.read(TABLES[name], tmp_path / f"{name}.parquet")) == 0


def test_a_mill_and_its_figures(run):
    site = only(run({"way/1": (box(0, 0, 50), MILL)}).heritage)
    assert site["site_id"].startswith("h-")
    assert (site["heritage_class"], site["status"], site["in_osm"]) == ("mill_factory", "not_known", True)
    # industrial use 0.25, named as a mill 0.18, built before 1950 0.4
    assert site["confidence"] == pytest.approx(1 - 0.75 * 0.82 * 0.6)
    assert site["tier"] == "medium"
    assert site["area_m2"] == pytest.approx(2500, rel=1e-3)
    assert site["start_year"] == 1905
    assert site["osm_ids"] == ["way/1"]
    assert site["registry_id"] == ""
    assert not site["listed"]
    assert not site["public_land"]


def test_evidence_says_rule_object_and_tag(run):
    objects = {
        "way/1": (box(0, 0, 50), MILL),
        "way/2": (box(50, 0, 20), {"building": "warehouse", "heritage": "2"}),
    }
    site = only(run(objects).heritage)
    entries = json.loads(site["evidence"])
    said = {(one["rule"], one["osm_id"], one["tag"]) for one in entries}
    assert said == {
        ("industrial_use", "way/1", "building=industrial"),
        ("name_factory", "way/1", "name=Nhà máy sợi"),
        ("built_before_1950", "way/1", "start_date=1905"),
        ("warehouse_building", "way/2", "building=warehouse"),
        ("heritage_listed", "way/2", "heritage=2"),
    }
    assert all(one["reason"] for one in entries)
    # of the family of use one counts: 0.25 once
    assert site["confidence"] == pytest.approx(1 - 0.75 * 0.82 * 0.6 * 0.5)
    counted = [one["weight"] for one in entries if one["weight"] > 0]
    assert 1 - np.prod([1 - weight for weight in counted]) == pytest.approx(site["confidence"])
    assert site["listed"]


def test_a_point_has_no_area(run):
    assert pd.isna(only(run({"node/1": (point(0, 0), {"man_made": "gasometer"})}).heritage)["area_m2"])


def test_geometry_is_the_union_of_the_members(run):
    objects = {"way/1": (box(0, 0, 50), MILL), "way/2": (box(25, 0, 50), {"building": "industrial"})}
    site = only(run(objects).heritage)
    assert site["area_m2"] == pytest.approx(75 * 50, rel=1e-3)
    assert set(site["osm_ids"]) == {"way/1", "way/2"}


def test_names_in_four_languages_come_from_the_best_known_member(run):
    plain = {"building": "industrial", "name": "Nhà C", "name:en": "Hall C"}
    famous = {
        "building": "industrial",
        "name": "Nhà máy sợi",
        "name:vi": "Nhà máy sợi",
        "name:zh": "纱厂",
        "wikidata": "Q1",
    }
    objects = {"way/1": (box(0, 0, 90), plain), "way/2": (box(90, 0, 20), famous)}
    site = only(run(objects).heritage)
    assert (site["name"], site["name_en"], site["name_vi"], site["name_zh"]) == (
        "Nhà máy sợi",
        "Hall C",
        "Nhà máy sợi",
        "纱厂",
    )


def test_a_nameless_site_takes_the_names_of_its_registry_row(run):
    known = row("k", "Kho Bến", name_en="Wharf", name_zh="码头", at=(10, 10))
    site = only(run({"way/1": (box(0, 0), {"building": "warehouse"})}, [known]).heritage)
    assert (site["name"], site["name_en"], site["name_vi"], site["name_zh"]) == ("Kho Bến", "Wharf", "", "码头")


@pytest.mark.parametrize("size", [20, 90], ids=["smaller", "larger"])
def test_the_id_stays_when_a_building_is_added(run, size):
    """OSM numbers objects as they are made, so what is added has a higher number of its kind."""
    before = {"way/7": (box(0, 0, 50), MILL)}
    after = {
        "way/8": (box(50, 0, size), {"building": "industrial"}),
        **before,
        "node/1": (point(5, 5), {"man_made": "chimney"}),
        "relation/1": (box(-10, 0, 30), {"landuse": "industrial"}),
    }
    one, other = only(run(before).heritage), only(run(after).heritage)
    assert one["site_id"] == other["site_id"]
    assert len(other["osm_ids"]) == 4


def test_the_same_number_of_node_and_way_give_two_ids(run):
    objects = {"way/1": (box(0, 0), MILL), "node/1": (point(900, 0), {"man_made": "gasometer"})}
    assert len(set(run(objects).heritage["site_id"])) == 2


def test_the_order_of_objects_does_not_matter(run):
    objects = {
        "way/1": (box(0, 0), MILL),
        "way/2": (box(50, 0), {"building": "warehouse", "name": "Kho"}),
        "node/3": (point(300, 0), GALLERY),
        "way/4": (box(900, 0), {"landuse": "brownfield"}),
    }
    known = [row("k", "Kho", at=(60, 10)), row("g", "Phòng tranh", "creative", at=(300, 10))]
    one, other = run(objects, known), run(dict(reversed(objects.items())), known)
    for name in ("heritage", "creative"):
        key = getattr(one, name).columns[0]
        a, b = (getattr(found, name).set_index(key).sort_index() for found in (one, other))
        assert a.drop(columns=["geometry", "osm_ids"]).equals(b.drop(columns=["geometry", "osm_ids"]))
        assert [sorted(some) for some in a["osm_ids"]] == [sorted(some) for some in b["osm_ids"]]


@pytest.mark.parametrize(
    ("tags", "heritage_class"),
    [
        ({"building": "warehouse"}, "warehouse"),
        ({"man_made": "water_tower"}, "power_water"),
        ({"railway": "roundhouse"}, "railway_works"),
        ({"man_made": "kiln"}, "mine_kiln"),
        ({"industrial": "shipyard"}, "dock_shipyard"),
        ({"building": "industrial"}, "unspecified"),
        ({"building": "industrial", "name": "Nhà máy bia"}, "brewery_food"),
        ({"building": "industrial", "name": "Nhà in Tiến Bộ"}, "printing"),
        ({"building": "industrial", "name": "Nhà máy in Tiến Bộ"}, "printing"),
        ({"building": "industrial", "name": "Nhà máy điện"}, "power_water"),
        ({"building": "industrial", "name": "Nhà máy xe lửa"}, "railway_works"),
        ({"building": "industrial", "name": "Cotton mill"}, "mill_factory"),
        ({"building": "yes", "name": "Vườn Bông", "old_name": "Nhà máy sợi"}, "mill_factory"),
        ({"building": "industrial", "name": "造船厂"}, "dock_shipyard"),
        ({"building": "industrial", "name": "啤酒厂"}, "brewery_food"),
    ],
)
def test_class_of_a_site(run, tags, heritage_class):
    assert only(run({"way/1": (box(0, 0), tags)}).heritage)["heritage_class"] == heritage_class


# ---------------------------------------------------------------- status


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        (MILL, "not_known"),
        ({"disused:building": "industrial"}, "vacated"),
        ({"building": "industrial", "abandoned": "yes"}, "vacated"),
        ({"landuse": "brownfield"}, "brownfield"),
        ({"demolished:building": "industrial"}, "lost"),
        ({"razed:man_made": "works", "landuse": "grass"}, "lost"),
    ],
)
def test_status_by_tags(run, tags, status):
    assert only(run({"way/1": (box(0, 0), tags)}).heritage)["status"] == status


@pytest.mark.parametrize(
    "tags",
    [
        {"demolished:building": "industrial", "name": "Nhà máy dệt Hòa Bình"},
        {"razed:building": "factory", "old_name": "Nhà máy dệt Hòa Bình"},
        {"demolished:man_made": "works", "name": "Xưởng in", "start_date": "1932"},
        {"razed:landuse": "industrial", "name": "上海第一毛纺厂旧址"},
    ],
)
def test_a_demolished_works_is_lost_though_its_name_tells_of_industry(run, tags):
    assert only(run({"way/1": (box(0, 0), tags)}).heritage)["status"] == "lost"


@pytest.mark.parametrize(
    ("tags", "changes", "said"),
    [
        (MILL, None, ("not_known", "", "")),
        (MILL | {"operational_status": "operational"}, None, ("in_use", "OpenStreetMap way/1", EDITED)),
        ({"disused:building": "industrial"}, None, ("vacated", "OpenStreetMap way/1", EDITED)),
        (MILL, {"status": "in_use"}, ("in_use", "a book", "")),
        (
            {"disused:building": "industrial"},
            {"status": "to_be_vacated", "status_source": "the council's list", "status_date": "2025-11"},
            ("to_be_vacated", "the council's list", "2025-11"),
        ),
        # a row that does not know leaves the word to the tags
        ({"disused:building": "industrial"}, {"status": "not_known"}, ("vacated", "OpenStreetMap way/1", EDITED)),
    ],
)
def test_a_status_tells_who_says_so_and_when(run, tags, changes, said):
    known = [row("k", "Nhà máy sợi", at=(10, 10), **changes)] if changes else []
    site = only(run({"way/1": (box(0, 0), tags)}, known).heritage)
    assert (site["status"], site["status_source"].split(":")[0], site["status_date"]) == said


def test_a_conversion_is_told_by_the_space_inside(run):
    found = run({"way/1": (box(0, 0), MILL), "node/2": (point(20, 20), {"tourism": "gallery"})})
    site, space = only(found.heritage), only(found.creative)
    assert (site["status"], site["status_source"]) == ("converted", space["space_id"])


def test_a_lost_hall_beside_a_standing_one_does_not_lose_the_site(run):
    objects = {"way/1": (box(0, 0), MILL), "way/2": (box(50, 0, 20), {"razed:building": "industrial"})}
    assert only(run(objects).heritage)["status"] == "not_known"


@pytest.mark.parametrize(
    ("shape", "status"),
    [
        (point(20, 20), "converted"),
        (box(10, 10, 5), "converted"),
        (box(50, 0, 10), "converted"),  # touches
        (point(60, 20), "not_known"),
        (box(200, 0, 10), "not_known"),
    ],
)
def test_creative_use_inside_or_touching_is_conversion(run, shape, status):
    found = run({"way/1": (box(0, 0), MILL), "way/2": (shape, GALLERY)})
    assert only(found.heritage)["status"] == status
    assert only(found.creative)["domain"] == "visual_arts"


def test_a_works_that_is_itself_a_museum_is_converted(run):
    found = run({"way/1": (box(0, 0), {"historic": "factory", "tourism": "museum", "name": "Bảo tàng"})})
    assert only(found.heritage)["status"] == "converted"
    assert only(found.creative)["domain"] == "museum_heritage"


def test_a_lost_creative_row_inside_does_not_convert(run):
    closed = row("z", "Zone 9", "creative", at=(20, 20), status="lost")
    found = run({"way/1": (box(0, 0), MILL)}, [closed])
    assert only(found.heritage)["status"] == "not_known"
    assert len(found.creative) == 0
    assert only(found.registry)["outcome"] == "not located"


@pytest.mark.parametrize("kind", ["creative", "both"])
@pytest.mark.parametrize("precision", ["site", "street", "ward"])
def test_lost_rows_never_make_creative_spaces(run, kind, precision):
    known = row("z", "Zone 9", kind, status="lost", precision=precision)
    found = run({"node/1": (point(5, 5), {"building": "yes", "name": "Zone 9"})}, [known])
    assert len(found.creative) == 0
    assert only(found.registry)["space_id"] == ""


def test_a_lost_heritage_row_stays_history(run):
    found = run({"node/9": (point(900, 900), {"natural": "tree"})}, [row("z", "Kho Z", status="lost")])
    assert set(found.heritage["status"]) <= {"lost"}


def test_a_space_that_is_online_only_is_told_and_becomes_no_place(run):
    web = {"name": "Phòng tranh", "at": None, "remote": "online", "source": "https://example.org"}
    # the gallery of its name stands elsewhere, and stays what the map says of it
    found = run({"node/1": (point(0, 0), GALLERY)}, [row("web", kind="creative", **web)])
    assert (only(found.creative)["registry_id"], len(found.heritage)) == ("", 0)
    told = only(found.registry)
    assert (told["outcome"], told["space_id"], told["site_id"]) == ("online only", "", "")
    assert pd.isna(told["lon"]) and told["tier"] == "core"
    assert str(found) == "0 industrial sites, 1 creative spaces; 1 online only"


def test_a_space_that_was_online_only_and_is_closed_is_history(run):
    web = {"name": "Phòng tranh", "at": None, "remote": "online", "source": "https://example.org", "status": "lost"}
    found = run({"node/1": (point(0, 0), GALLERY)}, [row("web", kind="creative", **web)])
    assert only(found.registry)["outcome"] == "not located"
    assert str(found) == "0 industrial sites, 1 creative spaces"


def test_the_registry_knows_the_status_better(run):
    known = row("k", "Nhà máy sợi", status="vacated", at=(10, 10))
    assert only(run({"way/1": (box(0, 0), MILL)}, [known]).heritage)["status"] == "vacated"


# ---------------------------------------------------------------- registry


def test_a_matched_row_adds_evidence(run):
    known = row("k", "NHA MAY SOI", at=(10, 10), heritage_class="mill_factory", source="Sở Văn hóa, 2019")
    found = run({"way/1": (box(0, 0), MILL)}, [known])
    site = only(found.heritage)
    assert site["registry_id"] == "k"
    assert site["confidence"] == pytest.approx(1 - 0.75 * 0.82 * 0.6 * 0.2)
    entry = next(one for one in json.loads(site["evidence"]) if one["weight"] == 0.8)
    assert "Sở Văn hóa, 2019" in entry["tag"]
    told = only(found.registry)
    assert (told["outcome"], told["site_id"], told["space_id"]) == ("in OSM", site["site_id"], "")
    assert told["match_score"] == 1
    assert told["match_m"] == 0
    assert "way/1" in told["reason"]


def test_an_unmatched_row_of_precision_site_becomes_a_site(run):
    known = row("k", "Kho Bến", name_en="Wharf", at=(100, 200))
    found = run({"node/1": (point(900, 900), {"natural": "tree"})}, [known])
    site = only(found.heritage)
    assert not site["in_osm"]
    assert list(site["osm_ids"]) == []
    assert (site["name"], site["name_en"], site["registry_id"]) == ("Kho Bến", "Wharf", "k")
    assert (site["heritage_class"], site["status"]) == ("warehouse", "in_use")
    assert site["confidence"] == pytest.approx(0.8)
    assert (site.geometry.x, site.geometry.y) == pytest.approx((known.lon, known.lat), abs=1e-7)
    assert (only(found.registry)["outcome"], only(found.registry)["site_id"]) == ("not in OSM", site["site_id"])


@pytest.mark.parametrize("precision", ["street", "ward"])
def test_an_unmatched_vague_row_is_not_located(run, precision):
    found = run({"node/1": (point(900, 900), {"natural": "tree"})}, [row("k", "Kho Bến", precision=precision)])
    assert len(found.heritage) == 0
    told = only(found.registry)
    assert (told["outcome"], told["site_id"]) == ("not located", "")
    assert told["reason"]


def test_a_row_without_position_is_not_located(run):
    found = run({"node/1": (point(900, 900), {"natural": "tree"})}, [row("k", "Kho Bến", at=None, precision="ward")])
    assert (len(found.heritage), only(found.registry)["outcome"]) == (0, "not located")


def test_a_ward_row_is_found_by_its_name(run):
    found = run(
        {"way/1": (box(1200, 0), {"building": "warehouse", "name": "Kho Bến"})}, [row("k", "Kho Bến", precision="ward")]
    )
    assert only(found.heritage)["registry_id"] == "k"
    assert only(found.registry)["outcome"] == "in OSM"


def test_a_row_finds_a_named_object_that_no_rule_knows(run):
    found = run({"way/1": (box(10, 0), {"building": "yes", "name": "Dinh Bến"})}, [row("k", "Dinh Bến")])
    site = only(found.heritage)
    assert (list(site["osm_ids"]), site["in_osm"]) == (["way/1"], True)
    assert site["confidence"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "bus_stop"},
        {"public_transport": "stop_position"},
        {"place": "neighbourhood"},
        {"boundary": "administrative"},
    ],
)
def test_a_row_does_not_take_a_stop_or_a_quarter_of_its_name(run, tags):
    found = run({"node/1": (point(10, 0), {**tags, "name": "Kho Bến"})}, [row("k", "Kho Bến")])
    assert not only(found.heritage)["in_osm"]


@pytest.mark.parametrize("tags", [{"building": "yes", "office": "water_utility"}, {"railway": "station"}])
def test_a_heritage_row_finds_its_object_whatever_its_tags(run, tags):
    """Yen Phu waterworks is mapped as an office, Long Bien station as a station."""
    found = run(
        {"way/1": (box(0, 0), {**tags, "name": "Nhà máy nước Yên Phụ"})}, [row("k", "Nhà máy nước Yên Phụ", at=(9, 9))]
    )
    assert only(found.registry)["outcome"] == "in OSM"
    assert list(only(found.heritage)["osm_ids"]) == ["way/1"]


def test_a_row_of_both_kinds_makes_a_site_and_a_space(run):
    known = row("b", "Nhà máy sợi", "both", at=(10, 10), status="converted", aliases="Phòng tranh Sợi")
    objects = {
        "way/1": (box(0, 0), MILL),
        "node/2": (point(10, 10), {"tourism": "gallery", "name": "Phòng tranh Sợi"}),
    }
    found = run(objects, [known])
    site, space = only(found.heritage), only(found.creative)
    assert (site["registry_id"], space["registry_id"], site["status"]) == ("b", "b", "converted")
    assert (space["domain"], space["tier"]) == ("creative_hub", "core")
    told = only(found.registry)
    assert (told["site_id"], told["space_id"]) == (site["site_id"], space["space_id"])


def test_a_row_of_both_kinds_not_in_osm_makes_both(run):
    found = run({"node/1": (point(900, 900), {"natural": "tree"})}, [row("b", "Kho Bến", "both", status="converted")])
    assert not only(found.heritage)["in_osm"]
    assert not only(found.creative)["in_osm"]
    assert only(found.heritage)["status"] == "converted"


@pytest.mark.parametrize(
    "tags",
    [{"amenity": "marketplace"}, {"amenity": "cafe"}, {"amenity": "community_centre"}, {"tourism": "attraction"}],
)
def test_a_creative_row_finds_its_object_whatever_its_tags(run, tags):
    """Dong Xuan is mapped as a market, Manzi as a café: said to be missing in OSM, they would fake a gap."""
    found = run(
        {"way/1": (box(0, 0), {**tags, "name": "Chợ Đồng Xuân"})}, [row("c", "Chợ Đồng Xuân", "creative", at=(9, 9))]
    )
    assert only(found.registry)["outcome"] == "in OSM"
    assert list(only(found.creative)["osm_ids"]) == ["way/1"]


def test_the_reason_says_how_a_row_was_matched(run):
    objects = {"way/1": (box(0, 0), {"building": "warehouse", "name": "Dệt Đông Á"}), "way/2": (box(900, 0), MILL)}
    known = [row("p", "Nhà máy dệt Đông Á", at=(10, 10)), row("n", "Nhà máy sợi", at=(900, 0))]
    found = run(objects, known).registry.set_index("registry_id")
    assert list(found["outcome"]) == ["in OSM", "in OSM"]
    assert "by position" in found.loc["p", "reason"]
    assert "by name" in found.loc["n", "reason"]


def test_two_rows_of_one_site_are_both_in_osm(run):
    objects = {
        "way/1": (box(0, 0, 40), {"building": "warehouse", "name": "Kho Đông"}),
        "way/2": (box(40, 0, 40), {"building": "warehouse", "name": "Xưởng Tây"}),
    }
    known = [row("e", "Kho Đông", at=(10, 10)), row("w", "Xưởng Tây", at=(50, 10))]
    found = run(objects, known)
    site = only(found.heritage)
    assert site["registry_id"] in ("e", "w")
    assert list(found.registry["outcome"]) == ["in OSM", "in OSM"]
    assert list(found.registry["site_id"]) == [site["site_id"]] * 2
    # the registry is one piece of evidence: use 0.25, name 0.18, registry 0.8
    assert site["confidence"] == pytest.approx(1 - 0.75 * 0.82 * 0.2)


def test_every_row_has_one_outcome(run):
    known = [
        row("in", "Nhà máy sợi", at=(10, 10)),
        row("site", "Kho Mây", at=(2000, 0)),
        row("ward", "Kho Gió", at=(-2000, 0), precision="ward"),
        row("out", "Kho Xa", at=(20_000, 0)),
        row("lost", "Studio", "creative", status="lost", at=(3000, 0)),
    ]
    found = run({"way/1": (box(0, 0), MILL)}, known)
    assert dict(zip(found.registry["registry_id"], found.registry["outcome"], strict=True)) == {
        "in": "in OSM",
        "site": "not in OSM",
        "ward": "not located",
        "out": "outside the study area",
        "lost": "not located",
    }
    assert list(found.registry["registry_id"]) == [one.registry_id for one in known]


def test_a_row_that_matches_outside_the_study_area_says_so(run):
    found = run(
        {"way/1": (box(8000, 0), {**MILL, "name": "Nhà máy Xa"})}, [row("k", "Nhà máy Xa", at=None, precision="ward")]
    )
    assert len(found.heritage) == 0
    assert only(found.registry)["outcome"] == "outside the study area"


def test_two_rows_do_not_make_one_object_two_sites(run):
    known = [row("a", "Nhà máy sợi", at=(10, 10)), row("b", "Nhà máy sợi", at=(20, 10))]
    found = run({"way/1": (box(0, 0), MILL)}, known)
    assert sum(bool(one) for one in found.heritage["in_osm"]) == 1
    assert sorted(found.heritage["registry_id"]) == ["a", "b"]


# ---------------------------------------------------------------- inside and outside


def test_sites_outside_the_study_area_are_left_out(run):
    objects = {"way/1": (box(0, 0), MILL), "way/2": (box(AREA_M + 100, 0), MILL)}
    assert ids(run(objects).heritage) == {"way/1"}


def test_creative_spaces_in_the_buffer_stay_and_are_marked(run):
    objects = {"node/1": (point(0, 0), GALLERY), "node/2": (point(AREA_M + 100, 0), {**GALLERY, "name": "Ngoài"})}
    found = run(objects).creative
    assert {some[0]: inside for some, inside in zip(found["osm_ids"], found["inside"], strict=True)} == {
        "node/1": True,
        "node/2": False,
    }


def test_a_registry_row_far_outside_makes_no_site(run):
    found = run({"node/1": (point(0, 0), {"natural": "tree"})}, [row("k", "Kho Xa", at=(20_000, 0))])
    assert len(found.heritage) == 0
    assert only(found.registry)["site_id"] == ""


def test_a_creative_row_beyond_every_buffer_makes_no_space(run):
    """What is not read from OSM there cannot come in through the registry: it counts for nobody's reach."""
    found = run({"node/1": (point(0, 0), GALLERY)}, [row("k", "Không gian Xa", "creative", at=(40_000, 0))])
    assert only(found.registry)["outcome"] == "outside the study area"
    assert ids(found.creative) == {"node/1"}
    assert len(found.creative) == 1


# ---------------------------------------------------------------- creative spaces and amenities


@pytest.mark.parametrize(
    ("tags", "domain", "tier"),
    [
        ({"tourism": "gallery"}, "visual_arts", "intermediate"),
        ({"amenity": "arts_centre"}, "visual_arts", "core"),
        ({"amenity": "theatre"}, "performance_music", "intermediate"),
        ({"tourism": "museum"}, "museum_heritage", "intermediate"),
        ({"craft": "pottery"}, "design_craft", "core"),
        ({"amenity": "library"}, "books_press", "intermediate"),
        ({"shop": "books"}, "books_press", "supporting"),
        ({"amenity": "cinema"}, "film_digital", "intermediate"),
        ({"amenity": "coworking_space"}, "creative_hub", "core"),
        ({"place": "square", "name": "Phố đi bộ"}, None, None),
        ({"building": "yes", "name": "Không gian sáng tạo Bờ Sông"}, "creative_hub", "core"),
        ({"landuse": "commercial", "name": "M50创意园"}, "creative_hub", "core"),
        ({"landuse": "retail", "name": "八号桥文创园"}, "creative_hub", "core"),
        ({"building": "yes", "name": "Saigon Art Hub"}, "creative_hub", "core"),
        ({"building": "yes", "name": "Đường sách Nguyễn Văn Bình"}, "public_space", "supporting"),
    ],
)
def test_domain_and_tier(run, tags, domain, tier):
    found = run({"way/1": (box(0, 0), tags)}).creative
    if domain is None:
        assert len(found) == 0
    else:
        assert (only(found)["domain"], only(found)["tier"]) == (domain, tier)
        assert only(found)["space_id"].startswith("c-")
        assert only(found)["cluster_id"] == ""


def test_of_several_tiers_the_highest_counts(run):
    objects = {
        "way/1": (box(0, 0), {"shop": "books", "name": "X"}),
        "node/2": (point(10, 10), {"amenity": "coworking_space", "name": "X"}),
    }
    assert only(run(objects).creative)["tier"] == "core"


def test_a_gallery_in_a_museum_is_one_space(run):
    objects = {"way/1": (box(0, 0), {"tourism": "museum"}), "node/2": (point(10, 10), GALLERY)}
    assert ids(run(objects).creative) == {"way/1", "node/2"}
    assert len(run(objects).creative) == 1


def test_amenities_leave_creative_spaces_out(run):
    objects = {
        "node/1": (point(0, 0), {"amenity": "cafe"}),
        "way/2": (box(200, 0), {"amenity": "university"}),
        "node/3": (point(400, 0), {"shop": "books"}),
        "node/4": (point(600, 0), {"shop": "bakery", "amenity": "cafe"}),
    }
    found = run(objects).amenities.set_index("osm_id")
    assert set(found.index) == {"node/1", "way/2", "node/4"}
    assert found.loc["way/2", "weight"] == 1.0
    assert found.loc["way/2"].geometry.geom_type == "Point"
    assert found.loc["node/4", "kind"] == "cafe"


# ---------------------------------------------------------------- the sample town


@pytest.fixture(scope="module")
def truth(root):
    return json.loads((root / "tests" / "data" / "sample_town" / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def town(root, truth, main_config, taxonomies):
    chosen = load_settings(load_config(main_config), "sample", root=root)
    epsg = truth["town"]["epsg"]
    file = root / "tests" / "data" / "sample_town" / "sample.osm.pbf"
    places = read_osm(file, modes=chosen.analysis.travel.modes, epsg=epsg).places
    area = places.set_index("osm_id").loc[truth["town"]["boundary"]].geometry
    assert shapely.area(reproject(area, 4326, epsg)) / 1e6 == pytest.approx(truth["town"]["area_km2"], rel=1e-4)
    return locate(
        places,
        taxonomies,
        known=read_registry(root / chosen.city.registry),
        settings=chosen.analysis.locate,
        area=area,
        edge_buffer_m=chosen.analysis.edge_buffer_m,
        epsg=epsg,
    )


def _key(osm_ids, registry_id):
    return frozenset(osm_ids) or registry_id


def _by_key(frame):
    return {
        _key(osm_ids, known): one
        for osm_ids, known, (_, one) in zip(frame["osm_ids"], frame["registry_id"], frame.iterrows(), strict=True)
    }


def test_every_site_of_the_sample_town_is_found_as_it_is(town, truth):
    found = _by_key(town.heritage)
    for site in truth["heritage"]:
        key = _key(site["osm_ids"], site["registry_id"])
        if not site["inside"]:
            assert not ids(town.heritage) & set(site["osm_ids"]), site["name"]
            continue
        assert key in found, site["name"]
        got = found[key]
        for column in ("name", "heritage_class", "status", "in_osm", "registry_id"):
            assert got[column] == site[column], (site["name"], column)
        assert (0 if pd.isna(got["area_m2"]) else got["area_m2"]) == pytest.approx(site["area_m2"], rel=1e-3), site[
            "name"
        ]
        if site["candidate"]:
            assert got["confidence"] >= 0.4, site["name"]
            assert got["tier"] in ("medium", "high")


def test_nothing_else_in_the_sample_town_is_likely_heritage(town, truth):
    true = {_key(site["osm_ids"], site["registry_id"]) for site in truth["heritage"]}
    broken = set(truth["broken"].values())
    for key, got in _by_key(town.heritage).items():
        if key not in true and not broken & set(got["osm_ids"]):
            assert got["tier"] == "low", got["name"]


def test_traps_of_the_sample_town_are_no_sites(town, truth):
    assert {one["osm_id"] for one in truth["not_heritage"]} & ids(town.heritage) == set()
    assert {one["osm_id"] for one in truth["not_creative"]} & ids(town.creative) == set()


def test_the_estate_of_the_sample_town_stays_low(town, truth):
    estate = set(truth["estate"]["osm_ids"])
    mine = [one for _, one in town.heritage.iterrows() if estate & set(one["osm_ids"])]
    assert mine
    assert {one["tier"] for one in mine} == {"low"}
    assert max(one["confidence"] for one in mine) < 0.4


def test_every_creative_space_of_the_sample_town_is_found_and_no_other(town, truth):
    found = _by_key(town.creative)
    assert set(found) == {_key(one["osm_ids"], one["registry_id"]) for one in truth["creative"]}
    for space in truth["creative"]:
        got = found[_key(space["osm_ids"], space["registry_id"])]
        for column in ("name", "domain", "tier", "in_osm", "registry_id", "inside"):
            assert got[column] == space[column], (space["name"], column)


def test_markup_in_a_name_is_kept_as_it_is(town, truth):
    names = {osm_id: one["name"] for _, one in town.creative.iterrows() for osm_id in one["osm_ids"]}
    assert names[truth["escape"]["osm_id"]] == truth["escape"]["name"]


def test_every_registry_row_of_the_sample_town_comes_out_as_told(town, truth):
    told = town.registry.set_index("registry_id")
    assert list(told.index) == [one["registry_id"] for one in truth["registry"]]
    for one in truth["registry"]:
        got = told.loc[one["registry_id"]]
        assert got["outcome"] == one["outcome"], one["name"]
        mine = set()
        for frame, key in ((town.heritage, "site_id"), (town.creative, "space_id")):
            mine |= ids(frame[(frame[key] == got[key]) & (frame["registry_id"] == one["registry_id"])])
        assert set(one["osm_ids"]) <= mine, one["name"]


def test_the_tables_of_the_sample_town_pass_their_doors(town, tmp_path):
    for name in ("heritage", "creative", "amenities", "registry"):
        tables.write(getattr(town, name), TABLES[name], tmp_path / f"{name}.parquet", provenance={})
        assert len(tables.read(TABLES[name], tmp_path / f"{name}.parquet")) == len(getattr(town, name)) > 0


def test_without_registry_and_lists_the_survey_list_asks_about_what_they_told(run, taxonomies):
    """The registry taken away: a works that a row made known is weak by its tags, and its ground is asked about."""
    objects = {
        "way/1": (box(0, 0, 200), {"landuse": "industrial", "name": "Nhà máy Dệt Nam Định"}),
        "way/2": (box(2000, 0, 200), {"landuse": "industrial"}),
    }
    shapes = [shape for shape, _ in objects.values()]
    places = gpd.GeoDataFrame(
        {"osm_id": list(objects), "tags": [json.dumps(tags) for _, tags in objects.values()], "source": ""},
        geometry=reproject(np.array(shapes, dtype=object), EPSG, 4326),
        crs=4326,
    )
    street = reproject(np.array([shapely.LineString([(EAST, NORTH - 9), (EAST + 3000, NORTH - 9)])]), EPSG, 4326)
    streets = gpd.GeoDataFrame({"name": [""]}, geometry=street, crs=4326)
    homes = reproject(np.array([point(100, 100), point(2100, 100)]), EPSG, 4326)
    people = gpd.GeoDataFrame({"residents": [20_000.0] * 2}, geometry=homes, crs=4326)
    around = look_around(places, tables.parse_tags(places), streets, people, epsg=EPSG)

    def asked(known):
        found, setting = run(objects, known), taxonomies.heritage.setting
        return survey_list(found.grounds, around, found.heritage, setting, epsg=EPSG)["site_id"].tolist()

    told = row("r", "Nhà máy Dệt Nam Định", at=(100, 100))
    assert asked([told]) == []
    assert asked([]) == ["s-way1"]


def test_two_rows_on_one_ground_are_two_sites_that_share_it(run):
    """Both works of a street claim the only ground there: two sites with one `ground_id`, and the ground is named."""
    objects = {
        "way/1": (box(0, 0, 200), {"landuse": "industrial"}),
        "way/2": (box(900, 0, 200), {"landuse": "industrial"}),
    }
    known = [row(key, name, at=(100, -10), precision="street", status="vacated") for key, name in PAIR]
    found = run(objects, known)
    told = found.heritage.set_index("registry_id")["ground_id"]
    assert told[["soap", "rubber"]].tolist() == ["way/1", "way/1"]
    assert told[""] == "way/2"
    assert found.grounds.set_index("ground_id")["named_elsewhere"].to_dict() == {"way/1": True, "way/2": False}


PAIR = (("soap", "Nhà máy Xà phòng"), ("rubber", "Nhà máy Cao su"))


def test_a_ground_of_any_size_is_claimed_where_a_row_has_met_it_already(run):
    """An estate of 36 ha is no works for a row of a street; where another row stands in it, it is."""
    objects = {"way/1": (box(0, 0, 600), {"landuse": "industrial"})}
    rough = row("rubber", "Nhà máy Cao su", at=(300, -30), precision="street", status="vacated")
    inside = row("soap", "Nhà máy Xà phòng", at=(300, 300), status="vacated")
    assert run(objects, [rough]).heritage["registry_id"].tolist() == [""]
    both = run(objects, [rough, inside]).heritage
    assert set(both["registry_id"]) == {"soap", "rubber"}
    assert both["ground_id"].tolist() == ["way/1", "way/1"]


def test_a_row_that_tells_its_area_is_a_round_ground_about_its_point(run):
    """146,180 m² reach 216 m: a street 205 m from the point runs along the ground. A mapped outline comes first."""
    told = row("works", "Nhà máy xe lửa", at=(0, 0), area_m2=146_180)
    site = only(run({}, [told]).heritage)
    shape = reproject(np.array([site["geometry"]]), 4326, EPSG)[0]
    assert site["area_m2"] == pytest.approx(146_180, rel=1e-6)
    assert shapely.distance(shape, point(0, 216)) == pytest.approx(0, abs=1)
    assert shapely.distance(shape, point(0, 250)) == pytest.approx(250 - 215.7, abs=1)
    mapped = {"way/1": (box(-20, -20), {"landuse": "industrial", "name": "Nhà máy xe lửa"})}
    assert only(run(mapped, [told]).heritage)["area_m2"] == pytest.approx(2500, rel=1e-3)
