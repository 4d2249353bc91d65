import bz2
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from creative_nodes.common.errors import InputError
from creative_nodes.pull.clip import MAX_COMPLETED_WAYS, clip
from creative_nodes.pull.osm_file import header_date, node_positions

AREA = shapely.box(0, 0, 1, 1)


def cut(source: Path, area=AREA, name: str = "out.osm.pbf") -> Path:
    target = source.parent / name
    with node_positions(source, scratch=source.parent) as positions:
        clip(positions, area, target)
    return target


def ids(path: Path) -> set[str]:
    return {f"{item.type_str()}{item.id}" for item in osmium.FileProcessor(path)}


def test_keeps_what_is_inside_and_nothing_else(write_osm) -> None:
    town = write_osm({1: (0.5, 0.5), 2: (1.5, 0.5), 3: (-0.1, 0.5), 4: (0.9, 0.9)}, {10: [2, 3]})
    # way 10 passes through the area without a node in it
    assert ids(cut(town)) == {"n1", "n4"}


def test_way_across_the_edge_stays_complete(write_osm) -> None:
    town = write_osm(
        {1: (0.5, 0.5), 2: (1.5, 0.5), 3: (2.5, 0.5), 4: (9, 9), 5: (9, 8)}, {10: [3, 2, 1], 11: [2, 3], 12: [4, 5]}
    )
    out = cut(town)
    assert ids(out) == {"n1", "n2", "n3", "w10"}
    for item in osmium.FileProcessor(out).with_locations():
        if item.is_way():
            line = [(node.ref, node.lon, node.lat) for node in item.nodes]
            tags = dict(item.tags)
    assert line == [(3, 2.5, 0.5), (2, 1.5, 0.5), (1, 0.5, 0.5)]
    assert tags == {"highway": "residential"}


def test_polygon_not_its_box_decides(write_osm) -> None:
    triangle = shapely.Polygon([(0, 0), (1, 0), (0, 1)])
    town = write_osm({1: (0.2, 0.2), 2: (0.8, 0.8)})
    assert ids(cut(town, triangle)) == {"n1"}


def test_outline_is_completed_and_route_is_not(write_osm) -> None:
    town = write_osm(
        {1: (0.5, 0.5), 2: (0.6, 0.5), 3: (2, 0.5), 4: (2, 2), 5: (7, 7), 6: (8, 8)},
        {10: [1, 2], 11: [2, 3], 12: [3, 4], 13: [4, 1], 14: [5, 6]},
        {
            20: ({"type": "multipolygon"}, [("w", 10, "outer"), ("w", 11, "outer"), ("w", 12, "outer")]),
            21: ({"type": "route"}, [("w", 10, ""), ("w", 14, "")]),
            22: ({"type": "route"}, [("w", 14, "")]),
            23: ({"type": "route_master"}, [("r", 21, "")]),
            24: ({"type": "network"}, [("r", 23, "")]),
            25: ({"type": "site"}, [("n", 1, "")]),
        },
    )
    expected = {"n1", "n2", "n3", "n4", "w10", "w11", "w12", "w13", "r20", "r21", "r23", "r24", "r25"}
    assert ids(cut(town)) == expected


def test_endless_outline_is_not_completed(write_osm) -> None:
    far = {100 + k: (5 + k / 1e4, 5) for k in range(MAX_COMPLETED_WAYS + 2)}
    coast = {1000 + k: [100 + k, 101 + k] for k in range(MAX_COMPLETED_WAYS + 1)}
    members = [("w", 10, "outer"), *(("w", way, "outer") for way in coast)]
    border = {20: ({"type": "boundary"}, members)}
    town = write_osm({1: (0.5, 0.5), 2: (0.6, 0.6), **far}, {10: [1, 2], **coast}, border)
    assert ids(cut(town)) == {"n1", "n2", "w10", "r20"}


