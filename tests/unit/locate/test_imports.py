"""Imported lists: read as they come, refused by name when something is wrong, and put beside OSM and the registry."""

import json
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.geo import reproject, reproject_xy
from creative_nodes.locate.datum import from_wgs84
from creative_nodes.locate.imports import Scope, read_import, read_imports
from creative_nodes.locate.offsets import MIN_PAIRS
from creative_nodes.locate.registry import Known, read_registry
from creative_nodes.locate.settings import Import, find_imports
from creative_nodes.locate.sites import locate
from creative_nodes.pull.read import read_osm
from creative_nodes.report.tables import TABLES
from creative_nodes.settings import load_config, load_settings

EXTRACTS = os.environ.get("EXTRACTS", "")
EPSG = 32651
LON, LAT = 121.47, 31.23
EAST, NORTH = (float(v[0]) for v in reproject_xy(np.array([LON]), np.array([LAT]), 4326, EPSG))
HALF_M, BUFFER_M = 5000.0, 2000.0
HEAD = "name,lon,lat,year,listing\n"
COLUMNS = {"name": "name", "lon": "lon", "lat": "lat", "year": "year", "listing": "listing"}
NAMES = ["永安纱厂", "大隆机器厂", "福新面粉厂", "华生电器厂", "益丰搪瓷厂", "章华毛纺厂", "寅丰染织厂", "鸿翔仓库"]


def degrees(east, north):
    x, y = reproject_xy(np.array([EAST + east], dtype=float), np.array([NORTH + north], dtype=float), EPSG, 4326)
    return float(x[0]), float(y[0])


@pytest.fixture
def area():
    square = shapely.box(EAST - HALF_M, NORTH - HALF_M, EAST + HALF_M, NORTH + HALF_M)
    return {"area": reproject(square, EPSG, 4326), "epsg": EPSG}


@pytest.fixture
def scope(area, taxonomies):
    return Scope.of(**area, edge_buffer_m=BUFFER_M, local_name="上海", taxonomies=taxonomies)


def spec(file="list.csv", columns=COLUMNS, kind="heritage", **changes):
    given = {"file": file, "columns": columns, "kind": kind, "source": "a book", **changes}
    return Import.model_validate(given)


@pytest.fixture
def read(tmp_path, scope):
    """Write a file and read it as a list."""

    def go(content, **changes):
        one = spec(**changes)
        path = tmp_path / one.file
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_import(path, one, scope)

    return go


@pytest.fixture
def refused(read):
    """Return what is said of a file that is refused."""

    def go(content, **changes):
        with pytest.raises(InputError) as error:
            read(content, **changes)
        return str(error.value)

    return go


# ---------------------------------------------------------------- reading


def test_a_row_is_read_whole(read):
    one = read(HEAD + "信和纱厂旧址,121.47,31.23,1935年,relic_point\n")
    (row,) = one.rows
    assert (row.name, row.name_zh, row.lon, row.lat) == ("信和纱厂旧址", "", 121.47, 31.23)
    assert (row.year_built, row.listing, row.status, row.origin) == (1935, "relic_point", "", "list.csv")
    assert {"信和纱厂", "上海信和纱厂"} <= set(row.folded_names())
    assert one.reference == "wgs84"


def test_defaults_fill_what_rows_do_not_say(read):
    columns = {**COLUMNS, "status": "state"}
    text = "name,lon,lat,year,listing,state\na,121.47,31.23,,,lost\nb,121.48,31.23,,,\n"
    one = read(text, columns=columns, defaults={"status": "vacated", "heritage_class": "warehouse"})
    assert [row.status for row in one.rows] == ["lost", "vacated"]
    assert {row.heritage_class for row in one.rows} == {"warehouse"}


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_every_datum_ends_at_the_same_place(read, datum):
    lon, lat = (float(v[0]) for v in from_wgs84(np.array([LON]), np.array([LAT]), datum))
    (row,) = read(f"{HEAD}a,{lon!r},{lat!r},,\n", datum=datum).rows
    assert row.lon == pytest.approx(LON, abs=1e-8)
    assert row.lat == pytest.approx(LAT, abs=1e-8)


