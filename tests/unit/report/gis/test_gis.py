"""The GeoPackage and the QGIS project, read back with what we did not write: GDAL, sqlite3, zipfile and xml."""

import json
import sqlite3
import zipfile
from contextlib import closing
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from packed import SHAPES, packed_frames, table

from creative_nodes.report.draw import basemap
from creative_nodes.report.draw.named import NAMED, hex_of
from creative_nodes.report.gis import city, layers
from creative_nodes.report.gis.changes import pack_changes
from creative_nodes.report.gis.city import pack_city
from creative_nodes.report.gis.layout import bar_km, fitted
from creative_nodes.report.gis.qml import expression
from creative_nodes.report.gis.symbols import Test as Condition
from creative_nodes.report.settings import GIS_KEYS, gis_settings_of
from creative_nodes.report.tables import TABLES

SETTINGS = gis_settings_of(json.dumps(dict(zip(GIS_KEYS, ("Hà Nội & <more>", False, 0.25, 0.4), strict=True))))
NOTE = {"source": "x.osm.pbf", "snapshot": "2026-11-01", "data": "ab", "settings": "cd", "code": "ef", "version": "1"}
SLD = {"sld": "http://www.opengis.net/sld", "se": "http://www.opengis.net/se", "ogc": "http://www.opengis.net/ogc"}


def made_frames():
    made = packed_frames()
    area = {"city": "x", "epsg": 32648, "area_km2": 1.0, "geometry": shapely.box(105.7, 20.9, 106.0, 21.1)}
    made["study_area"] = table("study_area", [area])
    bits = shapely.GeometryCollection([SHAPES[1], SHAPES[0]])
    places = [shapely.MultiPoint([(105.81, 21.0), (105.82, 21.0)]), bits, SHAPES[1], SHAPES[0]]
    spaces = [{"space_id": f"s{i}", "tier": "core", "geometry": shape} for i, shape in enumerate(places)]
    made["creative"] = table("creative", spaces)
    return made