def test_missing_members_and_nodes_are_not_fatal(write_osm) -> None:
    town = write_osm(
        {1: (0.5, 0.5)},
        {10: [1, 999], 11: [], 12: [998, 997]},
        {20: ({"type": "multipolygon"}, [("w", 10, "outer"), ("w", 777, "outer"), ("n", 776, ""), ("r", 20, "")])},
    )
    out = cut(town)
    assert ids(out) == {"n1", "w10", "r20"}
    for item in osmium.FileProcessor(out, osmium.osm.RELATION):
        members = [(member.type, member.ref) for member in item.members]
    assert members == [("w", 10), ("w", 777), ("n", 776), ("r", 20)]


def test_unsorted_source_and_bz2(write_osm) -> None:
    nodes, ways = {5: (0.5, 0.5), 1: (1.5, 0.5), 3: (9, 9)}, {12: [5, 1], 10: [1, 3]}
    plain = write_osm(nodes, ways)
    packed = plain.with_name("packed.osm.bz2")
    packed.write_bytes(bz2.compress(plain.read_bytes()))
    assert ids(cut(packed)) == ids(cut(plain)) == {"n5", "n1", "w12"}


def test_tagged_and_bare_nodes_stand_in_order_once(write_osm) -> None:
    places = {k: (k / 10, 0.1234567) for k in range(1, 9)}
    tags = {2: {"amenity": "cafe", "name": "Cà phê"}, 5: {"highway": "crossing"}, 8: {"shop": "books"}}
    out = cut(write_osm(places, tagged=tags))
    seen = [(node.id, node.lon, node.lat, dict(node.tags)) for node in osmium.FileProcessor(out)]
    assert seen == [(k, lon, lat, tags.get(k, {})) for k, (lon, lat) in places.items()]


@pytest.mark.cities
@pytest.mark.parametrize("city", ["shanghai", *(("hanoi", "hcmc") if os.environ.get("FULL") else ())])
def test_real_extract_against_plain_selection(tmp_path: Path, city: str) -> None:
    source = Path(os.environ.get("EXTRACTS", "nowhere")) / f"{city}.osm.pbf"
    if not source.is_file():
        pytest.skip("no EXTRACTS with the real extracts")
    nodes, ways = {}, {}
    for item in osmium.FileProcessor(source, osmium.osm.NODE | osmium.osm.WAY):
        if item.is_node():
            nodes[item.id] = (item.lon, item.lat, dict(item.tags) if len(item.tags) else {})
        else:
            ways[item.id] = ([node.ref for node in item.nodes], dict(item.tags))
    lon, lat = np.median([place[:2] for place in nodes.values()], axis=0)
    diamond = shapely.Polygon([(lon - 0.02, lat), (lon, lat - 0.02), (lon + 0.02, lat), (lon, lat + 0.02)])
    target = tmp_path / "out.osm.pbf"
    with node_positions(source, scratch=tmp_path) as positions:
        clip(positions, diamond, target)
    inside = {k for k, (x, y, _) in nodes.items() if abs(x - lon) + abs(y - lat) < 0.02}
    crossing = {k for k, (refs, _) in ways.items() if inside & set(refs)}
    kept: dict[str, dict] = {"n": {}, "w": {}, "r": {}}
    outlines: set[int] = set()
    for item in osmium.FileProcessor(target):
        if item.is_node():
            kept["n"][item.id] = (item.lon, item.lat, dict(item.tags))
        elif item.is_way():
            kept["w"][item.id] = ([node.ref for node in item.nodes], dict(item.tags))
        elif item.tags.get("type") in ("multipolygon", "boundary"):
            outlines |= {member.ref for member in item.members if member.type == "w"}
    assert len(inside) > 1000
    assert crossing <= kept["w"].keys() <= crossing | outlines
    corners = {ref for refs, _ in kept["w"].values() for ref in refs}
    assert kept["n"].keys() == inside | (corners & nodes.keys())
    assert all(nodes[k] == place for k, place in kept["n"].items())
    assert all(ways[k] == way for k, way in kept["w"].items())