def test_vn2000_eastings_and_northings(tmp_path, taxonomies):
    lon, lat = 105.85, 21.03
    x, y = (float(v[0]) for v in reproject_xy(np.array([lon]), np.array([lat]), 4326, 3405))
    hanoi = Scope.of(
        area=shapely.box(105.8, 21.0, 105.9, 21.1),
        epsg=32648,
        edge_buffer_m=BUFFER_M,
        local_name="Hà Nội",
        taxonomies=taxonomies,
    )
    path = tmp_path / "list.csv"
    path.write_text(f"name,lon,lat,year,listing\nKho,{x!r},{y!r},,\n", encoding="utf-8")
    (row,) = read_import(path, spec(epsg=3405), hanoi).rows
    assert (row.lon, row.lat) == pytest.approx((lon, lat), abs=1e-8)


def test_a_byte_order_mark_and_empty_lines_are_no_harm(read):
    one = read(b"\xef\xbb\xbf" + f"{HEAD}\n永安纱厂,121.47,31.23,,\n,,,,\n".encode())
    assert [row.name for row in one.rows] == ["永安纱厂"]


def test_a_row_without_position_stays(read):
    one = read(f"{HEAD}a,121.47,31.23,,\nb,,,,\n")
    assert [row.lon for row in one.rows] == [121.47, None]


def test_ids_stay_when_rows_come_and_go(read):
    both = read(f"{HEAD}a,121.47,31.23,,\nb,121.48,31.23,,\n").rows
    assert read(f"{HEAD}b,121.48,31.23,,\n").rows[0].registry_id == both[1].registry_id
    assert both[0].registry_id != both[1].registry_id


@pytest.mark.parametrize(("file", "driver"), [("list.geojson", "GeoJSON"), ("list.gpkg", "GPKG")])
def test_files_with_geometry(tmp_path, scope, file, driver):
    shapes = [shapely.Point(LON, LAT), shapely.box(LON, LAT, LON + 0.001, LAT + 0.001)]
    frame = gpd.GeoDataFrame({"titre": ["a", "b"], "an": [1932.0, None]}, geometry=shapes, crs=4326)
    frame = frame.to_crs(EPSG) if driver == "GPKG" else frame
    frame.to_file(tmp_path / file, driver=driver)
    one = read_import(tmp_path / file, spec(file=file, columns={"name": "titre", "year": "an"}), scope)
    assert [(row.name, row.year_built) for row in one.rows] == [("a", 1932), ("b", None)]
    assert (one.rows[0].lon, one.rows[0].lat) == pytest.approx((LON, LAT), abs=1e-7)
    assert shapely.box(LON, LAT, LON + 0.001, LAT + 0.001).contains(shapely.Point(one.rows[1].lon, one.rows[1].lat))
    if driver == "GPKG":
        with pytest.raises(InputError, match=f"EPSG:{EPSG}, not EPSG:3405"):
            read_import(tmp_path / file, spec(file=file, columns={"name": "titre"}, epsg=3405), scope)
        with pytest.raises(InputError, match="not degrees of gcj02"):
            read_import(tmp_path / file, spec(file=file, columns={"name": "titre"}, datum="gcj02"), scope)


ITEMS = {"name": "name", "lon": "lon", "lat": "lat", "wikidata": "item", "image": "image", "year": "year"}


