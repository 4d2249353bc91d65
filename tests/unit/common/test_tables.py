"""The doors: what goes through comes out the same, and a wrong column fails by name."""

import io
import json
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, box

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.made_of import MadeOf
from creative_nodes.common.version import __version__
from creative_nodes.report.tables import TABLES

NAMES = {"name", "name_en", "name_vi", "name_zh"}
CRITERIA = {
    *("residents_walk_15", "residents_ride_30", "transit_minutes", "exchange", "neighbourhood", "diversity"),
    *("newly_served", "network_gain", "site_capacity", "heritage_value", "readiness"),
}
# ARCHITECTURE, the doors by name
ALWAYS = {
    "places": {"osm_id", "tags", "geometry"},
    "completeness": {
        *("hex_id", "residents", "street_km", "named_venues", "buildings", "venues_per_1000", "venues_per_street_km"),
        *("buildings_per_street_km", "last_edit", "mapping", "geometry"),
    },
    "street_nodes": {"node_id", "geometry"},
    "street_edges": {"u", "v", "length_m", "highway", "walk", "bike", "motorbike", "car", "geometry"},
    "heritage": {
        *("site_id", "heritage_class", "status", "confidence", "tier", "area_m2", "evidence", "osm_ids", "geometry"),
        *NAMES,
    },
    "creative": {"space_id", *NAMES, "domain", "tier", "cluster_id", "evidence", "osm_ids", "geometry"},
    "clusters": {"cluster_id", "name", "n_spaces", "p_value", "geometry"},
    "candidates": {"site_id", "name", "reachable", "unreachable_reason", *CRITERIA, "geometry"},
    "scores": {"site_id", "score", "rank", "rank_low", "rank_high", "p_top10", "priorities"},
    "indicators": {"indicator", "value", "unit", "source"},
}
PROVENANCE = {"snapshot": "2026-01-01", "source": "© OpenStreetMap contributors", "settings": "abc"}


def frame_of(name, rows=3):
    """Make a frame that fits a table: missing values where they are allowed, in the last row."""
    made = {"text": "Kho Bến Cũ", "integer": 1, "flag": True, "texts": ["way/1", "node/2"], "number": 0.5}
    table = TABLES[name]
    data = {c.name: [made[c.kind]] * rows for c in table.columns if c.kind != "geometry"}
    for column in table.columns:
        if column.nullable:
            data[column.name] = [*data[column.name][:-1], None]
    frame = pd.DataFrame(data)
    if not table.has_geometry:
        return frame
    shapes = [Point(105.85, 21.03), LineString([(105, 21), (106, 21.5)]), MultiPolygon([box(0, 0, 1, 1)])]
    return gpd.GeoDataFrame(frame, geometry=shapes[:rows], crs=4326)


@pytest.fixture
def clusters():
    return frame_of("clusters")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "made" / "table.parquet"


