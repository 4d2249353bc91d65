"""Results for people, read back with what we did not write: csv, sqlite3 and GDAL."""

import csv
import sqlite3

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.report import pack
from creative_nodes.report.tables import TABLES

SHAPES = [shapely.box(105.8, 21.0, 105.802, 21.001), shapely.Point(105.85, 21.02)]


def table(name, rows):
    """Make a table of a few given values; the others are missing, or stand in where that is not allowed."""
    stand_in = {"text": "", "number": 0.0, "integer": 1, "flag": True, "texts": []}
    frame = pd.DataFrame(
        [
            {
                column.name: row.get(column.name, None if column.nullable else stand_in[column.kind])
                for column in TABLES[name].columns
                if column.kind != "geometry"
            }
            for row in rows
        ]
    )
    if TABLES[name].has_geometry:
        frame = gpd.GeoDataFrame(frame, geometry=[row["geometry"] for row in rows], crs=4326)
    return tables._in_order(frame, TABLES[name])


@pytest.fixture
def frames():
    sites = ["h-1", "h-2"]
    parts = {part for made in pack.MADE_LAYERS.values() for part in made}
    made = {name: tables.empty(TABLES[name]) for name in sorted({*pack.LAYERS, *pack.ATTRIBUTES, *parts})}
    made["candidates"] = table(
        "candidates",
        [
            {"site_id": "h-1", "name": "Nhà máy xe lửa Gia Lâm", "network_gain": 0.25, "geometry": SHAPES[0]},
            {"site_id": "h-2", "name": "杨树浦电厂", "transit_minutes": None, "geometry": SHAPES[1]},
        ],
    )
    made["reference"] = table(
        "reference",
        [
            {"place_id": "p1", "kind": "place", "network_gain": 0.5, "newly_served": 12.0, "geometry": SHAPES[1]},
            {"place_id": "8841", "kind": "hexagon", "network_gain": 0.25, "geometry": SHAPES[0]},
            {"place_id": "8842", "kind": "hexagon", "network_gain": None, "geometry": SHAPES[0]},
        ],
    )
    kept = {"n_spaces": 4, "p_value": 0.01, "geometry": SHAPES[0]}
    made["clusters"] = table(
        "clusters",
        [
            {**kept, "cluster_id": "k1", "name": "Phố Cổ", "name_en": "Old Quarter", "kept": True},
            {**kept, "cluster_id": "k2", "name": "Chance", "kept": False},
        ],
    )
    made["cluster_reach"] = table(
        "cluster_reach", [{"cluster_id": "k1", "n_spaces": 4, "reachable": True, "typical_network": 3.5}]
    )
    made["decisions"] = table(
        "decisions", [{"site": "Habeco", "date": "2025-11", "rank": 4, "ranked": 11, "sets": ["best", "single"]}]
    )
    made["scores"] = table(
        "scores", [{"site_id": s, "rank": k + 1, "score": 0.5 / (k + 1)} for k, s in enumerate(sites)]
    )
    made["priorities_doubt"] = table(
        "priorities_doubt",
        [{"site_id": s, "rank": k + 1, "largest_move": -3, "moved_by": "people"} for k, s in enumerate(sites)],
    )
    made["portfolio_sites"] = table(
        "portfolio_sites", [{"plan": plan, "site_id": "h-2"} for plan in ("coverage", "equity")]
    )
    made["portfolio"] = table("portfolio", [{"plan": "today"}, {"plan": "coverage", "sites": ["h-2", "h-1"]}])
    return made


def read_csv(path):
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")  # a byte order mark tells spreadsheets that it is UTF-8
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_spreadsheet_reads_names_numbers_and_places(frames, tmp_path):
    pack.write_csv(frames["candidates"], tmp_path / "csv" / "candidates.csv")
    rows = read_csv(tmp_path / "csv" / "candidates.csv")
    assert [row["name"] for row in rows] == ["Nhà máy xe lửa Gia Lâm", "杨树浦电厂"]
    assert [row["network_gain"] for row in rows] == ["0.25", ""]
    assert [row["transit_minutes"] for row in rows] == ["", ""]
    point = shapely.Point(float(rows[0]["lon"]), float(rows[0]["lat"]))
    assert SHAPES[0].contains(point)
    assert (rows[1]["lon"], rows[1]["lat"]) == ("105.85", "21.02")
    assert set(rows[0]) == {*(c.name for c in TABLES["candidates"].columns), "lon", "lat"} - {
        "geometry",
        "messages",
    }


def test_every_table_of_the_results_survives_csv(frames, tmp_path):
    for name, frame in frames.items():
        pack.write_csv(frame, tmp_path / f"{name}.csv")
        rows = read_csv(tmp_path / f"{name}.csv")
        assert len(rows) == len(frame)
    assert [row["sites"] for row in read_csv(tmp_path / "portfolio.csv")] == ["", "h-2, h-1"]
    assert [row["largest_move"] for row in read_csv(tmp_path / "priorities_doubt.csv")] == ["-3", "-3"]
    assert not list(tmp_path.glob(".*"))