def test_items_stand_once_wherever_they_lie(read, run):
    """An answer repeats an item for each of its pictures; one on another continent lends nothing and hurts nobody."""
    head = "name,lon,lat,item,image,year\n"
    rows = (
        "福新面粉厂,121.47,31.23,Q5,a.jpg,1912-01-01T00:00:00Z\n福新面粉厂,121.47,31.23,Q5,b.jpg,\n远,4.8,45.7,Q6,,\n"
    )
    one = read(head + rows, columns=ITEMS, kind="wikidata")
    assert [(row.wikidata, row.image, row.year_built) for row in one.rows] == [("Q5", "a.jpg", 1912), ("Q6", "", None)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "osm", "file": "a.geojson"}, "leave out columns"),
        ({"kind": "osm", "file": "a.csv", "columns": None}, "GeoJSON"),
        ({"kind": "osm", "file": "a.geojson", "columns": None, "datum": "gcj02"}, "leave out datum"),
        ({"columns": None}, "give columns"),
        ({"date": "2025-01-01"}, "date is for kind osm"),
        ({"kind": "wikidata"}, "go together"),
        ({"columns": ITEMS}, "go together"),
        ({"kind": "osm", "file": "a.geojson", "columns": None, "date": "2025"}, "date"),
    ],
)
def test_a_kind_says_what_it_needs(changes, words):
    with pytest.raises(ValueError, match=words):
        spec(**changes)


def test_fresher_tags_are_told_in_the_table_imports(run):
    """Their file, day, objects, and how many of them are part of a site; nothing is read a second time."""
    fresh = "fresh.geojson, 2025-09-12"
    found = run({"way/1": (0, 0, {"building": "warehouse", "heritage": "2"})}, source=fresh)
    (row,) = found.imports.to_dict("records")
    assert (row["file"], row["source"], row["kind"]) == ("fresh.geojson", "OpenStreetMap, 2025-09-12", "osm")
    assert (row["n"], row["placed"], row["matched"], row["warning"]) == (1, 1, 1, "")
    told = json.loads(found.heritage["evidence"].iloc[0])
    assert {one["source"] for one in told} == {"fresh.geojson, 2025-09-12"}


# ---------------------------------------------------------------- refusing


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("nom,lon,lat,year,listing\na,121.47,31.23,,\n", ["list.csv", "no column name", "columns.name"]),
        pytest.param("names,lon,lat,year,listing\na,121.47,31.23,,\n", ["did you mean names?"]),
        pytest.param("name;lon;lat;year;listing\na;121.47;31.23;;\n", ["not separated by commas"]),
        pytest.param(HEAD, ["holds no rows"]),
        pytest.param(f"{HEAD}a,121.47,31.23,,,,9\n", ["line 2", "2 values more"]),
        pytest.param(f'{HEAD}a,"121,47",31.23,,\n', ["line 2", "lon is '121,47'"]),
        pytest.param(f"{HEAD}a,nan,31.23,,\n", ["line 2", "not a number"]),
        pytest.param(f"{HEAD}a,121.47,,,\n", ["line 2", "both lon and lat"]),
        pytest.param(f"{HEAD},121.47,31.23,,\n", ["line 2", "no name"]),
        pytest.param(f"{HEAD}a,31.23,121.47,,\n", ["1 of 1", "line 2 (31.23, 121.47)", "swapped"]),
        pytest.param(f"{HEAD}a,121.47,31.23,,\nb,31.23,121.47,,\n", ["1 of 2", "line 3", "swapped"]),
        pytest.param(f"{HEAD}a,121.47,31.23,,\nb,0,0,,\nc,2,48,,\n", ["2 of 3", "line 3 (0, 0); line 4 (2, 48)"]),
        pytest.param(f"{HEAD}a,121.47,31.9,,\n", ["none of its 1 positions", "study area"]),
        pytest.param(f"{HEAD}Mill,121.47,31.23,,\nb,121.48,31.23,,\nmill,121.47,31.23,,\n", ["line 4", "as line 2"]),
    ],
)
def test_what_is_wrong_is_named(refused, content, words):
    said = refused(content)
    for word in ["list.csv", *words]:
        assert word in said


def test_rows_far_off_are_counted_and_the_first_listed(refused):
    said = refused(HEAD + "".join(f"a{k},{k},0,,\n" for k in range(9)))
    assert "9 of 9" in said
    assert "line 6 (4, 0)" in said
    assert "line 7" not in said


