import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import osmium
import pytest
import shapely
from pyproj import Geod

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.pull.clip import Clipped
from creative_nodes.pull.cut import pull_osm, snapshot
from creative_nodes.pull.patience import Asking
from creative_nodes.pull.settings import Boundary
from creative_nodes.pull.source import ResolvedSource
from creative_nodes.report.tables import TABLES

# about 2.1 km x 2.2 km; 0.01 degrees are 1.04 km east and 1.11 km north here
BOX = (105.80, 21.00, 105.82, 21.02)
NODES = {1: (105.81, 21.01), 2: (105.825, 21.01), 3: (105.84, 21.01), 4: (105.9, 21.01)}


def pull(source: Path, boundary: Boundary | None = None, *, snapshot: str | None = None, **options):
    target = source.parent / "raw" / "osm.pbf"
    resolved = ResolvedSource(kind="extract", file=source, snapshot=snapshot)
    boundary = boundary or Boundary(bbox=BOX)
    options = {"city": "town", "edge_buffer_m": 1000, **options}
    return pull_osm(resolved, boundary, target, **options), target


def test_reads_the_buffer_but_reports_the_study_area(write_osm) -> None:
    pulled, target = pull(write_osm(NODES))
    # node 2 is 520 m outside, node 3 is 2,080 m outside
    assert [item.id for item in osmium.FileProcessor(target)] == [1, 2]
    row = pulled.study_area.iloc[0]
    assert (row["city"], row["epsg"]) == ("town", 32648)
    assert row.geometry.equals(shapely.box(*BOX))
    ellipsoid_km2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(row.geometry)[0]) / 1e6
    assert row["area_km2"] == pytest.approx(ellipsoid_km2, rel=0.002)
    tables.check(pulled.study_area, TABLES["study_area"], where="test")


def test_epsg_of_config_is_used(write_osm) -> None:
    pulled, _ = pull(write_osm(NODES), epsg=3405)
    assert pulled.study_area["epsg"].tolist() == [3405]


def test_provenance_is_complete_and_true(write_osm) -> None:
    town = write_osm(NODES)
    said: list[str] = []
    pulled, target = pull(town, asking=Asking(report=said.append))
    note = json.loads(json.dumps(pulled.provenance))
    assert note["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert note["bytes"] == target.stat().st_size
    assert note["source_sha256"] == hashlib.sha256(town.read_bytes()).hexdigest()
    assert note["source_bytes"] == town.stat().st_size
    assert (note["kind"], note["source"], note["edge_buffer_m"]) == ("extract", "town.osm", 1000)
    assert note["boundary"] == {"bbox": list(BOX)}
    assert set(note["tools"]) == {"creative-nodes", "osmium"}
    assert str(town.parent) not in json.dumps(note)
    assert any("2 nodes" in line for line in said)


def test_absolute_path_of_the_polygon_stays_private(write_osm, tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[shapely.box(*BOX)], crs=4326).to_file(tmp_path / "a.geojson")
    pulled, _ = pull(write_osm(NODES), Boundary(polygon=str(tmp_path / "a.geojson")))
    assert pulled.provenance["boundary"] == {"polygon": "a.geojson"}


def test_relation_is_read_before_the_cut(write_osm) -> None:
    west, south, east, north = BOX
    corners = {11: (west, south), 12: (east, south), 13: (east, north), 14: (west, north)}
    town = write_osm(
        {**NODES, **corners}, {10: [11, 12, 13, 14, 11]}, {20: ({"type": "boundary"}, [("w", 10, "outer")])}
    )
    pulled, _ = pull(town, Boundary(relation=20))
    assert pulled.study_area.geometry.iloc[0].equals(shapely.box(*BOX))
    assert pulled.provenance["objects"] == {"nodes": 6, "ways": 1, "relations": 1}


def test_same_input_same_bytes(write_osm) -> None:
    town = write_osm(NODES, {10: [1, 2, 3]})
    first = pull(town)[1].read_bytes()
    assert pull(town)[1].read_bytes() == first


def test_failure_leaves_nothing_behind(write_osm) -> None:
    town = write_osm(NODES)
    with pytest.raises(InputError, match="nothing lies inside"):
        pull(town, Boundary(bbox=(0, 0, 1, 1)))
    assert list((town.parent / "raw").iterdir()) == []


def at(year: int) -> Clipped:
    return Clipped(1, 0, 0, datetime(year, 3, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("configured", "stamp", "clipped", "expected"),
    [
        ("spring 2025", "2026-11-20T21:20:23Z", at(2020), ("spring 2025", "config")),
        (None, "2026-11-20T21:20:23Z", at(2020), ("2026-11-20", "source")),
        (None, "", at(2020), ("2020-03-04", "newest object")),
        (None, "", at(1999), ("unknown", "nowhere")),
        (None, "", Clipped(1, 0, 0, None), ("unknown", "nowhere")),
    ],
)
def test_snapshot(configured, stamp, clipped, expected) -> None:
    assert snapshot(configured, stamp, clipped) == expected


def test_snapshot_of_a_dated_file(write_osm) -> None:
    street = {10: [1, 2]}
    assert pull(write_osm(NODES, street))[0].provenance["snapshot"] == "2021-05-06"
    assert pull(write_osm(NODES, street, stamp=""))[0].provenance["snapshot"] == "unknown"
    assert pull(write_osm(NODES, street), snapshot="2018")[0].provenance["snapshot"] == "2018"