@pytest.fixture(params=sorted(TABLES))
def name(request):
    """Each table in turn."""
    return request.param


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The file of a table and what is read of it, by how many rows it has: written once, and not to be changed."""

    @cache
    def of(name, rows):
        path = tmp_path_factory.mktemp("written") / f"{name}.parquet"
        frame = frame_of(name, rows) if rows else tables.empty(TABLES[name])
        tables.write(frame, TABLES[name], path, provenance=PROVENANCE)
        return path, tables.read(TABLES[name], path)

    return of


def refusal(frame, name="clusters"):
    with pytest.raises(InputError) as caught:
        tables.check(frame, TABLES[name], where="here.parquet")
    assert str(caught.value).startswith("here.parquet")
    return str(caught.value)


# ---------------------------------------------------------------- schema


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_a_door_has_the_columns_that_were_promised(name):
    assert ALWAYS[name] - {column.name for column in TABLES[name].columns} == set()


def test_columns_are_named_once_and_explained(name):
    names = [column.name for column in TABLES[name].columns]
    assert len(set(names)) == len(names)
    assert all(column.meaning for column in TABLES[name].columns)
    assert TABLES[name].name == name


# ---------------------------------------------------------------- there and back


def test_what_is_written_is_read(name, written):
    frame, (_, back) = frame_of(name), written(name, 3)
    assert list(back.columns) == [column.name for column in TABLES[name].columns]
    for column in TABLES[name].columns:
        if column.kind == "geometry":
            assert shapely.equals_exact(back.geometry.to_numpy(), frame.geometry.to_numpy()).all()
            assert back.crs.to_epsg() == 4326
        elif column.kind == "texts":
            assert [list(value) for value in back[column.name]] == list(frame[column.name])
        else:
            gone = frame[column.name].isna()
            assert (back[column.name].isna() == gone).all()
            assert list(back[column.name][~gone]) == list(frame[column.name][~gone])


@pytest.mark.parametrize("epsg", [4326, 32648])
def test_a_table_is_read_as_geopandas_reads_it_whatever_was_read_before(clusters, path, epsg):
    path.parent.mkdir()
    for k, shapes in enumerate((clusters, clusters.iloc[:1], clusters.iloc[:0])):
        frame = shapes.to_crs(epsg)
        # the shapes stand amid the columns
        frame = frame[["name", "geometry", "p_value", "kept", "n_spaces"]].rename_geometry(f"at{k}")
        frame.to_parquet(path)
        theirs, ours = gpd.read_parquet(path), tables._shapes(path)
        pd.testing.assert_frame_equal(pd.DataFrame(ours), pd.DataFrame(theirs))
        assert isinstance(ours, gpd.GeoDataFrame) and ours.geometry.name == theirs.geometry.name
        assert ours.crs.to_json() == theirs.crs.to_json() and ours.crs.to_epsg() == epsg


def test_shapes_in_two_systems_are_each_in_their_own(clusters, path):
    path.parent.mkdir()
    both = clusters[["geometry"]].assign(metric=clusters.geometry.to_crs(32648))
    both.to_parquet(path)
    for _ in range(2):
        assert tables._shapes(path)["metric"].crs.to_epsg() == 32648


def test_an_empty_table_goes_through(name, written):
    assert len(written(name, 0)[1]) == 0


def test_provenance_is_kept_with_version_and_table(clusters, path):
    tables.write(clusters, TABLES["clusters"], path, provenance=PROVENANCE)
    assert tables.provenance(path) == {**PROVENANCE, "table": "clusters", "version": __version__}


def test_provenance_is_handed_on_with_what_the_step_depends_on(clusters, path):
    tables.write(clusters, TABLES["clusters"], path, provenance={**PROVENANCE, "settings": "of the step before"})
    own = tables.note_of(MadeOf(settings={"analysis.seed": "1"}))
    assert tables.carry_on(path, MadeOf(settings={"analysis.seed": "1"})) == {**PROVENANCE, **own}
    assert tables.pooled({"x": str(path)}, MadeOf(settings={"analysis.seed": "1"})) == {
        "cities": {"x": {key: value for key, value in PROVENANCE.items() if key != "settings"}},
        **own,
    }


def test_same_frame_same_bytes(name, written, path):
    frame = frame_of(name)
    # neither the order of columns, nor the index, nor the order of the notes matters
    turned = frame[frame.columns[::-1]].set_index(pd.Index([7, 8, 9]))
    tables.write(turned, TABLES[name], path, provenance=dict(reversed(PROVENANCE.items())))
    assert path.read_bytes() == written(name, 3)[0].read_bytes()


# ---------------------------------------------------------------- other readers


def test_plain_parquet_readers_see_types_and_values(path):
    tables.write(frame_of("heritage"), TABLES["heritage"], path, provenance=PROVENANCE)
    table = pq.read_table(path)
    kinds = {field.name: field.type for field in table.schema}
    assert kinds["confidence"] == pa.float64()
    assert kinds["start_year"] == pa.int64()
    assert kinds["listed"] == pa.bool_()
    assert pa.types.is_list(kinds["osm_ids"])
    assert pa.types.is_string(kinds["name"]) or pa.types.is_large_string(kinds["name"])
    assert table.column("osm_ids").to_pylist() == [["way/1", "node/2"]] * 3
    assert table.column("start_year").to_pylist() == [1, 1, None]


@pytest.mark.parametrize("name", sorted(name for name in TABLES if TABLES[name].has_geometry), scope="module")
def test_geometry_follows_the_geoparquet_specification(name, written):
    frame, (path, _) = frame_of(name), written(name, 3)
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    assert geo["version"].startswith("1.")
    assert geo["primary_column"] == "geometry"
    column = geo["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert column["crs"]["id"] in ({"authority": "EPSG", "code": 4326}, {"authority": "OGC", "code": "CRS84"})
    shapes = shapely.from_wkb(pq.read_table(path).column("geometry").to_pylist())
    assert shapely.equals_exact(shapes, frame.geometry.to_numpy()).all()
    assert gpd.read_parquet(path).crs.to_epsg() == 4326


@pytest.mark.parametrize("rows", [0, 3])
def test_a_file_says_of_itself_what_geopandas_and_pandas_say(name, written, rows, tmp_path):
    path, back = written(name, rows)
    back.to_parquet(tmp_path / "theirs.parquet", index=False)
    ours, theirs = (pq.read_schema(file) for file in (path, tmp_path / "theirs.parquet"))
    assert ours.equals(theirs)
    said = {key: value for key, value in ours.metadata.items() if key != tables.PROVENANCE_KEY}
    assert {key: json.loads(value) for key, value in said.items()} == {
        key: json.loads(value) for key, value in theirs.metadata.items()
    }


def test_a_table_can_be_packed_for_desktop_gis(path, tmp_path):
    tables.write(frame_of("clusters"), TABLES["clusters"], path, provenance=PROVENANCE)
    tables.read(TABLES["clusters"], path).to_file(tmp_path / "x.gpkg", layer="clusters", engine="pyogrio")
    back = gpd.read_file(tmp_path / "x.gpkg", layer="clusters", engine="pyogrio")
    assert list(back["cluster_id"]) == ["Kho Bến Cũ"] * 3
    assert back.crs.to_epsg() == 4326


# ---------------------------------------------------------------- what is refused


def test_a_missing_column_is_named(clusters):
    assert "lacks column p_value" in refusal(clusters.drop(columns="p_value"))


def test_an_unknown_column_is_named(clusters):
    assert "unknown column extra" in refusal(clusters.assign(extra=1))


def test_missing_and_unknown_are_said_together(clusters):
    said = refusal(clusters.rename(columns={"p_value": "p"}))
    assert "p_value" in said
    assert "unknown column p" in said


@pytest.mark.parametrize(
    ("name", "column", "values"),
    [
        ("clusters", "n_spaces", ["many", "few", "none"]),
        ("clusters", "n_spaces", [1.5, 2.0, 3.0]),
        ("clusters", "p_value", ["low", "low", "low"]),
        ("clusters", "kept", ["yes", "no", "no"]),
        ("clusters", "name", [1, 2, 3]),
        ("creative", "osm_ids", ["way/1", "way/2", "way/3"]),
        ("creative", "osm_ids", [[1], [2], [3]]),
    ],
)
def test_a_wrong_type_is_named(name, column, values):
    said = refusal(frame_of(name).assign(**{column: values}), name)
    assert f"column {column} " in said


@pytest.mark.parametrize("column", ["p_value", "n_spaces"])
def test_digits_as_text_are_not_a_number(path, column):
    """Such a frame would pass this door and fail behind it: what is read would still be text."""
    tables.write(frame_of("clusters"), TABLES["clusters"], path, provenance=PROVENANCE)
    content = pq.read_table(path)
    position = content.schema.get_field_index(column)
    spoilt = content.set_column(position, column, pa.array(["1", "1", "1"]))
    pq.write_table(spoilt.replace_schema_metadata(content.schema.metadata), path)
    with pytest.raises(InputError, match=column):
        tables.read(TABLES["clusters"], path)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("p_value", [0.1, np.nan, 0.1]),
        ("n_spaces", pd.array([1, None, 3], dtype="Int64")),
        ("kept", [True, None, False]),
        ("name", ["a", None, "c"]),
    ],
)
def test_a_missing_value_is_named_and_counted(clusters, column, values):
    said = refusal(clusters.assign(**{column: values}))
    assert f"column {column} has 1 missing" in said


def test_missing_values_are_taken_where_they_are_allowed():
    frame = frame_of("candidates").assign(transit_minutes=np.nan)
    tables.check(frame, TABLES["candidates"], where="here")
    assert frame["transit_minutes"].isna().all()


@pytest.mark.parametrize(
    ("name", "column", "value", "word"),
    [
        ("clusters", "p_value", 1.01, "above 1"),
        ("clusters", "p_value", -0.01, "below 0"),
        ("clusters", "n_spaces", 0, "below 1"),
        ("candidates", "transit_minutes", -1.0, "below 0"),
        ("heritage", "confidence", 1.5, "above 1"),
        ("street_edges", "oneway_car", 2, "above 1"),
    ],
)
def test_a_value_out_of_range_is_named(name, column, value, word):
    said = refusal(frame_of(name).assign(**{column: value}), name)
    assert f"column {column} has values {word}" in said


@pytest.mark.parametrize("spoil", ["metric", "none", "plain"])
def test_geometry_must_be_in_degrees(clusters, spoil):
    if spoil == "metric":
        frame = clusters.to_crs(32648)
    elif spoil == "none":
        frame = clusters.set_crs(None, allow_override=True)
    else:
        frame = pd.DataFrame(clusters)
    assert "EPSG:4326" in refusal(frame)


@pytest.mark.parametrize("name", ["heritage", "creative", "places"])
def test_missing_geometry_is_refused(name):
    frame = frame_of(name)
    frame.loc[1, "geometry"] = None
    assert "geometry" in refusal(frame, name)


def test_reading_checks_too(clusters, path):
    path.parent.mkdir()
    clusters.drop(columns="p_value").to_parquet(path)
    with pytest.raises(InputError, match="lacks column p_value") as caught:
        tables.read(TABLES["clusters"], path)
    assert str(path) in str(caught.value)


# ---------------------------------------------------------------- whole or not at all


def _left(path):
    return sorted(item.name for item in path.parent.iterdir()) if path.parent.exists() else []


def test_a_refused_frame_leaves_nothing_behind(clusters, path):
    with pytest.raises(InputError):
        tables.write(clusters.assign(p_value=2.0), TABLES["clusters"], path, provenance=PROVENANCE)
    assert _left(path) == []


def test_a_refused_frame_leaves_the_old_file(clusters, path):
    tables.write(clusters, TABLES["clusters"], path, provenance=PROVENANCE)
    before = path.read_bytes()
    with pytest.raises(InputError):
        tables.write(clusters.assign(p_value=2.0), TABLES["clusters"], path, provenance=PROVENANCE)
    assert path.read_bytes() == before
    assert _left(path) == [path.name]


def test_provenance_that_is_no_json_leaves_nothing_behind(clusters, path):
    with pytest.raises((TypeError, InputError)):
        tables.write(clusters, TABLES["clusters"], path, provenance={"snapshot": object()})
    assert _left(path) == []


def test_a_full_disk_leaves_the_old_file_and_no_half(clusters, path, monkeypatch):
    tables.write(clusters, TABLES["clusters"], path, provenance=PROVENANCE)
    before = path.read_bytes()
    plain = pq.write_table

    def full(table, where, **how):
        if isinstance(where, io.BytesIO):  # memory is no disk
            return plain(table, where, **how)
        with open(where, "wb") as file:  # noqa: PTH123
            file.write(b"PAR1 half")
        raise OSError("No space left on device")

    monkeypatch.setattr(tables.pq, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        tables.write(clusters.assign(p_value=0.9), TABLES["clusters"], path, provenance=PROVENANCE)
    assert path.read_bytes() == before
    assert _left(path) == [path.name]