@pytest.mark.parametrize(
    ("encoding", "text", "words"),
    [
        ("gbk", f"{HEAD}永安纱厂旧址,121.47,31.23,,\n", ["line 2", "GBK"]),
        ("cp1252", f"{HEAD}a,121.47,31.23,,\nFabrique de café,121.48,31.23,,\n", ["line 3", "cp1252"]),
        ("cp1258", f"{HEAD}Đươ\u0300ng Đông,121.47,31.23,,\n", ["line 2", "Windows code page"]),
        ("utf-16", f"{HEAD}a,121.47,31.23,,\n", ["UTF-16"]),
        ("utf-8", f"{HEAD}caf\ufffd,121.47,31.23,,\n", ["line 2", "letters lost"]),
    ],
)
def test_legacy_encodings_are_named_with_the_line(refused, encoding, text, words):
    said = refused(text.encode(encoding))
    for word in ["list.csv", "UTF-8", *words]:
        assert word in said


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("status", "closed", ["line 2", "state is 'closed'", "vacated"]),
        ("heritage_class", "warehose", ["line 2", "did you mean warehouse?"]),
        ("domain", "x", ["line 2", "state is 'x'"]),
        ("tier", "cor", ["line 2", "did you mean core?"]),
    ],
)
def test_values_outside_the_vocabulary(refused, key, value, words):
    said = refused(
        f"name,lon,lat,state\na,121.47,31.23,{value}\n",
        columns={"name": "name", "lon": "lon", "lat": "lat", key: "state"},
    )
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"datum": "gcj02", "epsg": 3405}, "datum or epsg, not both"),
        ({"epsg": 99999}, "not known to PROJ"),
        ({"file": "list.xlsx"}, "must end in .csv"),
        ({"columns": {"name": "name"}}, "columns.lon and columns.lat"),
        ({"columns": {"lon": "x", "lat": "y"}}, "column of a name"),
        ({"file": "list.gpkg"}, "geometry of its own"),
    ],
)
def test_a_mapping_that_cannot_work(changes, words):
    with pytest.raises(ValueError, match=words):
        spec(**changes)


def test_a_wrong_key_names_the_nearest(main_config, tmp_path):
    import shutil

    root = Path(__file__).resolve().parents[3]
    shutil.copytree(root / "config", tmp_path / "config")
    file = tmp_path / "config" / "cities" / "sample.yaml"
    text = file.read_text(encoding="utf-8")
    entry = "imports:\n- {file: a.csv, colums: {name: name, lon: x, lat: y}, kind: heritage, source: b}\n"
    file.write_text(text + entry, encoding="utf-8")
    with pytest.raises(InputError, match=r"imports\.0\.colums: unknown key; did you mean columns\?"):
        load_settings(load_config(main_config), "sample", root=tmp_path)
    entry = "imports:\n" + 2 * "- {file: a/b.csv, columns: {name: n, lon: x, lat: y}, kind: heritage, source: b}\n"
    file.write_text(text + entry, encoding="utf-8")
    with pytest.raises(InputError, match=r"imports: b\.csv stands twice"):
        load_settings(load_config(main_config), "sample", root=tmp_path)