def test_reports_counts_and_newest_date(write_osm) -> None:
    town = write_osm({1: (0.5, 0.5), 2: (0.6, 0.6), 3: (5, 5)}, {10: [1, 2]})
    with node_positions(town, scratch=town.parent) as positions:
        clipped = clip(positions, AREA, town.with_name("out.osm.pbf"))
    assert (clipped.nodes, clipped.ways, clipped.relations) == (2, 1, 0)
    assert clipped.newest is not None
    assert clipped.newest.isoformat() == "2021-05-06T07:08:09+00:00"


def test_no_timestamps_no_date(write_osm) -> None:
    town = write_osm({1: (0.5, 0.5)}, stamp="")
    with node_positions(town, scratch=town.parent) as positions:
        assert clip(positions, AREA, town.with_name("out.osm.pbf")).newest is None


CUT_AGAIN = """
import sys, shapely
from pathlib import Path
from creative_nodes.pull.clip import clip
from creative_nodes.pull.osm_file import node_positions
source = Path(sys.argv[1])
with node_positions(source, scratch=source.parent) as positions:
    clip(positions, shapely.box(0, 0, 1, 1), Path(sys.argv[2]))
"""


def test_same_bytes_whatever_the_number_of_threads(write_osm) -> None:
    nodes = {k: ((k % 997) / 700, (k % 991) / 700) for k in range(1, 17_001)}
    ways = {k: list(range(k * 3, k * 3 + 9)) for k in range(1, 5_000)}
    town = write_osm(nodes, ways)
    made = []
    for threads in ("1", "4"):
        target = town.with_name(f"{threads}.osm.pbf")
        env = {**os.environ, "OSMIUM_POOL_THREADS": threads}
        subprocess.run([sys.executable, "-c", CUT_AGAIN, str(town), str(target)], check=True, env=env)
        made.append(target.read_bytes())
    assert made[0] == made[1]
    assert len(made[0]) > 10_000


def test_nothing_inside_names_file_and_both_boxes(write_osm) -> None:
    town = write_osm({1: (5, 6), 2: (7, 8)})
    with pytest.raises(
        InputError, match=r"town\.osm: nothing lies inside.*\(5\.0000, 6\.0000, 7\.0000, 8\.0000\)"
    ) as said:
        cut(town)
    assert "(0.0000, 0.0000, 1.0000, 1.0000)" in str(said.value)
    assert not town.with_name("out.osm.pbf").exists()


def test_empty_file_is_named(write_osm) -> None:
    with pytest.raises(InputError, match=r"town\.osm: the file holds no OSM nodes"):
        cut(write_osm({}))


@pytest.mark.parametrize("name", ["bad.osm.pbf", "bad.osm", "bad.osm.bz2"])
@pytest.mark.parametrize("content", [b"", b"<html>login</html>", bytes(range(256)) * 20])
def test_corrupt_file_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    bad = tmp_path / name
    bad.write_bytes(content)
    with pytest.raises(InputError, match=r"^bad\.osm"):
        cut(bad)
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_truncated_file_is_named(write_osm) -> None:
    whole = cut(write_osm({k: (k / 1e5, 0.5) for k in range(1, 30_000)}), name="whole.osm.pbf")
    half = whole.with_name("half.osm.pbf")
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(InputError, match=r"^half\.osm\.pbf: not a readable OSM file"):
        cut(half)


def test_header_date(tmp_path: Path) -> None:
    for key in ("osmosis_replication_timestamp", "timestamp"):
        header = osmium.io.Header()
        header.set(key, "2026-11-20T21:20:23Z")
        path = tmp_path / f"{key}.osm.pbf"
        osmium.SimpleWriter(path, header=header).close()
        # only the first key has a place of its own in the PBF format
        expected = "2026-11-20" if key.startswith("osmosis") else ""
        assert header_date(path) == expected