@pytest.fixture
def frames():
    return made_frames()


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The folder of a packed city, and the names of its layers; nothing is changed in it."""
    folder = tmp_path_factory.mktemp("packed")
    return folder, pack(made_frames(), folder)


def paper_of():
    empty = {kind: shapely.MultiPolygon() for kind in basemap.LAYERS}
    line = shapely.MultiLineString([[(105.8, 21.0), (105.9, 21.0)], [(105.8, 21.05), (105.9, 21.05)]])
    return {**empty, "water": shapely.MultiPolygon([SHAPES[0]]), "rails": line}


def pack(frames, folder):
    paths = {"geopackage": folder / "x.gpkg", "project": folder / "x.qgz"}
    return pack_city(frames, paper_of(), SETTINGS, NOTE, **paths)


def asked(path, query):
    with closing(sqlite3.connect(path)) as base:
        return base.execute(query).fetchall()


def test_the_geopackage_holds_all_that_is_told_of_a_candidate(packed):
    folder, names = packed
    path = folder / "x.gpkg"
    found = dict(pyogrio.list_layers(path))
    assert set(found) == {*names, "layer_styles"} == {name for name, _, _ in layers.geopackage_contents()}
    assert {name for name, kind in found.items() if kind is None} == {*layers.ATTRIBUTES, "layer_styles"}
    candidates = pyogrio.read_dataframe(path, layer="candidates").set_index("site_id")
    assert candidates.crs.to_epsg() == 4326
    assert candidates.loc["h-2", ["rank", "score", "largest_move", "moved_by", "plans"]].tolist() == [
        *(2, 0.25, -3, "people", "coverage, equity")
    ]
    assert list(candidates.columns[:2]) == ["rank", "score"] and candidates.loc["h-1", "plans"] == ""
    assert SHAPES[0].contains(candidates.geometry["h-1"]) and candidates.geometry["h-2"].equals(SHAPES[1])
    outlines = pyogrio.read_dataframe(path, layer="candidates_outline")
    assert outlines["site_id"].tolist() == ["h-1"] and outlines.geometry[0].equals(SHAPES[0])
    assert asked(path, "select sites from portfolio where plan = 'coverage'") == [("h-2, h-1",)]
    kinds = dict(asked(path, "select table_name, data_type from gpkg_contents"))
    assert (kinds["candidates"], kinds["portfolio"], kinds["layer_styles"]) == ("features", "attributes", "attributes")


def test_file_and_project_say_whose_data_they_are_and_under_which_licence(packed):
    folder = packed[0]
    told = pyogrio.read_info(folder / "x.gpkg", layer="candidates")["dataset_metadata"]
    assert "openstreetmap.org/copyright" in told["LICENSE"] and "© OpenStreetMap contributors" in told["SOURCES"]
    with zipfile.ZipFile(folder / "x.qgz") as archive:
        text = archive.read("x.qgs").decode("utf-8")
    for tag in ("projectMetadata", "resourceMetadata"):
        said = text[text.index(f"<{tag}>") : text.index(f"</{tag}>")]
        assert told["LICENSE"] in said and "© OpenStreetMap contributors" in said


def test_gdal_finds_places_as_points_hexagons_as_polygons_clusters_by_outline_and_the_rest_as_tables(packed):
    path = packed[0] / "x.gpkg"
    places, hexagons, nodes = (
        pyogrio.read_dataframe(path, layer=name) for name in ("reference_places", "reference_hexagons", "cluster_reach")
    )
    assert places.geom_type.tolist() == ["Point"] and places["newly_served"].tolist() == [12.0]
    assert hexagons.geom_type.tolist() == ["MultiPolygon"] * 2 and hexagons["hex_id"].tolist() == ["8841", "8842"]
    assert hexagons["network_gain"].tolist()[0] == 0.25 and np.isnan(hexagons["network_gain"][1])
    assert set(hexagons) == {"hex_id", "network_gain", "geometry"}  # no other criterion is measured there
    assert nodes[["cluster_id", "name_en", "typical_network"]].values.tolist() == [["k1", "Old Quarter", 3.5]]
    assert nodes.geometry[0].equals(SHAPES[0]) and nodes.crs.to_epsg() == 4326
    decisions = pyogrio.read_dataframe(path, layer="decisions", read_geometry=False)
    assert decisions.loc[0, ["site", "date", "rank", "sets"]].tolist() == ["Habeco", "2025-11", 4, "best, single"]


def test_every_layer_has_one_geometry_type_and_every_place_its_point(packed):
    path = packed[0] / "x.gpkg"
    for name, kind in pyogrio.list_layers(path):
        if kind is not None:
            rows = pyogrio.read_dataframe(path, layer=name)
            assert kind in ("Point", "MultiPolygon", "MultiLineString"), name
            assert set(rows.geom_type) <= {kind}, name
            assert not rows.geometry.is_empty.any() and not rows.geometry.isna().any(), name
    assert len(pyogrio.read_dataframe(path, layer="creative")) == 4
    # the second has an outline within a collection
    assert pyogrio.read_dataframe(path, layer="creative_outline")["space_id"].tolist() == ["s1", "s3"]
    assert pyogrio.read_dataframe(path, layer="base_lines")["kind"].tolist() == ["rails", "rails"]
    assert asked(path, "pragma user_version") == [(10300,)]


def test_every_field_tells_its_name_and_meaning_and_nothing_else_does(packed):
    path = packed[0] / "x.gpkg"
    told = {
        (table_, field): (title, meaning)
        for table_, field, title, meaning in asked(
            path, "select table_name, column_name, title, description from gpkg_data_columns"
        )
    }
    fields = {
        (name, field)
        for (name,) in asked(path, "select table_name from gpkg_contents where table_name <> 'layer_styles'")
        for field in pyogrio.read_info(path, layer=name)["fields"]
    }
    assert set(told) == fields
    assert all(title and meaning for title, meaning in told.values())
    assert told["heritage", "area_m2"] == ("Area (m²)", TABLES["heritage"].column("area_m2").meaning)
    assert told["candidates", "score"][1] == TABLES["scores"].column("score").meaning
    assert told["candidates", "joint_p_top"][1] == TABLES["site_doubt"].column("p_top").meaning
    rows = asked(path, "select table_name, extension_name, scope from gpkg_extensions")
    assert ("gpkg_data_columns", "gpkg_schema", "read-write") in rows


def test_every_layer_has_a_style_that_is_well_formed(packed):
    path = packed[0] / "x.gpkg"
    rows = asked(path, "select f_table_name, f_geometry_column, styleQML, styleSLD, useAsDefault from layer_styles")
    drawn = {name for name, kind in pyogrio.list_layers(path) if kind is not None}
    assert {name for name, column, *_ in rows if column == "geom"} == drawn
    for name, column, qml, sld, default in rows:
        root = ElementTree.fromstring(qml)
        fields = [one.get("field") for one in root.iter("alias")]
        assert fields == list(pyogrio.read_info(path, layer=name)["fields"]) and default == 1
        if column:
            assert root.find("renderer-v2/symbols/symbol/layer/Option/Option") is not None
            assert ElementTree.fromstring(sld).find("sld:NamedLayer/se:Name", SLD).text == name
    study = next(ElementTree.fromstring(qml) for name, _, qml, _, _ in rows if name == "study_area")
    options = {one.get("name"): one.get("value") for one in study.iter("Option")}
    assert options["style"] == "no" and options["color"].endswith(",0")  # without fill


def test_no_name_is_put_over_the_grounds_to_be_looked_at(packed):
    # QGIS lets a layer without texts of its own stand in the way of others where its labels are on, and none is drawn
    found = dict(asked(packed[0] / "x.gpkg", "select f_table_name, styleQML from layer_styles"))
    root = ElementTree.fromstring(found["survey"])
    (told,) = root.iter("rendering")
    assert root.get("labelsEnabled") == "1" and (told.get("drawLabels"), told.get("obstacle")) == ("0", "1")
    assert ElementTree.fromstring(found["heritage"]).get("labelsEnabled") == "0"


def test_a_condition_quotes_what_stands_in_it():
    name, flag = Condition("status", "=", "it's"), Condition("kept", "=", True)
    assert expression(((name,),)) == "\"status\" = 'it''s'"
    assert expression(((name, flag), (Condition("rank", "null"),))) == (
        '("status" = \'it\'\'s\' AND "kept" = true) OR ("rank" IS NULL)'
    )


def test_the_project_names_every_layer_of_the_file_beside_it(packed):
    folder, names = packed
    with zipfile.ZipFile(folder / "x.qgz") as archive:
        assert archive.namelist() == ["x.qgs"]
        root = ElementTree.fromstring(archive.read("x.qgs"))
    sources = [layer.find("datasource").text for layer in root.iter("maplayer")]
    assert sorted(sources) == sorted(f"./x.gpkg|layername={name}" for name in names)
    tree = [leaf.get("id") for leaf in root.find("layer-tree-group").iter("layer-tree-layer")]
    assert sorted(tree) == sorted(layer.find("id").text for layer in root.iter("maplayer"))
    assert [group.get("name") for group in root.findall("layer-tree-group/layer-tree-group")] == [
        *("Sites", "Creative spaces", "The city today", "Base map", "Tables")
    ]
    assert root.find("properties/Paths/Absolute").text == "false"
    assert root.find("projectCrs/spatialrefsys/authid").text == "EPSG:32648"
    labels = {item.get("id"): item.get("labelText") for item in root.iter("LayoutItem")}
    assert labels["title"] == "Hà Nội & <more>: old industry, new nodes"
    assert {"page", "map", "legend", "scale bar", "title", "subtitle", "sources"} == set(labels)
    assert "x.osm.pbf, 2026-11-01" in labels["sources"] and "OpenStreetMap contributors (ODbL)" in labels["sources"]


def test_the_sheet_says_which_sites_are_recommended_together_and_in_how_many_trials_that_holds(frames):
    members = frames["candidates"].head(2)
    own = pd.DataFrame({"set": "best", "site_id": members["site_id"]})
    for recommended in (True, False):
        doubt = pd.DataFrame([{"reaches": 0.35, "worlds": 250, "recommended": recommended}])
        told = city.sheet_words({**frames, "recommended": own, "set_doubt": doubt})
        names = ", ".join(name or one for one, name in zip(members["site_id"], members["name"], strict=True))
        assert (f"recommended together (holds in 35% of 250 trials of map and model): {names}" in told) == recommended
        assert ("no set of sites is recommended" in told) != recommended


def test_the_same_tables_give_the_same_project_and_rows(packed, frames, tmp_path):
    made = []
    pack(frames, tmp_path)
    for folder in (packed[0], tmp_path):
        styles = asked(folder / "x.gpkg", "select * from layer_styles")
        made.append(((folder / "x.qgz").read_bytes(), styles))
    assert made[0] == made[1]


def test_a_candidate_told_of_twice_is_refused_and_leaves_nothing(frames, tmp_path):
    frames["scores"] = pd.concat([frames["scores"], frames["scores"]], ignore_index=True)
    with pytest.raises(pd.errors.MergeError):
        pack(frames, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_candidate_carries_its_marks_and_its_joint_chances(frames):
    site = {"about": "site", "statement": "among_first", "draws": 250, "top_n": 1}
    frames["marks"] = table(
        "marks",
        [
            {**site, "site_id": "h-1", "mark": "priorities", "verdict": "holds", "share": 1.0},
            {**site, "site_id": "h-1", "mark": "map_and_model", "verdict": "open", "share": 0.5},
            {"about": "city", "site_id": "", "statement": "would_have_picked", "mark": "past", "verdict": "too_few"},
        ],
    )
    frames["site_doubt"] = table("site_doubt", [{"site_id": "h-1", "rank": 1, "p_top": 0.5, "moved_by": "spaces"}])
    rows = layers.joined(frames).set_index("site_id")
    assert rows["map_and_model"].to_dict() == {"h-1": "open", "h-2": ""}
    assert (rows.loc["h-1", "joint_p_top"], rows.loc["h-1", "joint_moved_by"]) == (0.5, "spaces")
    assert rows.loc["h-1", "rank"] == 1 and "joint_rank" not in rows


def test_what_changed_is_drawn_by_kind(tmp_path):
    rows = [{"site_id": "h-1", "change": "up", "geometry": SHAPES[0]}, {"site_id": "h-2", "geometry": SHAPES[1]}]
    pack_changes(table("run_changes", rows), table("run_steps", [{}]), tmp_path / "c.gpkg")
    found = dict(pyogrio.list_layers(tmp_path / "c.gpkg"))
    assert (found["run_changes"], found["run_changes_outline"]) == ("Point", "MultiPolygon")
    assert found["run_steps"] is None


@pytest.mark.parametrize(
    ("extent", "bar"),
    [((0, 0, 20_500, 16_500), 2), ((0, 0, 2_050, 100), 0.2), ((0, 0, 100, 165_000), 20)],
)
def test_the_sheet_fits_the_ground_and_its_bar_is_a_round_length(extent, bar):
    west, south, east, north = fitted(extent)
    assert (east - west) / (north - south) == pytest.approx(205 / 165)
    assert west <= extent[0] and south <= extent[1] and east >= extent[2] and north >= extent[3]
    assert bar_km(east - west) == pytest.approx(bar)


def test_points_stand_where_the_page_has_its_marks():
    frame = gpd.GeoDataFrame({"site_id": ["a"]}, geometry=[SHAPES[0]], crs=4326)
    (_, _, rows), *_ = layers._parted("heritage", frame)
    assert rows.geometry[0].within(SHAPES[0])


@pytest.mark.parametrize(("colour", "code"), [("#fff", "#ffffff"), ("#d55e00", "#d55e00"), ("--ink", "#23211e")])
def test_a_colour_of_the_page_is_found_by_its_name(colour, code):
    assert hex_of(colour) == code


def test_of_two_themes_the_light_one_is_taken():
    css = ":root {\n --ink: light-dark(#23211e, #ece8e0);\n --card: #fff;\n --x: light-dark(rgb(0 0 0 / 22%), #000); }"
    assert NAMED.findall(css) == [("--ink", "#23211e"), ("--card", "#fff")]


def test_what_is_drawn_are_the_colours_of_the_page(packed):
    ((qml,),) = asked(packed[0] / "x.gpkg", "select styleQML from layer_styles where f_table_name = 'creative'")
    rules = ElementTree.fromstring(qml).findall("renderer-v2/rules/rule")
    colours = [
        next(one.get("value") for one in symbol.iter("Option") if one.get("name") == "color")
        for symbol in ElementTree.fromstring(qml).findall("renderer-v2/symbols/symbol")
    ]
    assert [rule.get("label") for rule in rules] == ["core", "intermediate", "supporting"]
    # #0072b2, #56b4e9 and #a8d4f0 in QGIS's words, 0.95 of 255
    assert colours == ["0,114,178,242", "86,180,233,242", "168,212,240,242"]