def test_a_missing_file_stops_unless_it_is_not_required(tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.csv").write_text("", encoding="utf-8")
    folders = [tmp_path, tmp_path / "here"]
    lists = [spec("b.csv", required=False), spec("a.csv")]
    assert find_imports(lists, folders, where="city.yaml") == [(tmp_path / "here" / "a.csv", lists[1])]
    with pytest.raises(InputError, match=r"city\.yaml: imports\.1\.file: c\.csv is not in .*IMPORTS"):
        find_imports([lists[0], spec("c.csv")], folders, where="city.yaml")


# ---------------------------------------------------------------- beside OSM and the registry


@pytest.fixture
def run(taxonomies, settings, area, scope, tmp_path):
    """Locate in objects {osm_id: (east, north, tags)}, 40 m squares, with lists {file: (text, changes)}."""

    def go(objects, known=(), lists=(), source="", **read_as):
        shapes = [
            shapely.box(EAST + e - 20, NORTH + n - 20, EAST + e + 20, NORTH + n + 20) for e, n, _ in objects.values()
        ]
        places = gpd.GeoDataFrame(
            {
                "osm_id": list(objects),
                "tags": [json.dumps(tags) for *_, tags in objects.values()],
                "edited": "",
                "source": source,
            },
            geometry=reproject(np.array(shapes, dtype=object), EPSG, 4326),
            crs=4326,
        )
        for file, text in dict(lists).items():
            (tmp_path / file).write_text(text, encoding="utf-8")
        specs = [spec(file, **read_as).said for file in dict(lists)]
        found = locate(
            places,
            taxonomies,
            known=list(known),
            lists=read_imports([str(tmp_path / file) for file in dict(lists)], specs, scope),
            settings=settings,
            edge_buffer_m=BUFFER_M,
            **area,
        )
        for name in ("heritage", "creative", "imports"):
            tables.check(getattr(found, name), TABLES[name], where=name)
        return found

    return go


def line(name, east, north, year="", listing="", datum="wgs84"):
    lon, lat = (float(v[0]) for v in from_wgs84(*(np.array([v]) for v in degrees(east, north)), datum))
    return f"{name},{lon!r},{lat!r},{year},{listing}\n"


def warehouse(name):
    return {"building": "warehouse", "name": name}


def evidence(row, rule="import"):
    return [one for one in json.loads(row["evidence"]) if one["rule"] == rule]


def test_a_row_strengthens_the_osm_site_of_its_name(run):
    objects = {"way/1": (0, 0, warehouse("永安仓库"))}
    plain = run(objects).heritage.iloc[0]
    found = run(objects, lists={"list.csv": HEAD + line("永安仓库旧址", 60, 0, "1932", "市级")})
    (row,) = found.heritage.to_dict("records")
    assert row["osm_ids"] == ["way/1"]
    assert row["site_id"] == plain["site_id"]
    assert row["confidence"] == pytest.approx(1 - (1 - plain["confidence"]) * (1 - 0.6))
    assert (row["start_year"], row["listed"], row["registry_id"]) == (1932, True, "")
    assert evidence(row)[0]["tag"] == "list.csv: 永安仓库旧址; 市级; a book"
    assert found.imports.loc[0, ["n", "placed", "matched", "in_registry"]].tolist() == [1, 1, 1, 0]


def test_a_row_not_in_osm_becomes_a_site(run):
    found = run({}, lists={"list.csv": HEAD + line("大隆机器厂", 0, 0) + line("远东仓库", 100_000, 0)})
    (row,) = found.heritage.to_dict("records")
    assert (row["name"], row["in_osm"], row["status"], row["heritage_class"]) == (
        "大隆机器厂",
        False,
        "not_known",
        "mill_factory",
    )
    assert row["confidence"] == pytest.approx(0.6)
    assert row["tier"] == "medium"
    assert found.imports.loc[0, ["n", "placed", "matched"]].tolist() == [2, 1, 0]
    assert len(found.registry) == 0


def test_a_creative_list(run):
    text = HEAD + line("红坊", 0, 0)
    found = run({}, lists={"list.csv": text}, kind="creative", defaults={"domain": "visual_arts", "tier": "core"})
    assert found.creative[["name", "domain", "tier", "in_osm"]].to_numpy().tolist() == [
        ["红坊", "visual_arts", "core", False]
    ]
    assert len(found.heritage) == 0


def known(name, at, **changes):
    lon, lat = degrees(*at)
    given = {
        "registry_id": "r1",
        "name": name,
        "kind": "heritage",
        "heritage_class": "warehouse",
        "lon": lon,
        "lat": lat,
    }
    return Known.model_validate({**given, "status": "vacated", "precision": "site", "source": "a paper", **changes})


def test_a_row_of_the_registry_and_one_of_a_list_make_one_site(run):
    # the same OSM object; the registry's own point, by an alias; the status is the registry's
    cases = [
        ({"way/1": (0, 0, warehouse("永安仓库"))}, known("永安仓库", (30, 0)), line("永安仓库旧址", 40, 10)),
        ({}, known("半岛1919", (0, 0), aliases="永安仓库"), line("永安仓库旧址", 400, 0)),
        ({}, known("永安仓库", (0, 0)), line("鸿翔栈", 0, 0)),
    ]
    for objects, row, text in cases:
        found = run(objects, known=[row], lists={"list.csv": HEAD + text}, defaults={"status": "lost"})
        (site,) = found.heritage.to_dict("records")
        assert (site["registry_id"], site["status"]) == ("r1", "vacated")
        assert len(evidence(site)) == len(evidence(site, "registry")) == 1
        assert found.imports.loc[0, "in_registry"] == 1


def test_a_name_beyond_reach_is_another_site(run):
    found = run({}, known=[known("永安仓库", (0, 0))], lists={"list.csv": HEAD + line("永安仓库", 700, 0)})
    assert len(found.heritage) == 2


def test_two_lists_with_the_same_site_count_once(run):
    texts = {"a.csv": HEAD + line("永安纱厂", 0, 0), "b.csv": HEAD + line("永安纱厂旧址", 30, 0, "1922")}
    (row,) = run({}, lists=texts).heritage.to_dict("records")
    assert row["confidence"] == pytest.approx(0.6)
    assert [one["tag"].split(":")[0] for one in evidence(row)] == ["a.csv", "b.csv"]
    assert row["start_year"] == 1922


def test_a_point_in_a_building_of_another_name_is_another_site(run):
    found = run({"way/1": (0, 0, warehouse("永安仓库"))}, lists={"list.csv": HEAD + line("益丰搪瓷厂", 0, 0)})
    assert sorted(found.heritage["name"]) == ["永安仓库", "益丰搪瓷厂"]


def test_lists_leave_the_registry_where_it_was(run):
    objects = {"way/1": (0, 0, warehouse("永安仓库")), "way/2": (300, 0, warehouse("永安仓库"))}
    rows = [known("永安仓库", (290, 0))]
    alone = run(objects, known=rows).registry
    both = run(objects, known=rows, lists={"list.csv": HEAD + line("永安仓库", 310, 0)}).registry
    assert alone.equals(both)


# ---------------------------------------------------------------- the right datum


TOWN = {
    f"way/{k}": (700.0 * k - 2500, 350.0 * (k % 3), {"building": "yes", "name": name}) for k, name in enumerate(NAMES)
}
OFF_M = 12.0


def town_list(datum):
    """The town's buildings as a list in a datum, each 12 m north of the middle of its building."""
    return HEAD + "".join(line(tags["name"], e, n + OFF_M, datum=datum) for e, n, tags in TOWN.values())


@pytest.mark.parametrize("truth", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("read_as", ["wgs84", "gcj02", "bd09"])
def test_a_wrong_datum_is_detected_and_the_right_one_named(run, truth, read_as):
    (row,) = run(TOWN, lists={"list.csv": town_list(truth)}, datum=read_as).imports.to_dict("records")
    offsets = json.loads(row["offsets"])
    assert row["pairs"] == len(NAMES)
    assert row["best_datum"] == truth
    assert offsets[truth] == {"centroid_m": OFF_M, "outline_m": 0}
    if truth == read_as:
        assert row["warning"] == ""
        assert row["matched"] == len(NAMES)
        assert row["median_m"] == pytest.approx(OFF_M, abs=0.1)
    else:
        assert f"Set datum: {truth}" in row["warning"]
        assert f"as {read_as}" in row["warning"]
        assert row["median_m"] > 300


def test_few_pairs_and_names_borne_twice_tell_nothing(run):
    few = dict(list(TOWN.items())[: MIN_PAIRS - 1])
    (row,) = run(few, lists={"list.csv": town_list("bd09")}).imports.to_dict("records")
    assert row["pairs"] == MIN_PAIRS - 1
    assert (row["best_datum"], row["warning"]) == ("bd09", "")
    twice = {**TOWN, "way/99": (-2500 + 400, 0, {"building": "yes", "name": NAMES[0]})}
    (row,) = run(twice, lists={"list.csv": town_list("wgs84")}).imports.to_dict("records")
    assert row["pairs"] == len(NAMES) - 1


@pytest.fixture
def hanoi(taxonomies, settings, tmp_path):
    """Locate six named buildings in Hanoi with a list of them in a CRS, read as another."""
    epsg = 32648
    names = ["Nhà máy dệt", "Xưởng phim", "Kho bạc cũ", "Nhà in Tiến Bộ", "Nhà máy rượu", "Nhà máy bia"]
    lon, lat = 105.83 + 0.006 * np.arange(6), 21.02 + 0.004 * (np.arange(6) % 3)

    def go(truth, **read_as):
        points = reproject(shapely.points(lon, lat), 4326, epsg)
        places = gpd.GeoDataFrame(
            {
                "osm_id": [f"way/{k}" for k in range(6)],
                "tags": [json.dumps({"building": "yes", "name": name}) for name in names],
                "edited": "",
                "source": "",
            },
            geometry=reproject(shapely.buffer(points, 20), epsg, 4326),
            crs=4326,
        )
        x, y = reproject_xy(lon, lat, 4326, truth)
        rows = "".join(f"{name},{float(a)!r},{float(b)!r},,\n" for name, a, b in zip(names, x, y, strict=True))
        path = tmp_path / "list.csv"
        path.write_text(HEAD + rows, encoding="utf-8")
        area = {"area": shapely.box(105.8, 21.0, 105.9, 21.1), "epsg": epsg}
        buffer = {"edge_buffer_m": BUFFER_M}
        scope = Scope.of(**area, **buffer, local_name="Hà Nội", taxonomies=taxonomies)
        found = locate(
            places,
            taxonomies,
            known=[],
            lists=read_imports([str(path)], [spec(**read_as).said], scope),
            settings=settings,
            **area,
            **buffer,
        )
        return found.imports.iloc[0]

    return go


@pytest.mark.parametrize(
    ("truth", "read_as", "best"),
    [
        (3405, {"epsg": 3405}, ""),
        (3405, {"epsg": 32648}, "epsg: 3405"),
        (32648, {"epsg": 3405}, "epsg: 32648"),
        (4756, {}, "epsg: 4756"),
        (4326, {"datum": "gcj02"}, ""),  # outside China it is the same
        (4326, {}, ""),
    ],
)
def test_vn2000_and_wgs84_are_told_apart(hanoi, truth, read_as, best):
    row = hanoi(truth, **read_as)
    assert row["pairs"] == 6
    assert (f"Set {best} " in row["warning"]) if best else row["warning"] == ""
    assert min(one["centroid_m"] for one in json.loads(row["offsets"]).values()) == 0


# ---------------------------------------------------------------- the real lists


@pytest.fixture(scope="module")
def shanghai():
    """Located in the real extract with the real lists, by the datums the lists are read in."""
    import yaml

    from creative_nodes.locate.taxonomy import Taxonomies, read_taxonomy

    root = Path(__file__).resolve().parents[3]
    config = load_config(yaml.safe_load((root / "config" / "config.yaml").read_text(encoding="utf-8")))
    city = load_settings(config, "shanghai", root=root)
    study = {"area": shapely.box(*city.city.boundary.bbox), "epsg": EPSG}
    buffer = {"edge_buffer_m": city.analysis.edge_buffer_m}
    extract = read_osm(Path(EXTRACTS) / "shanghai.osm.pbf", modes=config.travel.modes, epsg=EPSG)
    rules = (config.locate.heritage_taxonomy, config.locate.creative_taxonomy, config.locate.amenity_taxonomy)
    taxonomies = Taxonomies(*(read_taxonomy(root / path) for path in rules))
    scope = Scope.of(**study, **buffer, local_name="上海", taxonomies=taxonomies)

    def go(*datums):
        lists = [one for one in city.city.imports if one.datum]
        specs = [one.model_copy(update={"datum": datum}) for one, datum in zip(lists, datums, strict=True)]
        there = find_imports(specs, [Path(EXTRACTS) / ".." / "imports"], where="shanghai")
        found = locate(
            extract.places,
            taxonomies,
            known=read_registry(root / str(city.city.registry), **study),
            lists=read_imports([str(path) for path, _ in there], [one.said for _, one in there], scope),
            settings=config.locate,
            **study,
            **buffer,
        )
        return found.imports.set_index("file")

    return go


@pytest.mark.cities
@pytest.mark.skipif(
    not (EXTRACTS and (Path(EXTRACTS) / ".." / "imports").is_dir()),
    reason="set EXTRACTS to a folder with shanghai.osm.pbf, beside a folder imports with the lists",
)
@pytest.mark.parametrize(
    ("datums", "right"),
    [(("bd09", "gcj02"), True), (("wgs84", "wgs84"), False), (("gcj02", "bd09"), False)],
)
def test_the_real_lists_fit_under_their_own_datum_only(shanghai, datums, right):
    rows = shanghai(*datums)
    for file, truth in (("shanghai_industrial_bd09.csv", "bd09"), ("shanghai_industrial_gcj02.csv", "gcj02")):
        row = rows.loc[file]
        assert row["pairs"] >= MIN_PAIRS
        assert row["best_datum"] == truth
        assert json.loads(row["offsets"])[truth]["centroid_m"] < 60
        assert (row["warning"] == "") == right
        if not right:
            assert row["median_m"] > 300
            assert f"Set datum: {truth}" in row["warning"]


# ---------------------------------------------------------------- hostile files


def collection(*geometries):
    features = [{"type": "Feature", "properties": {"name": "Kho"}, "geometry": one} for one in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features})


HOSTILE = {
    "a field beyond the limit": (HEAD + f'"{"x" * 140_000}",121.47,31.23,,\n', {}, "line 2: cannot be read"),
    "an unclosed quote": (HEAD + '"Kho,121.47,31.23,,\nB,121.47,31.23,,\n', {}, "is a quote not closed"),
    "a column twice": ("name,lon,lat,year,listing,name\nA,121.47,31.23,,,B\n", {}, "column name stands twice"),
    "an empty collection": (collection(), {"file": "a.geojson"}, "a.geojson"),
    "a ring of no numbers": (
        collection({"type": "Polygon", "coordinates": [[[121.47, 31.23], [121.48, float("nan")], [121.47, 31.23]]]}),
        {"file": "a.geojson"},
        "a.geojson",
    ),
    "a polygon without corners": (
        collection({"type": "Polygon", "coordinates": []}, {"type": "Point", "coordinates": [121.47, 31.23]}),
        {"file": "a.geojson"},
        "feature 1: its geometry is empty",
    ),
    "no JSON": ("{", {"file": "a.geojson"}, "a.geojson"),
    "nested without end": ("[" * 100_000, {"file": "a.geojson"}, "a.geojson"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list_ends_in_a_sentence(refused, name):
    content, changes, said = HOSTILE[name]
    columns = {"name": "name"} if changes else COLUMNS
    told = refused(content, columns=columns, **changes)
    assert said in told and len(told) < 1000


@pytest.mark.parametrize("file", ["list.csv", "list.geojson", "list.gpkg"])
def test_a_folder_is_no_list(tmp_path, scope, file):
    (tmp_path / file).mkdir()
    columns = COLUMNS if file.endswith("csv") else {"name": "name"}
    with pytest.raises(InputError, match=file):
        read_import(tmp_path / file, spec(file, columns=columns), scope)


def test_an_item_lends_and_makes_no_site(run):
    """Of two items the one at the warehouse of its name is told of; the other is no site."""
    text = f"name,lon,lat,item,image,year\n{','.join(map(str, ('Kho Bến', *degrees(10, 0))))},Q5,a.jpg,1912\n"
    text += f"{','.join(map(str, ('Nhà máy Dệt', *degrees(900, 0))))},Q6,,\n"
    found = run({"way/1": (0, 0, warehouse("Kho Bến"))}, lists={"items.csv": text}, columns=ITEMS, kind="wikidata")
    (site,) = found.heritage.to_dict("records")
    assert (site["wikidata"], site["image"], site["inception"]) == ("Q5", "a.jpg", 1912)
    assert (site["told_by"], found.imports["placed"][0], found.imports["pairs"][0]) == ("map", 1, 0)
    assert found.creative.empty