def test_numbers_come_back_as_they_were(tmp_path):
    values = np.random.default_rng(1).random(50) * 10.0 ** np.arange(-25, 25)
    pack.write_csv(pd.DataFrame({"x": values}), tmp_path / "x.csv")
    assert [float(row["x"]) for row in read_csv(tmp_path / "x.csv")] == values.tolist()


def test_a_name_is_no_formula(tmp_path):
    names = ["=HYPERLINK(1)", "@home", "+84 bar", "-5", "- 5 -", 'a "quoted", name\nin two lines', "× 0.85"]
    pack.write_csv(pd.DataFrame({"name": names}), tmp_path / "x.csv")
    found = [row["name"] for row in read_csv(tmp_path / "x.csv")]
    assert found == ["'=HYPERLINK(1)", "'@home", "'+84 bar", "-5", "'- 5 -", *names[5:]]


def test_about_says_where_each_file_comes_from():
    found = pack.about_tables(
        {"scores": {"source": "x.osm.pbf", "snapshot": "2026-11-01", "settings": "ab", "version": "1"}}
    )
    assert found.loc[0, ["file", "a_row_is", "source"]].tolist() == ["scores.csv", "a candidate, ranked", "x.osm.pbf"]


def test_the_geopackage_holds_all_that_is_told_of_a_candidate(frames, tmp_path):
    path = tmp_path / "x.gpkg"
    names = pack.pack_geopackage(frames, path)
    layers = dict(pyogrio.list_layers(path))
    assert set(layers) == set(names) == {*pack.MADE_LAYERS, *pack.LAYERS, *pack.ATTRIBUTES}
    assert {name for name, kind in layers.items() if kind is None} == set(pack.ATTRIBUTES)
    candidates = pyogrio.read_dataframe(path, layer="candidates").set_index("site_id")
    assert candidates.crs.to_epsg() == 4326
    assert candidates.loc["h-2", ["rank", "score", "largest_move", "moved_by", "plans"]].tolist() == [
        *(2, 0.25, -3, "people", "coverage, equity")
    ]
    assert candidates.loc["h-1", "plans"] == ""
    assert candidates.geometry["h-1"].equals(SHAPES[0])
    with sqlite3.connect(path) as base:
        sites = base.execute("select sites from portfolio where plan = 'coverage'").fetchall()
        kinds = dict(base.execute("select table_name, data_type from gpkg_contents").fetchall())
    assert sites == [("h-2, h-1",)]
    assert (kinds["candidates"], kinds["portfolio"]) == ("features", "attributes")


def test_gdal_finds_places_as_points_hexagons_as_polygons_clusters_by_outline_and_the_rest_as_tables(frames, tmp_path):
    path = tmp_path / "x.gpkg"
    pack.pack_geopackage(frames, path)
    places, hexagons, nodes = (
        pyogrio.read_dataframe(path, layer=name) for name in ("reference_places", "reference_hexagons", "cluster_reach")
    )
    assert places.geom_type.tolist() == ["Point"] and places["newly_served"].tolist() == [12.0]
    assert hexagons.geom_type.tolist() == ["Polygon"] * 2 and hexagons["hex_id"].tolist() == ["8841", "8842"]
    assert hexagons["network_gain"].tolist()[0] == 0.25 and np.isnan(hexagons["network_gain"][1])
    assert set(hexagons) == {"hex_id", "network_gain", "geometry"}  # no other criterion is measured there
    assert nodes[["cluster_id", "name_en", "typical_network"]].values.tolist() == [["k1", "Old Quarter", 3.5]]
    assert nodes.geometry[0].equals(SHAPES[0]) and nodes.crs.to_epsg() == 4326
    tables_found = {name for name, kind in pyogrio.list_layers(path) if kind is None}
    assert {"values", "scales", "correlations", "decisions", "recommended", "marks", "worlds"} <= tables_found
    decisions = pyogrio.read_dataframe(path, layer="decisions", read_geometry=False)
    assert decisions.loc[0, ["site", "date", "rank", "sets"]].tolist() == ["Habeco", "2025-11", 4, "best, single"]


def test_a_candidate_told_of_twice_is_refused_and_leaves_nothing(frames, tmp_path):
    frames["scores"] = pd.concat([frames["scores"], frames["scores"]], ignore_index=True)
    with pytest.raises(pd.errors.MergeError):
        pack.pack_geopackage(frames, tmp_path / "x.gpkg")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u3000", "\ufeff", "\u200b ", "\n", "\t "])
@pytest.mark.parametrize("sign", [*"=+-@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_formula_behind_blanks_or_in_full_width_is_none(tmp_path, before, sign):
    import csv

    text = f"{before}{sign}cmd|' /C calc'!A0"
    pack.write_csv(pd.DataFrame({"name": [text, " -5", "Kho = A"]}), tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == [f"'{text}", " -5", "Kho = A"]


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
    rows = pack.joined(frames).set_index("site_id")
    assert rows["map_and_model"].to_dict() == {"h-1": "open", "h-2": ""}
    assert (rows.loc["h-1", "joint_p_top"], rows.loc["h-1", "joint_moved_by"]) == (0.5, "spaces")
    assert rows.loc["h-1", "rank"] == 1 and "joint_rank" not in rows
